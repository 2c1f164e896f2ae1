"""Reports to download: by links that end, each download recorded."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from reporting.documents.models import Format
from reporting.documents.queries import reports_of
from reporting.documents.services.links import document_behind, open_link, opened
from reporting.portal.queries import reports
from reporting.portal.views.door import ConversationRequest, about_conversation
from tenants.auth import PortalRequest, client_only

_TYPES = {
    Format.PDF: "application/pdf",
    Format.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PAGE: "text/html; charset=utf-8",
    Format.SLIDES: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@require_GET
@about_conversation
def listed(request: ConversationRequest) -> HttpResponse:
    return render(request, "portal/reports.html", {"reports": reports_of(request.conversation)})


@require_GET
@about_conversation
def report(request: ConversationRequest, version: UUID, format: str) -> HttpResponse:
    """Leads to the file by a link that is good for ten minutes, for this account."""
    document = reports.document_of(request.conversation, version, format)
    link = open_link(document, reader=request.client_user.id)
    return HttpResponseRedirect(reverse("portal_file", args=[link]))


@require_GET
@client_only
def file(request: PortalRequest, link: str) -> HttpResponse:
    """Always a file to keep: nothing of a report runs on this site."""
    reader = request.client_user.id
    document = reports.document_with(document_behind(link, reader=reader))
    content = opened(document, reader=reader, where="organisation")
    response = HttpResponse(content, content_type=_TYPES[Format(document.format)])
    name = slugify(document.version.report.title) or "report"
    response["Content-Disposition"] = f'attachment; filename="{name}.{document.format}"'
    return response
