"""The coding desk: what waits to be read, one contribution of it, and what this analyst gave to it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from conversations.models import Conversation
from kernel.database import row, rows
from kernel.errors import NotFound
from reporting.coding.models import CodeState, GivenCode, Reading, Suggestion
from reporting.coding.queries.posts import POSTS

PAGE = 25


class Show(StrEnum):
    """Which contributions stand in the list."""

    NEW = "new"  # read by nobody
    SECOND = "second"  # read by a colleague, not by this analyst
    CHANGED = "changed"  # read by this analyst, and to be looked at again
    MINE = "mine"  # read by this analyst


@dataclass(frozen=True, slots=True)
class Filters:
    show: Show = Show.NEW
    stream: UUID | None = None
    area: UUID | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class DeskLine:
    id: UUID
    kind: str
    day: date
    text: str
    question: str


@dataclass(frozen=True, slots=True)
class TextNow:
    """A contribution's text as it stands, with the version that offsets are in."""

    id: UUID
    kind: str
    text: str
    version: int


@dataclass(frozen=True, slots=True)
class Place:
    """A passage that was coded, with its words as they stand now. Stale: the text changed since."""

    code: UUID
    start: int
    end: int
    words: str
    is_stale: bool

    @property
    def value(self) -> str:
        return f"{self.code}:{self.start}:{self.end}"


@dataclass(frozen=True, slots=True)
class Hint:
    """A code suggested, how sure, the words that weigh, and what the analyst coded so before."""

    code: UUID
    percent: int
    words: list[str]
    alike: list[tuple[UUID, str, str]]  # id, kind, beginning of the text


@dataclass(frozen=True, slots=True)
class DeskPost:
    id: UUID
    kind: str
    text: str
    version: int
    day: date
    source: str
    question: str
    area: str
    idea: UUID
    idea_text: str
    readers: int
    is_read: bool
    is_due: bool
    can_undo: bool
    codes: frozenset[UUID]
    places: list[Place]

    @property
    def is_stale(self) -> bool:
        return self.is_due or any(place.is_stale for place in self.places)


def text_now(conversation: Conversation, post: UUID) -> TextNow:
    """Raises NotFound for whatever is not shown, or of another conversation."""
    found = row(_TEXT, [conversation.pk, conversation.pk, post])
    if found is None:
        raise NotFound
    return TextNow(*found)


def page_of(
    conversation: Conversation, filters: Filters, *, by: UUID, after: UUID | None
) -> tuple[list[DeskLine], UUID | None]:
    """Twenty-five contributions after a key, and the key of the next page where there is one."""
    conditions, values = _conditions(filters)
    statement = _PAGE.format(where=" AND ".join([*conditions, "p.id > %s"]))
    asked = [conversation.pk, conversation.pk, by, *values, after or UUID(int=0)]
    found = [DeskLine(*line) for line in rows(statement, asked)]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def next_after(
    conversation: Conversation, filters: Filters, post: UUID, *, by: UUID
) -> tuple[UUID, str] | None:
    """The one that comes after this in the list, else the first; None where there is none."""
    conditions, values = _conditions(filters)
    for key in (post, UUID(int=0)):
        statement = _NEXT.format(where=" AND ".join([*conditions, "p.id > %s", "p.id <> %s"]))
        found = row(statement, [conversation.pk, conversation.pk, by, *values, key, post])
        if found is not None:
            return found[0], found[1]
    return None


def counts(conversation: Conversation, *, by: UUID) -> dict[Show, int]:
    """How many stand in each list, in one statement."""
    found = row(_COUNTS, [conversation.pk, conversation.pk, by])
    return dict(zip(Show, found or (0,) * len(Show), strict=True))


def post_at(conversation: Conversation, post: UUID, *, by: UUID) -> DeskPost:
    """A contribution with what this analyst gave to it, and nothing of anybody else. Raises NotFound."""
    found = row(_POST, [post, conversation.pk, conversation.pk, post])
    if found is None:
        raise NotFound
    _id, kind, text, version, day, source, question, area, idea, idea_text, readers = found
    reading = Reading.objects.filter(post=post, by=by).first()
    given = (
        list(GivenCode.objects.filter(reading=reading, code__state=CodeState.ACTIVE).order_by("start", "end"))
        if reading
        else []
    )
    return DeskPost(
        id=post,
        kind=kind,
        text=text,
        version=version,
        day=day,
        source=source,
        question=question,
        area=area,
        idea=idea,
        idea_text=idea_text,
        readers=readers,
        is_read=reading is not None,
        is_due=reading is not None and (reading.is_due or reading.version != version),
        can_undo=reading is not None and reading.before is not None,
        codes=frozenset(one.code_id for one in given if one.start is None),
        places=[_place(one, text, version) for one in given if one.start is not None],
    )


def hints_for(conversation: Conversation, post: DeskPost, *, by: UUID, is_blind: bool) -> list[Hint]:
    """
    What was learned to fit this text. Nothing while it would no longer be a second, independent reading.

    What is alike is shown only where the analyst read it themselves, with nothing of anybody else.
    """
    if is_blind and post.readers > int(post.is_read):
        return []
    found = list(
        Suggestion.objects.filter(post=post.id, version=post.version, code__state=CodeState.ACTIVE).order_by(
            "-score"
        )
    )
    asked = [one for suggestion in found for one in suggestion.alike]
    near = (
        {
            (code, other): (other, kind, text)
            for code, other, kind, text in rows(_ALIKE, [conversation.pk, conversation.pk, asked, by])
        }
        if asked
        else {}
    )
    return [
        Hint(
            code=one.code_id,
            percent=round(100 * one.score),
            words=[post.text[start:end] for start, end in one.words],
            alike=[near[one.code_id, other] for other in one.alike if (one.code_id, other) in near][:2],
        )
        for one in found
    ]


def _place(given: GivenCode, text: str, version: int) -> Place:
    start, end = given.start or 0, given.end or 0
    return Place(given.code_id, start, end, text[start:end], given.version != version)


def _conditions(filters: Filters) -> tuple[list[str], list[Any]]:
    conditions: list[str] = [_SHOWN[filters.show]]
    values: list[Any] = []
    if filters.stream is not None:
        conditions.append("p.stream_id = %s")
        values.append(filters.stream)
    if filters.area is not None:
        conditions.append("p.area_id = %s")
        values.append(filters.area)
    if filters.kind:
        conditions.append("p.kind = %s")
        values.append(filters.kind)
    return conditions, values


_ANY = "EXISTS (SELECT FROM coding_reading r WHERE r.post = p.id)"
_SHOWN = {
    Show.NEW: f"NOT {_ANY}",
    Show.SECOND: f"mine.id IS NULL AND {_ANY}",
    Show.CHANGED: "mine.id IS NOT NULL AND (mine.is_due OR mine.version <> p.version)",
    Show.MINE: "mine.id IS NOT NULL",
}
_FROM = f"FROM ({POSTS}) p LEFT JOIN coding_reading mine ON mine.post = p.id AND mine.by = %s"
_PAGE = f"""
    SELECT p.id, p.kind, p.day, left(p.text, 300), s.question
    {_FROM} JOIN conversations_stream s ON s.id = p.stream_id
    WHERE {{where}} ORDER BY p.id LIMIT {PAGE + 1}
"""
_NEXT = f"SELECT p.id, p.kind {_FROM} WHERE {{where}} ORDER BY p.id LIMIT 1"
_COUNTS = f"""
    SELECT count(*) FILTER (WHERE n.post IS NULL),
           count(*) FILTER (WHERE n.post IS NOT NULL AND mine.id IS NULL),
           count(*) FILTER (WHERE mine.is_due OR mine.version <> p.version),
           count(mine.id)
    {_FROM} LEFT JOIN (SELECT DISTINCT post FROM coding_reading) n ON n.post = p.id
"""
_TEXT = f"SELECT p.id, p.kind, p.text, p.version FROM ({POSTS}) p WHERE p.id = %s"
_POST = f"""
    SELECT p.id, p.kind, p.text, p.version, p.day, p.source, s.question, a.name, i.id, i.text,
           (SELECT count(*) FROM coding_reading r WHERE r.post = %s)
    FROM ({POSTS}) p JOIN conversations_stream s ON s.id = p.stream_id
    JOIN conversations_area a ON a.id = p.area_id JOIN conversations_idea i ON i.id = p.idea_id
    WHERE p.id = %s
"""
# Parameters in the order of the text: the count's, those of POSTS, the post's.
_ALIKE = f"""
    SELECT DISTINCT g.code_id, p.id, p.kind, left(p.text, 200)
    FROM ({POSTS}) p JOIN coding_reading r ON r.post = p.id JOIN coding_givencode g ON g.reading_id = r.id
    WHERE p.id = ANY(%s) AND r.by = %s
"""
