"""
Idea cards as HTML. A card that more than one person may see is rendered once and kept.

The cards of a busy page are most of its work, and for most people most of them are the same: one that is
liked looks alike to everybody who likes it. The mark on one's own idea is for one person, so such a card is
never kept: what is kept knows nobody.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import get_language
from markupsafe import Markup

from conversations.auth import ParticipantRequest
from conversations.queries.ideas import IdeaCard

_MOST_KEPT = 5_000


class _Place(NamedTuple):
    """Everything but the idea that a card depends on; the tenant first."""

    schema_name: str
    slug: str
    language: str
    today: date
    may_write: bool


def cards(
    request: ParticipantRequest, ideas: Sequence[IdeaCard], *, today: date, may_write: bool
) -> list[Markup]:
    place = _place(request, today=today, may_write=may_write)
    return [_render(place, idea) if idea.is_own else _kept(place, idea) for idea in ideas]


def marked_cards(
    request: ParticipantRequest,
    ideas: Sequence[IdeaCard],
    texts: Sequence[Markup],
    *,
    today: date,
    may_write: bool,
) -> list[Markup]:
    """Cards with the words somebody looked for marked in them. Never kept: they tell what was looked for."""
    place = _place(request, today=today, may_write=may_write)
    return [_render(place, idea, text) for idea, text in zip(ideas, texts, strict=True)]


def _place(request: ParticipantRequest, *, today: date, may_write: bool) -> _Place:
    schema_name = request.organisation.tenant.schema_name
    return _Place(schema_name, request.conversation.slug, get_language(), today, may_write)


@lru_cache(maxsize=_MOST_KEPT)
def _kept(place: _Place, idea: IdeaCard) -> Markup:
    return _render(place, idea)


def _render(place: _Place, idea: IdeaCard, text: Markup | None = None) -> Markup:
    context = {
        "request": {"conversation": {"slug": place.slug}},
        "idea": idea,
        "text": idea.text if text is None else text,
        "today": place.today,
        "may_write": place.may_write,
    }
    return Markup(render_to_string("conversations/_card.html", context))  # noqa: S704  (our own escaped template)
