"""
One contribution as a facilitator works on it.

Its text, day, place, counters, reports, hints, thread and neighbours under the same idea. Never a time, a tag,
a route, an order of arrival, or anything else by the same author: nobody here could know.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from conversations.models import Area, Conversation, Lane, State, Stream
from conversations.queries.similar import ideas_like
from kernel.database import row, rows
from kernel.errors import NotFound

_MOST_AROUND = 20
_MOST_ALIKE = 50
MOST_REPORTS = 50


@dataclass(frozen=True, slots=True)
class Hint:
    """`words` stand in the text; `kind` is that of the rule, or "named" for a name of the roster."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Facilitated:
    id: UUID
    kind: str
    idea: UUID
    text: str
    day: date
    state: str
    source: str
    is_edited: bool
    stream: UUID
    question: str
    area: str
    likes: int
    dislikes: int
    comment_count: int
    lane: Lane
    is_open: bool
    hints: list[Hint]
    alike: UUID | None
    claimed_by: UUID | None
    claimed_until: datetime | None
    handled_by: UUID | None
    handled_on: date | None
    # What a comment stands under.
    idea_text: str
    # An act names the version that somebody had before them.
    version: int
    edited_for: str
    merged_into: UUID | None
    part_of: UUID | None

    def is_claimed_by(self, staff: UUID, *, at: datetime) -> bool:
        return self.claimed_by == staff and self.claimed_until is not None and self.claimed_until > at

    def is_held_from(self, staff: UUID, *, at: datetime) -> bool:
        return (
            self.claimed_by not in {None, staff}
            and self.claimed_until is not None
            and self.claimed_until > at
        )


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody said. Nothing says who, and nothing tells whether two of these are of one person."""

    reason: str
    words: str
    day: date


@dataclass(frozen=True, slots=True)
class Neighbour:
    id: UUID
    text: str
    day: date
    state: str
    source: str


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the blind thread, once its window has come."""

    kind: str
    text: str
    day: date


@dataclass(frozen=True, slots=True)
class AlikePost:
    id: UUID
    text: str
    day: date
    state: str
    likes: int
    dislikes: int
    comment_count: int
    question: str
    is_open: bool
    version: int


def post_at(conversation: Conversation, post: UUID) -> Facilitated:
    """Raises NotFound for a post that is in no queue, or in that of another conversation."""
    read = row(_POST, [post, conversation.pk])
    if read is None:
        raise NotFound
    values: list[Any] = list(read)
    values[14] = Lane(values[14])
    values[16] = [Hint(kind, words) for kind, words in _loaded(values[16])]
    return Facilitated(*values)


def reports_of(post: UUID) -> list[Reported]:
    return [Reported(*read) for read in rows(_REPORTS, [post, post])]


def around(post: Facilitated) -> list[Neighbour]:
    """The comments under the same idea, oldest first, whatever became of them; those nearest to a comment."""
    return [Neighbour(*read) for read in rows(_AROUND, [post.idea, post.id])]


def thread_of(post: UUID, *, at: datetime) -> list[Said]:
    return [Said(*read) for read in rows(_THREAD, [post, post, at])]


def alike(conversation: Conversation, group: UUID) -> list[AlikePost]:
    """Ideas that say nearly the same, those with most reactions first."""
    return [AlikePost(*read) for read in rows(_ALIKE, [group, conversation.pk])]


def to_merge(conversation: Conversation, post: Facilitated, *, words: str) -> list[AlikePost]:
    """Ideas of the same area that could be merged into one: the most alike, or those that hold the words."""
    if words.strip():
        return [AlikePost(*read) for read in rows(_WITH_WORDS, [words, conversation.pk, post.id, post.id])]
    return [AlikePost(*read) for read in rows(_LIKE_IT, [post.id])]


def lines(conversation: Conversation, ideas: Iterable[UUID]) -> list[AlikePost]:
    """These ideas, as lines of a list."""
    return [AlikePost(*read) for read in rows(_LINES, [list(ideas), conversation.pk])]


def parts_of(post: UUID) -> list[UUID]:
    """What a post was split into. For facilitators and its author alone."""
    return [
        part
        for (part,) in rows("SELECT id FROM conversations_idea WHERE part_of_id = %s ORDER BY number", [post])
    ]


def streams(conversation: Conversation) -> list[Stream]:
    return list(Stream.objects.filter(conversation=conversation).order_by("position", "id"))


def areas(conversation: Conversation) -> list[Area]:
    return list(Area.objects.filter(conversation=conversation).order_by("position", "code"))


def _loaded(hints: Any) -> Any:  # noqa: ANN401  (a column of JSON)
    return json.loads(hints) if isinstance(hints, str) else hints


_POST = """
    SELECT q.id, q.kind, i.id, COALESCE(c.text, i.text), q.day, COALESCE(c.state, i.state),
           COALESCE(c.source, i.source), COALESCE(c.is_edited, i.is_edited), s.id, s.question, a.name,
           i.shown_likes, i.shown_dislikes, i.comment_count, q.lane, q.is_open, q.hints, q.alike, q.claimed_by, q.claimed_until,
           q.handled_by, q.handled_on, CASE WHEN c.id IS NULL THEN '' ELSE i.text END,
           COALESCE(c.version, i.version), COALESCE(c.edited_for, i.edited_for),
           CASE WHEN c.id IS NULL THEN i.merged_into_id END, CASE WHEN c.id IS NULL THEN i.part_of_id END
    FROM conversations_queueitem q
    LEFT JOIN conversations_comment c ON q.kind = 'comment' AND c.id = q.id
    JOIN conversations_idea i ON i.id = COALESCE(c.idea_id, q.id)
    JOIN conversations_stream s ON s.id = i.stream_id
    JOIN conversations_area a ON a.id = i.area_id
    WHERE q.id = %s AND q.conversation_id = %s
"""
_REPORTS = f"""
    SELECT reason, words, day FROM conversations_report WHERE idea_id = %s OR comment_id = %s
    ORDER BY day DESC, id LIMIT {MOST_REPORTS}
"""
_AROUND = f"""
    WITH placed AS (
        SELECT id, text, day, state, source, row_number() OVER (ORDER BY number) AS place
        FROM conversations_comment WHERE idea_id = %s AND state <> '{State.WITHDRAWN}'
    ), nearest AS (
        SELECT * FROM placed
        ORDER BY abs(place - COALESCE((SELECT place FROM placed WHERE id = %s), 0)), place LIMIT {_MOST_AROUND}
    )
    SELECT id, text, day, state, source FROM nearest ORDER BY place
"""
_THREAD = """
    SELECT m.kind, m.text, m.day FROM conversations_message m JOIN conversations_thread t ON t.id = m.thread_id
    WHERE (t.idea_id = %s OR t.comment_id = %s) AND (m.shown_from IS NULL OR m.shown_from <= %s)
    ORDER BY m.position
"""
_LINE = "i.id, i.text, i.day, i.state, i.shown_likes, i.shown_dislikes, i.comment_count, s.question"
_LIKE_IT = f"""
    SELECT {_LINE}, true, i.version
    FROM ({ideas_like(least=0.2, most=8)}) near JOIN conversations_idea i ON i.id = near.id
    JOIN conversations_stream s ON s.id = i.stream_id
    ORDER BY near.likeness DESC, i.id
"""
_LINES = f"""
    SELECT {_LINE}, true, i.version
    FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
    WHERE i.id = ANY(%s) AND s.conversation_id = %s ORDER BY i.id
"""
_WITH_WORDS = f"""
    SELECT {_LINE}, true, i.version
    FROM conversations_ideawords w JOIN conversations_idea i ON i.id = w.idea_id
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE w.vector @@ websearch_to_tsquery('english', %s) AND s.conversation_id = %s
      AND i.state = '{State.SHOWN}' AND i.id <> %s
      AND i.area_id = (SELECT area_id FROM conversations_idea WHERE id = %s)
    ORDER BY i.likes + i.dislikes DESC, i.id LIMIT 20
"""
_ALIKE = f"""
    SELECT {_LINE}, q.is_open, i.version
    FROM conversations_queueitem q JOIN conversations_idea i ON i.id = q.id
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE q.alike = %s AND q.conversation_id = %s AND i.state <> '{State.WITHDRAWN}'
    ORDER BY i.likes + i.dislikes + i.comment_count DESC, i.id LIMIT {_MOST_ALIKE}
"""
