"""Announcements on the home page, and when each question opens."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations.models import Announcement
from conversations.models.announcement import MOST_CHARACTERS_OF_ANNOUNCEMENT
from conversations.queries import desk
from conversations.services import announcing, stages
from conversations.services.announcing import Words
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.typed import form_id, moment, number
from kernel.errors import DomainError
from tenants.models import Role


@in_project(Role.FACILITATOR)
def announcements(request: ProjectRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    try:
        announcing.announce(
            conversation=request.conversation, words=_words(request), by=request.staff, form=form_id(request)
        )
    except DomainError as refusal:
        return _page(request, trouble=refusal.sentence, status=refusal.status)
    messages.info(request, "It stands on the home page from the moment you chose.")
    return _back(request, "console_announcements")


@in_project(Role.FACILITATOR)
def announcement(request: ProjectRequest, announcement: UUID) -> HttpResponse:
    """Change one, send it, or take it down."""
    found = desk.announcement(request.conversation, announcement)
    if request.method != "POST":
        return _page(request, editing=found)
    try:
        if request.POST.get("act") == "take-down":
            announcing.take_down_announcement(
                conversation=request.conversation, announcement=announcement, by=request.staff
            )
        else:
            announcing.change_announcement(
                conversation=request.conversation,
                announcement=announcement,
                words=_words(request),
                by=request.staff,
            )
    except DomainError as refusal:
        return _page(request, editing=found, trouble=refusal.sentence, status=refusal.status)
    return _back(request, "console_announcements")


@in_project(Role.FACILITATOR)
def all_stages(request: ProjectRequest) -> HttpResponse:
    """When each question opens."""
    return _stages_page(request)


@require_POST
@in_project(Role.FACILITATOR)
def set_stage(request: ProjectRequest, stream: UUID) -> HttpResponse:
    try:
        stages.set_stage(
            conversation=request.conversation,
            stream=stream,
            opens_at=moment(request, "opens_at", request.conversation.zone),
            by=request.staff,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _stages_page(request, stream=stream, trouble=refusal.sentence, status=refusal.status)
    return _back(request, "console_stages")


def _words(request: ProjectRequest) -> Words:
    """Raises MomentUnclear."""
    zone = request.conversation.zone
    return Words(
        text=request.POST.get("text", ""),
        shown_from=moment(request, "shown_from", zone) or timezone.now(),
        shown_until=moment(request, "shown_until", zone),
        position=number(request, "position") or 0,
        subject=request.POST.get("subject", "") if "send" in request.POST else None,
    )


def _page(
    request: ProjectRequest, *, editing: Announcement | None = None, trouble: str = "", status: int = 200
) -> HttpResponse:
    zone = request.conversation.zone
    typed: dict[str, Any] = dict(request.POST.items())
    if editing is not None and not request.POST:
        typed = {
            "text": editing.text,
            "shown_from": _written(editing.shown_from.astimezone(zone)),
            "shown_until": editing.shown_until and _written(editing.shown_until.astimezone(zone)),
            "position": editing.position,
        }
    context = {
        "announcements": [] if editing else desk.announcements(request.conversation),
        "editing": editing,
        "typed": typed,
        "zone": zone,
        "now": timezone.now(),
        "form_id": form_id(request),
        "most": MOST_CHARACTERS_OF_ANNOUNCEMENT,
        "trouble": trouble,
    }
    return render(request, "conversations/console/announcements.html", context, status=status)


def _stages_page(
    request: ProjectRequest, *, stream: UUID | None = None, trouble: str = "", status: int = 200
) -> HttpResponse:
    zone = request.conversation.zone
    found = desk.stages(request.conversation, at=timezone.now())
    context = {
        "stages": found,
        "written": {
            one.stream.pk: _written(one.stream.opens_at.astimezone(zone))
            for one in found
            if one.stream.opens_at
        },
        "zone": zone,
        "stream": stream,
        "typed": request.POST.get("opens_at", ""),
        "trouble": trouble,
        "is_open": request.conversation.has_opened(at=timezone.now()),
    }
    return render(request, "conversations/console/stages.html", context, status=status)


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def _back(request: ProjectRequest, name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=[request.client.pk, request.conversation.pk]))
