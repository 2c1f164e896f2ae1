"""What a project is called, when it is open, and the choices that participants can read."""

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from markupsafe import Markup

from conversations.queries import pages
from conversations.queries import preparing as queries
from conversations.queries.pages import PageText
from conversations.services.preparing import dates as date_service
from conversations.services.preparing import drafts
from conversations.services.preparing.drafts import LONGEST_TEXT, Description
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.preview import as_if_open, way_of
from conversations.views.participant.texts import filled
from kernel.errors import DomainError
from tenants.models import Role
from web.markdown import rendered

_SAVED = "Saved."


@in_project(Role.OPERATOR, Role.FACILITATOR)
def describe(request: ProjectRequest) -> HttpResponse:
    """Name, address, introduction, notice and time zone."""
    kept = request.conversation
    names = ("name", "slug", "introduction", "notice", "time_zone")
    typed = {name: getattr(kept, name) for name in names}
    refused: DomainError | None = None
    if request.method == "POST":
        typed = {name: request.POST.get(name, typed[name]).strip() for name in names}
        words = Description(**{**typed, "slug": typed["slug"].lower()})
        try:
            drafts.describe(by=request.staff, conversation=kept.pk, words=words)
        except DomainError as refusal:
            refused = refusal
        else:
            return _saved(request, "console_describe")
    context = {"typed": typed, "zones": sorted(available_timezones()), "most": LONGEST_TEXT}
    return _shown(request, "describe", context, refused)


@in_project(Role.OPERATOR)
def dates(request: ProjectRequest) -> HttpResponse:
    """Local time, with the clock that is in force on that day shown beside."""
    standing = queries.standing_of(request.conversation, at=timezone.now())
    typed = {
        "opens": standing.opens.strftime(date_service.TYPED) if standing.opens else "",
        "closes": standing.closes.strftime(date_service.TYPED) if standing.closes else "",
        "days": str(request.conversation.days_of_analysis),
    }
    refused: DomainError | None = None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip() for name in typed}
        try:
            date_service.plan_dates(
                by=request.staff,
                conversation=request.conversation.pk,
                opens=date_service.read_moment(typed["opens"]),
                closes=date_service.read_moment(typed["closes"]),
                days_of_analysis=int(typed["days"]) if typed["days"].isdecimal() else 0,
            )
        except DomainError as refusal:
            refused = refusal
        else:
            return _saved(request, "console_dates")
    return _shown(request, "dates", {"typed": typed}, refused)


@in_project(Role.OPERATOR)
def choices(request: ProjectRequest) -> HttpResponse:
    """The choices of the conversation, each beside its words as participants read them (R29)."""
    kept = request.conversation
    typed = {"told": kept.client_is_told, "wellbeing": kept.identifies_for_wellbeing}
    refused: DomainError | None = None
    if request.method == "POST":
        typed = {name: request.POST.get(name) == "yes" for name in typed}
        try:
            drafts.choose(
                by=request.staff,
                conversation=kept.pk,
                client_is_told=typed["told"],
                identifies_for_wellbeing=typed["wellbeing"],
            )
        except DomainError as refusal:
            refused = refusal
        else:
            return _saved(request, "console_choices")
    return _shown(request, "choices", {"typed": typed, "words": _as_read(request)}, refused)


def _as_read(request: ProjectRequest) -> dict[str, Markup]:
    """The words of each choice, as the privacy page will show them."""
    shown, _now = as_if_open(request.conversation)
    words = {}
    for name in ("told", "told-not", "wellbeing", "wellbeing-not"):
        text = PageText(pages.passage(name, language=pages.BASE_LANGUAGE), pages.BASE_LANGUAGE, is_own=False)
        way = way_of(request)
        words[name] = rendered(
            filled(text, conversation=shown, organisation=request.client.name, way=way)
        ).html
    return words


def _saved(request: ProjectRequest, place: str) -> HttpResponse:
    messages.success(request, _SAVED)
    return HttpResponseRedirect(reverse(place, args=[request.client.pk, request.conversation.pk]))


def _shown(
    request: ProjectRequest, name: str, context: dict[str, object], refused: DomainError | None
) -> HttpResponse:
    context |= {
        "standing": queries.standing_of(request.conversation, at=timezone.now()),
        "problem": refused.sentence if refused else "",
    }
    status = refused.status if refused else 200
    return render(request, f"conversations/console/{name}.html", context, status=status)
