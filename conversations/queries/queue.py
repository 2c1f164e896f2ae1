"""The queue as facilitators see it: by lane, paged by key, with bounded counts. No name, no time, no author."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from conversations.models import Conversation, HandoverNote, Lane, SavedReply
from kernel.database import row, rows
from kernel.errors import NotFound
from kernel.text import one_line

PAGE = 25
# A lane is counted up to here.
MOST_COUNTED = 999
_MOST_WORDS = 6
_KEY = re.compile(r"([0-9]{1,9})~(\d{4}-\d\d-\d\d)~([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is shown. `lane` None is all of them; done are those that were handled, newest first."""

    lane: Lane | None = None
    is_done: bool = False
    stream: UUID | None = None
    area: UUID | None = None
    kind: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A line of the list. `held_by` is somebody else of the staff who works on it now."""

    id: UUID
    kind: str
    lane: Lane
    day: date
    text: str
    state: str
    source: str
    reports: int
    hints: int
    question: str
    held_by: UUID | None
    is_in_group: bool
    key: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: list[QueueRow]
    after: str | None


@dataclass(frozen=True, slots=True)
class _Clause:
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        self.conditions.append(condition)
        self.values.extend(values)

    def __str__(self) -> str:
        return " AND ".join(self.conditions)


def page_of(
    conversation: Conversation, filters: Filters, *, after: str | None, by: UUID, at: datetime
) -> QueuePage:
    """Twenty-five items after a key. Raises NotFound for a malformed key."""
    where = _where(conversation, filters)
    if after is not None:
        _add_key(where, filters, after)
    order = _DONE_ORDER if filters.is_done else _ORDER
    read = rows(_PAGE.format(where=where, order=order), [at, by, *where.values])
    found = [_row(line, is_done=filters.is_done) for line in read[:PAGE]]
    return QueuePage(rows=found, after=found[-1].key if len(read) > PAGE else None)


def next_after(
    conversation: Conversation, filters: Filters, item: UUID, *, by: UUID, at: datetime
) -> UUID | None:
    """
    The open item that comes after this one, else the first; None where there is none.

    What somebody else works on is passed over.
    """
    if filters.is_done:
        filters = Filters()
    for is_rest in (True, False):
        where = _where(conversation, filters)
        where.add("q.id <> %s", item)
        where.add("(q.claimed_by IS NULL OR q.claimed_by = %s OR q.claimed_until <= %s)", by, at)
        if is_rest:
            where.add(
                "(q.lane, q.day, q.id) > (SELECT lane, day, id FROM conversations_queueitem WHERE id = %s)",
                item,
            )
        found = row(_NEXT.format(where=where), where.values)
        if found is not None:
            return UUID(str(found[0]))
    return None


def counts(conversation: Conversation) -> dict[Lane, int]:
    """How many are open in each lane, up to 999."""
    found = rows(_COUNTS, [conversation.pk])
    return {Lane(lane): count for lane, count in found}


def saved_replies() -> list[SavedReply]:
    return list(SavedReply.objects.order_by("title"))


def handover_notes(conversation: Conversation, *, before: int | None) -> list[HandoverNote]:
    """The newest first, a page of them after a note's number."""
    notes = HandoverNote.objects.filter(conversation=conversation)
    if before is not None:
        notes = notes.filter(pk__lt=before)
    return list(notes.order_by("-pk")[: PAGE + 1])


def _where(conversation: Conversation, filters: Filters) -> _Clause:
    where = _Clause()
    where.add("q.conversation_id = %s", conversation.pk)
    where.add("NOT q.is_open" if filters.is_done else "q.is_open")
    if filters.lane is not None:
        where.add("q.lane = %s", filters.lane.value)
    if filters.kind:
        where.add("q.kind = %s", filters.kind)
    if filters.stream is not None:
        where.add("i.stream_id = %s", filters.stream)
    if filters.area is not None:
        where.add("i.area_id = %s", filters.area)
    words = [word.lower() for word in one_line(filters.words).split()[:_MOST_WORDS]]
    if words:
        where.add(_HOLDING.format(holds=" AND ".join([_HOLDS] * len(words))), *words, *words)
    return where


def _add_key(where: _Clause, filters: Filters, after: str) -> None:
    match = _KEY.fullmatch(after)
    if match is None:
        raise NotFound
    try:
        lane, day, item = int(match[1]), date.fromisoformat(match[2]), UUID(match[3])
    except ValueError as reason:
        raise NotFound from reason
    if filters.is_done:
        where.add("(q.handled_on < %s OR (q.handled_on = %s AND q.id > %s))", day, day, item)
    else:
        where.add("(q.lane, q.day, q.id) > (%s, %s, %s)", lane, day, item)


def _row(line: tuple[Any, ...], *, is_done: bool) -> QueueRow:
    item, kind, lane, day, *values, handled_on = line
    key_day = handled_on if is_done and handled_on else day
    fields: list[Any] = [item, kind, Lane(lane), day, *values, f"{lane}~{key_day}~{item}"]
    return QueueRow(*fields)


_FROM = """
    FROM conversations_queueitem q
    LEFT JOIN conversations_comment c ON q.kind = 'comment' AND c.id = q.id
    JOIN conversations_idea i ON i.id = COALESCE(c.idea_id, q.id)
"""
# Anywhere in a text, half a word as well. All texts are read through once, in the order in which they lie:
# looking each item's text up takes several times as long.
_HOLDS = "strpos(lower(text), %s) > 0"
_HOLDING = """q.id IN (
    SELECT id FROM conversations_idea WHERE {holds} UNION ALL SELECT id FROM conversations_comment WHERE {holds}
)"""
_ORDER = "q.lane, q.day, q.id"
_DONE_ORDER = "q.handled_on DESC NULLS LAST, q.id"

_PAGE = f"""
    SELECT q.id, q.kind, q.lane, q.day, COALESCE(c.text, i.text), COALESCE(c.state, i.state),
           COALESCE(c.source, i.source), q.reports, jsonb_array_length(q.hints), s.question,
           CASE WHEN q.claimed_until > %s AND q.claimed_by <> %s THEN q.claimed_by END, q.alike IS NOT NULL,
           q.handled_on
    {_FROM} JOIN conversations_stream s ON s.id = i.stream_id
    WHERE {{where}} ORDER BY {{order}} LIMIT {PAGE + 1}
"""
_NEXT = f"SELECT q.id {_FROM} WHERE {{where}} ORDER BY {_ORDER} LIMIT 1"

_COUNTS = f"""
    SELECT lanes.lane, (
        SELECT count(*) FROM (
            SELECT FROM conversations_queueitem q
            WHERE q.conversation_id = wanted.id AND q.is_open AND q.lane = lanes.lane LIMIT {MOST_COUNTED}
        ) counted
    )
    FROM (SELECT %s::uuid AS id) wanted, unnest(ARRAY{list(Lane.values)}) AS lanes (lane)
"""
