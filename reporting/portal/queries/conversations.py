"""The organisation's conversations, as its client users find them."""

from dataclasses import dataclass
from datetime import datetime

from conversations.models import Conversation
from conversations.queries import conversations, preparing
from conversations.queries.conversations import Days, Totals
from kernel.errors import NotFound
from tenants.models import Phase


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation in one card. `days` is None where it has no dates yet, or none that count."""

    conversation: Conversation
    totals: Totals
    standing: preparing.Standing
    days: Days | None


def conversation_called(slug: str) -> Conversation:
    """Also a draft, and never remembered. Raises NotFound."""
    found = Conversation.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound
    return found


def listed(*, at: datetime) -> list[Line]:
    """Every conversation with its numbers, the newest first. One query."""
    return [line_of(found.conversation, found.totals, at=at) for found in conversations.with_totals()]


def line_of(conversation: Conversation, totals: Totals, *, at: datetime) -> Line:
    standing = preparing.standing_of(conversation, at=at)
    days = conversations.days(conversation, at=at) if standing.phase is Phase.OPEN else None
    return Line(conversation=conversation, totals=totals, standing=standing, days=days)
