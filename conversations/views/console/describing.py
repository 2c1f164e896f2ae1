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
from conversations.services.preparing.drafts import LONGEST_TEXT, Choices, Description
from conversations.staff import ProjectRequest, in_project
from conversations.views.console import typed as fields
from conversations.views.console.preview import as_if_open, way_of
from conversations.views.participant.texts import filled
from kernel.errors import DomainError
from tenants.models import Role
from web.markdown import rendered

_SAVED = "Saved."
# Stands for what was typed where it is no share; the service refuses it.
_NO_SHARE = 101


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
                days_of_analysis=int(typed["days"])
                if typed["days"].isdecimal() and len(typed["days"]) < 10
                else 0,
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
    chosen = Choices(
        client_is_told=kept.client_is_told,
        client_sees_themes=kept.client_sees_themes,
        identifies_for_wellbeing=kept.identifies_for_wellbeing,
        goal_percent=kept.goal_percent,
    )
    refused: DomainError | None = None
    if request.method == "POST":
        chosen = _chosen(request)
        try:
            drafts.choose(by=request.staff, conversation=kept.pk, choices=chosen)
        except DomainError as refusal:
            refused = refusal
        else:
            return _saved(request, "console_choices")
    goal = request.POST.get("goal", str(chosen.goal_percent or ""))
    context = {"chosen": chosen, "goal": goal, "words": _as_read(request)}
    return _shown(request, "choices", context, refused)


def _chosen(request: ProjectRequest) -> Choices:
    goal = fields.number(request, "goal")
    is_empty = not request.POST.get("goal", "").strip()
    return Choices(
        client_is_told=request.POST.get("told") == "yes",
        client_sees_themes=request.POST.get("themes") == "yes",
        identifies_for_wellbeing=request.POST.get("wellbeing") == "yes",
        goal_percent=0 if is_empty else goal or _NO_SHARE,
    )


def _as_read(request: ProjectRequest) -> dict[str, Markup]:
    """The words of each choice, as the privacy page will show them."""
    shown, _now = as_if_open(request.conversation)
    words = {}
    for name in ("told", "told-not", "themes", "themes-not", "wellbeing", "wellbeing-not"):
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
