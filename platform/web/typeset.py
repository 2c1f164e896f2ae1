"""Documents to print, set by Typst as PDF/UA-1: tagged, with title and language, in our own font."""

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

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


# What a document may hold of characters that no font of ours shows.
_MOST_UNSHOWN = 200
_UNSHOWN = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
# Joiners, variants and shades of a sign say nothing by themselves.
_JOINED = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")


def tagged_pdf(template: Path, data: Mapping[str, object]) -> bytes:
    """
    The same, always to the letter of PDF/UA-1 and the same on every machine: a character that no font
    of ours shows stands there as its name in brackets, such as "[thumbs up sign]".
    """
    import typst

    written = json.dumps(data, ensure_ascii=False)
    for _character in range(_MOST_UNSHOWN):
        try:
            return _set(template, written, "pdf")
        except typst.TypstError as reason:
            found = _UNSHOWN.search(str(reason))
            if found is None:
                raise
            written = _named(written, _CODE.sub(lambda code: chr(int(code[1], 16)), found[1]))
    return pdf(template, data)


def picture(template: Path, data: Mapping[str, object], *, per_inch: float) -> bytes:
    """A template of one page as a PNG."""
    return _set(template, json.dumps(data), "png", per_inch=per_inch)


def _set(template: Path, written: str, kind: Literal["pdf", "png"], *, per_inch: float = 144.0) -> bytes:
    import typst

    return typst.compile(
        template,
        root=template.parent,
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": written},
        format=kind,
        ppi=per_inch,
        pdf_standards=["ua-1"] if kind == "pdf" else None,
    )


def _named(written: str, unshown: str) -> str:
    """Signs go with all others of their sort at once: who writes one emoji writes several."""
    kinds = {unicodedata.category(letter) for letter in unshown} & {"So", "Sk"}
    alike = {letter for letter in written if letter > "\uffff" and unicodedata.category(letter) in kinds}
    # What stands in JSON itself is never touched, whatever a sign was joined to.
    for letter in sorted(alike | {letter for letter in unshown if letter > "~"}):
        name = unicodedata.name(letter, "").lower()
        says_something = name and unicodedata.category(letter) not in {"Cf", "Mn", "Me"}
        written = written.replace(letter, f"[{name}]" if says_something else "")
    return _JOINED.sub("", written)
