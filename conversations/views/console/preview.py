"""
What participants will see, shown to staff without an identity: no ticket, no session, nothing to press.

The participants' own templates, marked as a preview, with addresses that stay on the console.
"""

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_GET
from markupsafe import Markup

from conversations.models import Conversation
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.queries import conversations, pages, preparing
from conversations.queries.ideas import Sort
from conversations.staff import ProjectRequest, in_project
from conversations.views.participant.texts import filled
from kernel import languages
from kernel.errors import NotFound
from tenants.branding.queries import branding
from tenants.models import Role
from web.markdown import rendered

_PLACES = {"home": "console_preview", "stream": "console_preview_stream", "about": "console_preview_about"}
_BRANDED = {"theme": "console_theme", "logo": "console_logo"}
# Where a page leads that a preview does not have. It stays where it is.
_NOWHERE = "#main"


@require_GET
@in_project(Role.OPERATOR, Role.FACILITATOR)
def home(request: ProjectRequest) -> HttpResponse:
    shown, now = as_if_open(request.conversation)
    area = preparing.areas(shown)[0].code
    context = {
        "now": now,
        "days": conversations.days(shown, at=now),
        "streams": conversations.streams(shown, area=area),
        "totals": conversations.totals(shown),
        "has_several_areas": conversations.has_several_areas(shown),
        "announcements": (),
    }
    return _rendered(request, shown, "home.html", context)


@require_GET
@in_project(Role.OPERATOR, Role.FACILITATOR)
def stream(request: ProjectRequest, stream: UUID) -> HttpResponse:
    """A question with the form for an idea, and no ideas: those are read in the queue."""
    shown, now = as_if_open(request.conversation)
    asked = next((one for one in preparing.streams(shown) if one.pk == stream), None)
    if asked is None:
        raise NotFound
    context = {
        "stream": asked,
        "page": SimpleNamespace(ideas=[], after=None),
        "cards": [],
        "sort": Sort.NEWEST,
        "sorts": list(Sort),
        "after": None,
        "form_id": uuid4(),
        "most": MOST_CHARACTERS_OF_IDEA,
        "today": now.astimezone(shown.zone).date(),
        "now": now,
        "may_write": True,
        "hints": (),
    }
    return _rendered(request, shown, "stream.html", context)


@require_GET
@in_project(Role.OPERATOR, Role.FACILITATOR)
def about(request: ProjectRequest, code: str) -> HttpResponse:
    """One of the pages about the conversation: its draft where there is one, else what is published."""
    shown, _now = as_if_open(request.conversation)
    page, language = pages.page_code(code), _language(request)
    standing = pages.standing_of(page, language)
    text = pages.page_text(page, language=language)
    if standing.draft:
        text = pages.draft_text(page, language=language)
    words = filled(text, conversation=shown, organisation=request.client.name, way=way_of(request))
    context = {
        "title": page.label,
        "shown": rendered(words),
        "written_in": text.language,
        "is_preview": bool(standing.draft),
    }
    return _rendered(request, shown, "about.html", context)


def as_if_open(conversation: Conversation) -> tuple[Conversation, datetime]:
    """A copy on its first day, with the planned dates or, where there are none yet, with three weeks from now."""
    shown, now = copy.copy(conversation), timezone.now()
    shown.opens_at = shown.opens_at or shown.planned_opens_at or now
    shown.closes_at = shown.closes_at or shown.planned_closes_at or shown.opens_at + timedelta(days=21)
    return shown, max(now, shown.opens_at)


def _rendered(
    request: ProjectRequest, shown: Conversation, template: str, context: dict[str, object]
) -> HttpResponse:
    """Without a request's own context: nothing of whoever looks gets into the page."""
    site = SimpleNamespace(name=request.client.name, logo=branding().logo)
    as_participant = SimpleNamespace(
        organisation=site,
        conversation=shown,
        participant=None,
        resolver_match=SimpleNamespace(url_name="preview"),
        method="GET",
        path="",
        get_full_path=lambda: "",
    )
    language = _language(request)
    context |= {"request": as_participant, "csrf_input": "", "url": way_of(request)}
    mark = render_to_string("conversations/console/_preview_mark.html", _mark(request))
    context["preview_mark"] = Markup(mark)  # noqa: S704  (our own escaped template)
    with translation.override(language):
        page = render_to_string(f"conversations/{template}", context)
    return HttpResponse(page, headers={"Content-Language": language})


def _mark(request: ProjectRequest) -> dict[str, object]:
    return {
        "back": reverse("console_checklist", args=[request.client.pk, request.conversation.pk]),
        "languages": languages.offered(),
        "current": _language(request),
        "here": request.path,
    }


def _language(request: ProjectRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def way_of(request: ProjectRequest) -> Callable[..., str]:
    """Addresses as the participants' templates ask for them, led to the previews there are."""
    language = _language(request)
    query = "" if language == settings.LANGUAGE_CODE else f"?language={language}"

    def way(name: str, *args: object) -> str:
        if name in _BRANDED:
            return reverse(_BRANDED[name], args=[request.client.pk, *args])
        if name in _PLACES:
            # The first argument is the conversation's address on its site.
            return (
                reverse(_PLACES[name], args=[request.client.pk, request.conversation.pk, *args[1:]]) + query
            )
        return "" if name == "counts" else _NOWHERE

    return way
