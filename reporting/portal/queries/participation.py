"""
How a conversation goes, as its organisation sees it: numbers of contributions as they are, numbers of people
only as they were released.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from conversations.models import BatchState, Conversation, PaperBatch, State
from conversations.queries import conversations as conversation_queries
from conversations.queries.conversations import Totals
from kernel.database import rows
from kernel.errors import Unavailable
from kernel.remembered import Remembered
from kernel.tenancy import current_tenant
from privacy.vault.interface import vault
from privacy.vault.refusals import UnknownConversation
from privacy.vault.shapes import MailingKind
from reporting.figures import queries as figures
from reporting.portal.models import PeopleOnDay
from reporting.shapes import ReleasedTable

# Below it a number is not told; from it on it is rounded.
FEWEST, _STEP = 11, 5
_LONGEST_CURVE = 400

_days: Remembered[tuple[str, UUID], list["Day"]] = Remembered(seconds=30, most=500)


@dataclass(frozen=True, slots=True)
class Day:
    """What was written on a day and can be read."""

    day: date
    ideas: int
    comments: int


@dataclass(frozen=True, slots=True)
class StreamLine:
    """A question with its contributions in all areas."""

    question: str
    ideas: int
    comments: int
    votes: int


@dataclass(frozen=True, slots=True)
class Mailed:
    """That everybody who can be reached was written to, and on which day."""

    kind: MailingKind
    day: date


@dataclass(frozen=True, slots=True)
class Reach:
    """
    How people were reached, in rounded numbers. 0 is fewer than eleven.

    Nothing here moves when somebody takes part, stops the letters or leaves: it comes from the rosters as they
    were taken in. Only letters that came back are counted as they are, from eleven on.
    """

    invited: int
    by_mail: int
    by_text: int
    came_back: int
    was_invited: bool
    paper: int
    mailings: list[Mailed]


@dataclass(frozen=True, slots=True)
class Goal:
    """A project's own goal: so many in a hundred of those invited. `reached` is None while it cannot be told."""

    percent: int
    people: int | None
    reached: int | None

    @property
    def is_met(self) -> bool:
        return self.reached is not None and self.reached >= self.percent


@dataclass(frozen=True, slots=True)
class People:
    """How many took part, and in which groups: released once a day, or not at all."""

    took_part: int | None
    tables: list[ReleasedTable]
    curve: list[tuple[date, int]]

    @property
    def is_over(self) -> bool:
        """More than nine in ten took part: then `took_part` is the least there were."""
        return figures.is_over(self.tables)


def totals_of(conversation: Conversation) -> Totals:
    return conversation_queries.totals(conversation)


def days_of(conversation: Conversation, *, at: datetime) -> list[Day]:
    """Every day from its opening to today or to its end. Counted anew each minute, like the totals."""
    if conversation.opens_at is None or not conversation.has_opened(at=at):
        return []
    return _days.get((current_tenant().schema_name, conversation.pk), lambda: _count_days(conversation, at))


def forget_days() -> None:
    _days.forget()


def streams_of(conversation: Conversation) -> list[StreamLine]:
    return [StreamLine(*found) for found in rows(_STREAMS, [conversation.pk])]


def people_of(conversation: Conversation) -> People:
    curve = PeopleOnDay.objects.filter(conversation=conversation).order_by("day")
    return People(
        took_part=figures.people_who_took_part(conversation),
        tables=figures.participation_tables(conversation),
        curve=list(curve.values_list("day", "people")),
    )


def reach_of(conversation: Conversation) -> Reach | None:
    """None while the vault does not answer, and once who was invited has been deleted: the page is there without it."""
    try:
        population = vault().population(conversation=conversation.pk)
        mailings = vault().mailings(conversation=conversation.pk)
    except (Unavailable, UnknownConversation):
        return None
    sent = [one for one in mailings if one.sent or one.failed or one.unknown]
    invitations = [one for one in sent if one.kind is MailingKind.INVITATION]
    return Reach(
        invited=population.people,
        by_mail=population.by_mail,
        by_text=population.by_text,
        came_back=rounded(sum(one.failed for one in invitations)),
        was_invited=bool(invitations),
        paper=rounded(_paper_forms(conversation)),
        mailings=[Mailed(one.kind, one.due_at.astimezone(conversation.zone).date()) for one in sent],
    )


def goal_of(conversation: Conversation, reach: Reach | None, took_part: int | None) -> Goal | None:
    """Both numbers are rounded, so the share says nothing that they do not."""
    if not conversation.goal_percent:
        return None
    invited = reach.invited if reach else 0
    # Voices of an imported conversation are on no roster.
    is_known = took_part is not None and 0 < took_part <= invited
    reached = round(100 * (took_part or 0) / invited) if is_known else None
    people = -(-invited * conversation.goal_percent // 100) if invited else None
    return Goal(percent=conversation.goal_percent, people=people, reached=reached)


def rounded(count: int) -> int:
    """Down to five; 0 is fewer than eleven."""
    return 0 if count < FEWEST else max(FEWEST, count - count % _STEP)


def _paper_forms(conversation: Conversation) -> int:
    """Of piles that are released. A pile is keyed over days, and released at once."""
    released = PaperBatch.objects.filter(conversation=conversation, state=BatchState.DONE)
    return sum(released.values_list("dissolved_forms", flat=True))


def _count_days(conversation: Conversation, at: datetime) -> list[Day]:
    counted = {day: (ideas, comments) for day, ideas, comments in rows(_DAYS, [conversation.pk] * 2)}
    first, last = _first_and_last(conversation, at)
    span = min((last - first).days + 1, _LONGEST_CURVE)
    days = [last - timedelta(days=back) for back in reversed(range(span))]
    return [Day(day, *counted.get(day, (0, 0))) for day in days]


def _first_and_last(conversation: Conversation, at: datetime) -> tuple[date, date]:
    assert conversation.opens_at is not None  # noqa: S101  (it has opened)
    ends = at if conversation.closes_at is None else min(at, conversation.closes_at)
    first = conversation.opens_at.astimezone(conversation.zone).date()
    return first, max(first, ends.astimezone(conversation.zone).date())


_STREAMS = """
    SELECT s.question, COALESCE(sum(t.ideas), 0)::int, COALESCE(sum(t.comments), 0)::int,
        COALESCE(sum(t.votes), 0)::int
    FROM conversations_stream s LEFT JOIN conversations_tally t ON t.stream_id = s.id
    WHERE s.conversation_id = %s
    GROUP BY s.id, s.question, s.position
    ORDER BY s.position, s.id
"""
_DAYS = f"""
    SELECT day, sum(ideas)::int, sum(comments)::int FROM (
        SELECT i.day, count(*) AS ideas, 0 AS comments
        FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
        WHERE s.conversation_id = %s AND i.state = '{State.SHOWN}'
        GROUP BY i.day
        UNION ALL
        SELECT c.day, 0, count(*)
        FROM conversations_comment c
        JOIN conversations_idea i ON i.id = c.idea_id AND i.state = '{State.SHOWN}'
        JOIN conversations_stream s ON s.id = i.stream_id
        WHERE s.conversation_id = %s AND c.state = '{State.SHOWN}'
        GROUP BY c.day
    ) counted
    GROUP BY day
"""
