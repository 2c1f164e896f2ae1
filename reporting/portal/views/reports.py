"""Reports to download: by links that end, each download recorded."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from reporting.documents.queries import reports_of
from reporting.documents.services.links import document_behind, open_link, opened
from reporting.documents.views.serving import served
from reporting.portal.queries import reports
from reporting.portal.views.door import ConversationRequest, about_conversation
from tenants.auth import PortalRequest, client_only


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
    """The web page opens under a policy of its own, the others are files to keep."""
    reader = request.client_user.id
    document = reports.document_with(document_behind(link, reader=reader))
    return served(document, opened(document, reader=reader, where="organisation"))
