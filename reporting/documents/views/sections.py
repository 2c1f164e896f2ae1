"""One section of a report: its text, what it shows of the snapshot, and its place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from conversations.staff import ProjectRequest, in_project
from conversations.views.console.typed import number
from kernel.errors import DomainError
from reporting.documents import queries
from reporting.documents.measures import loaded_words
from reporting.documents.models import MOST_CHARACTERS_OF_TEXT, Section
from reporting.documents.services import quoting, writing
from tenants.models import Role


@in_project(Role.ANALYST)
def section(request: ProjectRequest, report: UUID, section: UUID) -> HttpResponse:
    """What was typed stands in the form again, whatever was refused about it."""
    found = queries.section_of(queries.report_of(request.conversation, report), section)
    if request.method != "POST":
        return _page(request, found)
    if request.POST.get("act") == "drop":
        writing.drop_section(section=found, by=request.staff)
        return HttpResponseRedirect(_address(request, "console_report", report))
    words = _words(request)
    try:
        writing.change_section(
            section=found, words=words, seen=number(request, "version") or 0, by=request.staff
        )
    except DomainError as refusal:
        return _page(request, found, words=words, refusal=refusal)
    messages.info(request, "Saved.")
    name, more = "console_report_section", [section]
    if request.POST.get("act") == "done":
        name, more = "console_report", []
    return HttpResponseRedirect(_address(request, name, report, *more))


@require_POST
@in_project(Role.ANALYST)
def add(request: ProjectRequest, report: UUID) -> HttpResponse:
    found = queries.report_of(request.conversation, report)
    made = writing.add_section(
        report=found, heading=request.POST.get("heading", "").strip() or "New section", by=request.staff
    )
    return HttpResponseRedirect(_address(request, "console_report_section", report, made.pk))


@require_POST
@in_project(Role.ANALYST)
def move(request: ProjectRequest, report: UUID, section: UUID) -> HttpResponse:
    found = queries.section_of(queries.report_of(request.conversation, report), section)
    writing.move_section(section=found, by=request.staff, is_up=request.POST.get("way") == "up")
    return HttpResponseRedirect(_address(request, "console_report", report) + "#sections")


def _words(request: ProjectRequest) -> writing.Words:
    return writing.Words(
        heading=request.POST.get("heading", ""),
        text=request.POST.get("text", ""),
        is_included="included" in request.POST,
        chosen={kind: request.POST.getlist(kind) for kind in writing.CHOICES},
    )


def _page(
    request: ProjectRequest,
    section: Section,
    *,
    words: writing.Words | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    is_conflict = isinstance(refusal, writing.SectionChanged)
    typed = words or writing.Words(section.heading, section.text, section.is_included, section.chosen)
    context: dict[str, Any] = {
        "section": section,
        "report": section.report,
        "typed": typed,
        "theirs": section if is_conflict else None,
        # Who saw the other text may keep their own over it.
        "version": section.version if words is None or is_conflict else number(request, "version") or 0,
        "trouble": refusal.sentence if refusal else "",
        "wrong": "heading" if isinstance(refusal, writing.HeadingMissing) else "text",
        "offered": queries.offered_by(section.report.snapshot),
        "kinds": (("themes", "Themes"), ("charts", "Charts"), ("tables", "Tables about groups")),
        "quotes": quoting.checked(request.conversation.pk, queries.quotes_in(section)),
        "loaded": loaded_words(typed.text),
        "most": MOST_CHARACTERS_OF_TEXT,
    }
    return render(request, "documents/section.html", context, status=refusal.status if refusal else 200)


def _address(request: ProjectRequest, name: str, *more: UUID) -> str:
    return reverse(name, args=[request.client.pk, request.conversation.pk, *more])
