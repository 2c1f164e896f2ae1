"""The organisation's conversations, and the frame of a conversation's pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from conversations.models import Announcement, Conversation, Dimension, Stream
from kernel.database import rows
from kernel.errors import NotFound
from kernel.remembered import Remembered
from kernel.tenancy import current_tenant
from privacy.anonymity import Ticket


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers of contributions, not of people."""

    ideas: int
    comments: int
    votes: int


@dataclass(frozen=True, slots=True)
class StreamCard:
    """A stream with what is in it, seen from one area."""

    id: UUID
    question: str
    context: str
    ideas: int
    comments: int
    votes: int
    opens_at: datetime | None

    def has_opened(self, *, at: datetime) -> bool:
        return self.opens_at is None or self.opens_at <= at


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all pages of a conversation need, and what changes rarely."""

    conversation: Conversation
    streams: dict[UUID, Stream]
    has_survey: bool
    has_several_areas: bool
    announcements: list[Announcement]


_conversations: Remembered[tuple[str, str], _Frame | None] = Remembered(seconds=5, most=2_000)


def listed() -> list[Conversation]:
    """What the organisation's front page shows: everything that has dates, newest first."""
    return list(Conversation.objects.exclude(opens_at=None).order_by("-opens_at"))


@dataclass(frozen=True, slots=True)
class ConversationLine:
    conversation: Conversation
    totals: Totals


def with_totals() -> list[ConversationLine]:
    """Every conversation of the organisation with its numbers, newest first, drafts above. One query."""
    found = Conversation.objects.annotate(
        idea_total=Coalesce(Sum("streams__tallies__ideas"), 0),
        comment_total=Coalesce(Sum("streams__tallies__comments"), 0),
        vote_total=Coalesce(Sum("streams__tallies__votes"), 0),
    ).order_by(F("opens_at").desc(nulls_first=True))
    return [ConversationLine(one, Totals(one.idea_total, one.comment_total, one.vote_total)) for one in found]


def open_conversations(*, at: datetime) -> list[Conversation]:
    return list(Conversation.objects.filter(opens_at__lte=at, closes_at__gt=at).order_by("opens_at"))


def conversation_at(slug: str) -> Conversation:
    """
    Raises NotFound, also for a draft.

    Remembered for 5 seconds in the process. Dates are asked again by every statement that writes.
    """
    return _frame(slug).conversation


def project_with(project: UUID) -> Conversation:
    """For staff: also a draft, and never remembered. Raises NotFound."""
    found = Conversation.objects.filter(pk=project).first()
    if found is None:
        raise NotFound
    return found


def stream_at(conversation: Conversation, stream: UUID, *, at: datetime) -> Stream:
    """Raises NotFound for a stream of another conversation, and for one that opens later."""
    found = _frame(conversation.slug).streams.get(stream)
    if found is None or not found.has_opened(at=at):
        raise NotFound
    return found


def announcements(conversation: Conversation, *, at: datetime) -> list[Announcement]:
    """What the facilitators announce at this moment. Remembered with the conversation."""
    return [one for one in _frame(conversation.slug).announcements if one.is_shown(at=at)]


def must_answer(conversation: Conversation, by: Ticket) -> bool:
    """Whether the survey comes before anything else: to be answered or passed by, or to name one's area."""
    return not by.area or (_frame(conversation.slug).has_survey and not by.is_surveyed)


def questions(conversation: Conversation, *, at: datetime) -> list[Stream]:
    """The conversation's streams that have opened, in their order. Remembered with it, so it asks nothing."""
    return [stream for stream in _frame(conversation.slug).streams.values() if stream.has_opened(at=at)]


def has_several_areas(conversation: Conversation) -> bool:
    """Whether people read and write in one of several areas."""
    found = _frame_of(conversation.slug)
    return conversation.areas.count() > 1 if found is None else found.has_several_areas


def forget_conversations() -> None:
    _conversations.forget()


def _frame(slug: str) -> _Frame:
    """Raises NotFound, also for a draft."""
    found = _frame_of(slug)
    if found is None:
        raise NotFound
    return found


def _frame_of(slug: str) -> _Frame | None:
    """Remembered for 5 seconds; None also for a draft."""
    return _conversations.get((current_tenant().schema_name, slug), lambda: _find(slug))


def _find(slug: str) -> _Frame | None:
    conversation = Conversation.objects.exclude(opens_at=None).filter(slug=slug).first()
    if conversation is None:
        return None
    streams = {stream.pk: stream for stream in _in_order(conversation)}
    return _Frame(
        conversation=conversation,
        streams=streams,
        has_survey=Dimension.objects.filter(conversation=conversation, is_asked=True).exists(),
        has_several_areas=conversation.areas.count() > 1,
        announcements=list(conversation.announcements.order_by("position", "shown_from", "id")),
    )


def _in_order(conversation: Conversation) -> list[Stream]:
    return list(Stream.objects.filter(conversation=conversation).order_by("position", "id"))


def streams(conversation: Conversation, *, area: str) -> list[StreamCard]:
    return [StreamCard(*found) for found in rows(_STREAMS, [area, conversation.id])]


def totals(conversation: Conversation) -> Totals:
    """Over all areas."""
    return Totals(*rows(_TOTALS, [conversation.id])[0])


def asked_on_paper(conversation: Conversation) -> tuple[list[str], list[Stream]]:
    """Names of the areas, and the questions, in the order in which a printed form shows them."""
    areas = conversation.areas.order_by("position", "code").values_list("name", flat=True)
    return list(areas), _in_order(conversation)


@dataclass(frozen=True, slots=True)
class Days:
    """Where a conversation stands between its two dates: "day 5 of 21"."""

    today: int
    of: int


def days(conversation: Conversation, *, at: datetime) -> Days:
    """Counted in days of the client's own time zone, whatever the clocks do meanwhile."""
    assert conversation.opens_at is not None  # noqa: S101  (only listed conversations have pages)
    assert conversation.closes_at is not None  # noqa: S101
    first, last, today = (
        moment.astimezone(conversation.zone).date()
        for moment in (conversation.opens_at, conversation.closes_at, at)
    )
    length = (last - first).days + 1
    return Days(today=min(max((today - first).days + 1, 1), length), of=length)


_STREAMS = """
    SELECT s.id, s.question, s.context, COALESCE(t.ideas, 0), COALESCE(t.comments, 0), COALESCE(t.votes, 0),
        s.opens_at
    FROM conversations_stream s
    LEFT JOIN conversations_area a ON a.conversation_id = s.conversation_id AND a.code = %s
    LEFT JOIN conversations_tally t ON t.stream_id = s.id AND t.area_id = a.id
    WHERE s.conversation_id = %s
    ORDER BY s.position, s.id
"""

_TOTALS = """
    SELECT COALESCE(sum(t.ideas), 0)::int, COALESCE(sum(t.comments), 0)::int, COALESCE(sum(t.votes), 0)::int
    FROM conversations_tally t JOIN conversations_stream s ON s.id = t.stream_id
    WHERE s.conversation_id = %s
"""
