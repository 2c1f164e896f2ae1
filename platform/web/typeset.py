"""Documents to print, set by Typst as PDF/UA-1: tagged, with title and language, in our own font."""

import json
from collections.abc import Mapping
from pathlib import Path

import structlog

log = structlog.get_logger("web.typeset")
_FONTS = Path(__file__).parent / "fonts"


def pdf(template: Path, data: Mapping[str, object]) -> bytes:
    """
    A template with data as a PDF. What people typed is data: a template reads it as JSON, and none of
    it is ever read as Typst. A template reaches no file outside its own folder.
    """
    # Loaded where it is needed: its library is large, and few processes set documents.
    import typst

    values = {"data": json.dumps(data)}
    try:
        return typst.compile(
            template,
            root=template.parent,
            font_paths=[_FONTS],
            ignore_system_fonts=True,
            sys_inputs=values,
            pdf_standards=["ua-1"],
        )
    except typst.TypstError:
        # The standard refuses a character that no font shows, such as an emoji in a question. People
        # still need the document: it is set with all fonts of the machine, tagged but not to the letter.
        log.warning("typeset_without_standard", template=template.name)
        return typst.compile(template, root=template.parent, font_paths=[_FONTS], sys_inputs=values)
