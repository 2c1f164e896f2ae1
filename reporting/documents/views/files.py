"""Versions of a report: how far they are made, their files, and taking one back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError
from reporting.documents import queries
from reporting.documents.models import VersionState
from reporting.documents.services import publishing
from reporting.documents.services.links import document_behind, open_link, opened
from reporting.documents.views.serving import served
from tenants.models import Role


@require_GET
@in_project(Role.ANALYST)
def progress(request: ProjectRequest, version: UUID) -> HttpResponse:
    """A fragment that looks again by itself while files are being made."""
    line = queries.version_of(request.conversation, version)
    if line.version.state != VersionState.MAKING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "documents/_progress.html", {"line": line})


@require_POST
@in_project(Role.ANALYST)
def withhold(request: ProjectRequest, version: UUID) -> HttpResponse:
    line = queries.version_of(request.conversation, version)
    try:
        publishing.withhold_version(
            version=line.version, reason=request.POST.get("reason", ""), by=request.staff
        )
    except DomainError as refusal:
        context = {"line": line, "trouble": refusal.sentence, "reason": request.POST.get("reason", "")}
        return render(request, "documents/withhold.html", context, status=refusal.status)
    messages.info(request, "The version is withheld. The organisation does not find it any more.")
    return HttpResponseRedirect(_report(request, line.version.report_id))


@require_GET
@in_project(Role.ANALYST)
def leave(request: ProjectRequest, version: UUID, format: str) -> HttpResponse:
    """Leads to the file by a link that is good for ten minutes, for this account."""
    document = queries.document_of(request.conversation, version, format)
    link = open_link(document, reader=request.staff.id)
    address = reverse("console_report_file", args=[request.client.pk, request.conversation.pk, link])
    return HttpResponseRedirect(address)


@require_GET
@in_project(Role.ANALYST)
def file(request: ProjectRequest, link: str) -> HttpResponse:
    reader = request.staff.id
    document = queries.document_with(request.conversation, document_behind(link, reader=reader))
    return served(document, opened(document, reader=reader, where="console"))


def _report(request: ProjectRequest, report: UUID) -> str:
    return reverse("console_report", args=[request.client.pk, request.conversation.pk, report]) + "#versions"
