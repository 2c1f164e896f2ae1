"""One conversation: how it goes, its themes, what facilitators did, and its reports."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from reporting.portal import charts
from reporting.portal.queries import participation, themes, told
from reporting.portal.queries.conversations import line_of
from reporting.portal.services.telling import FEWEST
from reporting.portal.views.door import ConversationRequest, about_conversation


@require_GET
@about_conversation
def taking_part(request: ConversationRequest) -> HttpResponse:
    """Live numbers of contributions, and what was released about people."""
    now, conversation = timezone.now(), request.conversation
    today = now.astimezone(conversation.zone).date()
    days = participation.days_of(conversation, at=now)
    reach, people = participation.reach_of(conversation), participation.people_of(conversation)
    goal = participation.goal_of(conversation, reach, people.took_part)
    context = {
        "line": line_of(conversation, participation.totals_of(conversation), at=now),
        "today": today,
        "activity": charts.activity(days, today=today),
        "people": people,
        "reach": reach,
        "goal": goal,
        "curve": charts.curve(people.curve, goal.people if goal else None),
        "streams": participation.streams_of(conversation),
        "fewest": participation.FEWEST,
    }
    return render(request, "portal/participation.html", context)


@require_GET
@about_conversation
def trending(request: ConversationRequest) -> HttpResponse:
    """Themes where the project chose that, and the questions with their numbers in any case."""
    found = themes.trending_themes(request.conversation)
    context = {
        "themes": found,
        "most": max((theme.contributions for theme in found), default=0),
        "streams": participation.streams_of(request.conversation),
        "fewest": themes.FEWEST,
    }
    return render(request, "portal/themes.html", context)


@require_GET
@about_conversation
def notices(request: ConversationRequest) -> HttpResponse:
    context = {"told": told.told_of(request.conversation), "fewest": FEWEST}
    return render(request, "portal/notices.html", context)
