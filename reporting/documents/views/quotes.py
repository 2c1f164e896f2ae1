"""Choosing what to quote, and how."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError
from kernel.text import uuid_of
from reporting.coding.queries import codes_of
from reporting.documents import queries
from reporting.documents.models import MOST_CHARACTERS_OF_QUOTE, Section
from reporting.documents.services import quoting
from tenants.models import Role


@in_project(Role.ANALYST)
def find(request: ProjectRequest, report: UUID, section: UUID) -> HttpResponse:
    """Contributions by their words or their theme; a quote is made from one of them."""
    found = queries.section_of(queries.report_of(request.conversation, report), section)
    if request.method != "POST":
        return _page(request, found)
    contribution = uuid_of(request.POST.get("contribution", ""))
    try:
        if contribution is None:
            raise quoting.NotShown
        quoting.add_quote(
            section=found,
            contribution=contribution,
            text=request.POST.get("text", ""),
            dimension=request.POST.get("dimension", ""),
            by=request.staff,
        )
    except DomainError as refusal:
        return _page(request, found, refused=contribution, refusal=refusal)
    messages.info(request, "The quote stands in the section.")
    return HttpResponseRedirect(_back(request, found))


@in_project(Role.ANALYST)
def quote(request: ProjectRequest, report: UUID, section: UUID, quote: UUID) -> HttpResponse:
    """Change its words or its label, move it, take it out."""
    within = queries.section_of(queries.report_of(request.conversation, report), section)
    found = queries.quote_of(within, quote)
    source = queries.contributions(request.conversation.pk, [found.contribution]).get(found.contribution)
    context: dict[str, Any] = {
        "section": within,
        "report": within.report,
        "quote": found,
        "source": source,
        "dimensions": queries.dimensions_of(request.conversation),
        "most": MOST_CHARACTERS_OF_QUOTE,
        "typed": {"text": found.text, "dimension": found.by},
        "trouble": "",
    }
    if request.method != "POST":
        return render(request, "documents/quote.html", context)
    act = request.POST.get("act")
    try:
        if act == "drop":
            quoting.drop_quote(quote=found, by=request.staff)
        elif act in {"up", "down"}:
            quoting.move_quote(quote=found, by=request.staff, is_up=act == "up")
        else:
            text, dimension = request.POST.get("text", ""), request.POST.get("dimension", "")
            quoting.change_quote(quote=found, text=text, dimension=dimension, by=request.staff)
    except DomainError as refusal:
        context |= {"typed": request.POST, "trouble": refusal.sentence}
        return render(request, "documents/quote.html", context, status=refusal.status)
    return HttpResponseRedirect(_back(request, within))


def _page(
    request: ProjectRequest,
    section: Section,
    *,
    refused: UUID | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    words, theme = asked.get("q", ""), asked.get("theme", "")
    context = {
        "section": section,
        "report": section.report,
        "found": _found(request, words, theme),
        "q": words,
        "theme": theme,
        "themes": queries.offered_by(section.report.snapshot)["themes"],
        "dimensions": queries.dimensions_of(request.conversation),
        "most": MOST_CHARACTERS_OF_QUOTE,
        "has_asked": bool(words or theme),
        "refused": refused,
        "typed": request.POST,
        "trouble": refusal.sentence if refusal else "",
    }
    return render(request, "documents/quotes.html", context, status=refusal.status if refusal else 200)


def _found(request: ProjectRequest, words: str, theme: str) -> list[queries.Quotable]:
    chosen = uuid_of(theme)
    among = None
    if chosen is not None:
        among = [post for post, codes in codes_of(request.conversation).items() if chosen in codes]
    return queries.to_quote(request.conversation.pk, words=words, among=among)


def _back(request: ProjectRequest, section: Section) -> str:
    ids = [request.client.pk, request.conversation.pk, section.report_id, section.pk]
    return reverse("console_report_section", args=ids) + "#quotes"
