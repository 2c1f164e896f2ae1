"""Files of a report as answers of a site."""

from django.http import HttpResponse
from django.utils.text import slugify

from reporting.documents.formats import page
from reporting.documents.models import Document, Format

_TYPES = {
    Format.PDF: "application/pdf",
    Format.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.SLIDES: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def shown_page(content: bytes) -> HttpResponse:
    """A report's web page, which may do nothing in a browser but show itself."""
    response = HttpResponse(content, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = page.policy(content)
    response["Cache-Control"] = "private, no-store"
    return response


def served(document: Document, content: bytes) -> HttpResponse:
    """The web page is shown, the others are files to keep. `document` comes with its version and report."""
    if document.format == Format.PAGE:
        return shown_page(content)
    response = HttpResponse(content, content_type=_TYPES[Format(document.format)])
    version = document.version
    name = f"{slugify(version.report.title) or 'report'}-{version.number}.{document.format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
