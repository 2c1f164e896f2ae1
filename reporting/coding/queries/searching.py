"""Looking for words in contributions and in the frame, and for what a code was given to."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from conversations.models import Conversation
from kernel.database import rows
from kernel.text import one_line
from reporting.coding.models import CodeState
from reporting.coding.queries.frames import CodeLine
from reporting.coding.queries.posts import POSTS

PAGE = 25
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """`codes` are those one asked for and all below it."""

    words: str = ""
    codes: tuple[UUID, ...] = ()
    stream: UUID | None = None

    @property
    def is_empty(self) -> bool:
        return not (one_line(self.words) or self.codes)


@dataclass(frozen=True, slots=True)
class Found:
    """`codes` are the analyst's own, and everybody's once coding is not blind any more."""

    id: UUID
    kind: str
    day: date
    text: str
    question: str
    codes: list[UUID]


def found(
    conversation: Conversation, asked: Asked, *, by: UUID, is_blind: bool, after: UUID | None
) -> tuple[list[Found], UUID | None]:
    """Twenty-five contributions after a key, and the key of the next page where there is one."""
    conditions: list[str] = ["p.id > %s"]
    values: list[Any] = [after or UUID(int=0)]
    for word in _words(asked.words):
        conditions.append("strpos(lower(p.text), %s) > 0")
        values.append(word)
    if asked.codes:
        conditions.append(_HAS_CODE)
        values += [list(asked.codes), by, not is_blind]
    if asked.stream is not None:
        conditions.append("p.stream_id = %s")
        values.append(asked.stream)
    statement = _FOUND.format(where=" AND ".join(conditions))
    lines = rows(statement, [conversation.pk, conversation.pk, by, not is_blind, *values])
    shown = [Found(*line) for line in lines]
    return shown[:PAGE], shown[PAGE - 1].id if len(shown) > PAGE else None


def codes_with(words: str, lines: list[CodeLine]) -> list[CodeLine]:
    """Codes whose name, definition or memo hold every word."""
    wanted = _words(words)
    if not wanted:
        return []
    return [
        line
        for line in lines
        if all(word in f"{line.full_name}\n{line.definition}\n{line.memo}".lower() for word in wanted)
    ]


def below(lines: list[CodeLine], code: UUID) -> tuple[UUID, ...]:
    """A code and all below it; nothing for a code that is not in the frame."""
    top = next((line for line in lines if line.id == code), None)
    if top is None:
        return ()
    return tuple(line.id for line in lines if line.path[: len(top.path)] == top.path)


def _words(typed: str) -> list[str]:
    return [word.lower() for word in one_line(typed).split()[:_MOST_WORDS]]


_HAS_CODE = """p.id IN (
    SELECT r.post FROM coding_reading r JOIN coding_givencode g ON g.reading_id = r.id
    WHERE g.code_id = ANY(%s) AND (r.by = %s OR %s))
"""
_FOUND = f"""
    SELECT p.id, p.kind, p.day, p.text, s.question, COALESCE(v.codes, '{{{{}}}}'::uuid[])
    FROM ({POSTS}) p JOIN conversations_stream s ON s.id = p.stream_id
    LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT g.code_id) AS codes FROM coding_reading r
        JOIN coding_givencode g ON g.reading_id = r.id
        JOIN coding_code k ON k.id = g.code_id AND k.state = '{CodeState.ACTIVE}'
        WHERE r.post = p.id AND (r.by = %s OR %s)
    ) v ON true
    WHERE {{where}} ORDER BY p.id LIMIT {PAGE + 1}
"""
