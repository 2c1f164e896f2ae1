"""Reports of a project: started, put in order, looked at, published."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.staff import ProjectRequest, in_project
from kernel import languages
from kernel.errors import DomainError
from kernel.text import uuid_of
from reporting.documents import permissions, queries
from reporting.documents.formats import pdf
from reporting.documents.models import Report, VersionState
from reporting.documents.services import editions, freezing, publishing, writing
from reporting.documents.views.serving import shown_page
from tenants.models import Role


@in_project(Role.ANALYST)
def reports(request: ProjectRequest) -> HttpResponse:
    """All of them, and a form to start one."""
    if request.method != "POST":
        return _reports_page(request)
    try:
        report = writing.start_report(
            conversation=request.conversation,
            title=request.POST.get("title", ""),
            language=request.POST.get("language", ""),
            by=request.staff,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _reports_page(request, trouble=refusal.sentence, status=refusal.status)
    return HttpResponseRedirect(_address(request, "console_report", report.pk))


@require_POST
@in_project(Role.ANALYST)
def freeze(request: ProjectRequest) -> HttpResponse:
    report = uuid_of(request.POST.get("report", ""))
    freezing.ask_to_freeze(
        conversation=request.conversation, by=request.staff, at=timezone.now(), report=report
    )
    if report is None:
        return HttpResponseRedirect(_address(request, "console_reports"))
    return HttpResponseRedirect(_address(request, "console_report", report))


@require_GET
@in_project(Role.ANALYST)
def freezing_now(request: ProjectRequest) -> HttpResponse:
    """A fragment that looks again by itself until the snapshot is there."""
    if not queries.is_freezing(request.conversation):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "documents/_freezing.html")


@in_project(Role.ANALYST)
def report(request: ProjectRequest, report: UUID) -> HttpResponse:
    """Its sections in order, what stands against publishing it, and its versions."""
    found = queries.report_of(request.conversation, report)
    if request.method != "POST":
        return _report_page(request, found)
    try:
        if request.POST.get("act") == "drop":
            writing.drop_report(report=found, by=request.staff)
            messages.info(request, "The draft is deleted.")
            return HttpResponseRedirect(_address(request, "console_reports"))
        writing.change_report(
            report=found,
            title=request.POST.get("title", ""),
            language=request.POST.get("language", ""),
            by=request.staff,
        )
    except DomainError as refusal:
        return _report_page(request, found, trouble=refusal.sentence, status=refusal.status)
    return HttpResponseRedirect(_address(request, "console_report", report))


@require_POST
@in_project(Role.ANALYST)
def publish(request: ProjectRequest, report: UUID) -> HttpResponse:
    found = queries.report_of(request.conversation, report)
    try:
        publishing.publish_report(
            report=found, organisation=request.client.name, by=request.staff, at=timezone.now()
        )
    except DomainError as refusal:
        return _report_page(request, found, trouble=refusal.sentence, status=refusal.status)
    return HttpResponseRedirect(_address(request, "console_report", report) + "#versions")


@require_GET
@in_project(Role.ANALYST)
def preview(request: ProjectRequest, report: UUID) -> HttpResponse:
    """The web page as it would be published now."""
    found = queries.report_of(request.conversation, report)
    page = editions.preview_page(found, organisation=request.client.name, on=timezone.localdate())
    return shown_page(page)


@require_GET
@in_project(Role.ANALYST)
def preview_pdf(request: ProjectRequest, report: UUID) -> HttpResponse:
    found = queries.report_of(request.conversation, report)
    paper = editions.preview_of(found, organisation=request.client.name, on=timezone.localdate())
    response = HttpResponse(pdf.written(paper), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="preview.pdf"'
    return response


def _reports_page(request: ProjectRequest, *, trouble: str = "", status: int = 200) -> HttpResponse:
    context = {
        "reports": queries.written_reports(request.conversation),
        "snapshot": queries.newest_snapshot(request.conversation),
        "languages": languages.offered(),
        "typed": request.POST,
        "trouble": trouble,
        "may_freeze": _may_freeze(request),
        "is_freezing": queries.is_freezing(request.conversation),
    }
    return render(request, "documents/reports.html", context, status=status)


def _report_page(
    request: ProjectRequest, report: Report, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    versions = queries.versions_of(report)
    is_changed = request.method == "POST" and "title" in request.POST
    context = {
        "report": report,
        "sections": queries.sections_of(report),
        "versions": versions,
        "obstacles": editions.obstacles(report),
        "newest": queries.newest_snapshot(request.conversation),
        "languages": languages.offered(),
        "title": request.POST["title"] if is_changed else report.title,
        "trouble": trouble,
        "is_title_wrong": is_changed,
        "may_freeze": _may_freeze(request),
        "is_freezing": queries.is_freezing(request.conversation),
        "is_being_made": any(line.version.state == VersionState.MAKING for line in versions),
        "has_closed": request.conversation.has_closed(at=timezone.now()),
    }
    return render(request, "documents/report_overview.html", context, status=status)


def _may_freeze(request: ProjectRequest) -> bool:
    try:
        permissions.require_may_freeze(request.conversation, at=timezone.now())
    except permissions.NotToFreeze:
        return False
    return True


def _address(request: ProjectRequest, name: str, *more: UUID) -> str:
    return reverse(name, args=[request.client.pk, request.conversation.pk, *more])
