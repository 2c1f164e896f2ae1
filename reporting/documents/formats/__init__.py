"""One report in four formats, each made from the same blocks: what a screen shows, paper and Word say as well."""

from collections.abc import Callable

from reporting.documents.formats import page, pdf, slides, word
from reporting.documents.formats.blocks import Paper
from reporting.documents.models import Format

_WRITERS: dict[Format, Callable[[Paper], bytes]] = {
    Format.PDF: pdf.written,
    Format.WORD: word.written,
    Format.PAGE: page.written,
    Format.SLIDES: slides.written,
}


def written(paper: Paper, format: Format) -> bytes:
    """The same paper is the same bytes, whenever and wherever it is written."""
    return _WRITERS[format](paper)
