"""How far the reading has got, per question and area, so that nothing is left unread."""

from dataclasses import dataclass
from uuid import UUID

from conversations.models import Conversation
from kernel.database import rows
from reporting.coding.queries.posts import POSTS


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """One question in one area. `changed` were read, and then changed."""

    stream: UUID
    question: str
    area: UUID
    area_name: str
    contributions: int
    read: int
    twice: int
    coded: int
    changed: int

    @property
    def unread(self) -> int:
        return self.contributions - self.read


@dataclass(frozen=True, slots=True)
class Progress:
    parts: list[ProgressPart]

    @property
    def contributions(self) -> int:
        return sum(part.contributions for part in self.parts)

    @property
    def read(self) -> int:
        return sum(part.read for part in self.parts)

    @property
    def coded(self) -> int:
        return sum(part.coded for part in self.parts)

    @property
    def twice(self) -> int:
        return sum(part.twice for part in self.parts)

    @property
    def changed(self) -> int:
        return sum(part.changed for part in self.parts)

    @property
    def unread(self) -> int:
        return self.contributions - self.read


def progress_of(conversation: Conversation) -> Progress:
    """Read means by at least one analyst. One statement, whatever there is."""
    return Progress([ProgressPart(*line) for line in rows(_PROGRESS, [conversation.pk] * 3)])


_PROGRESS = f"""
    WITH read AS (
        SELECT r.post, count(*) AS readers, min(r.version) AS version, bool_or(r.is_due) AS is_due,
               bool_or(EXISTS (SELECT FROM coding_givencode g WHERE g.reading_id = r.id)) AS is_coded
        FROM coding_reading r GROUP BY r.post
    ), counted AS (
        SELECT p.stream_id, p.area_id, count(*) AS contributions, count(r.post) AS read,
               count(*) FILTER (WHERE r.readers > 1) AS twice, count(*) FILTER (WHERE r.is_coded) AS coded,
               count(*) FILTER (WHERE r.version <> p.version OR r.is_due) AS changed
        FROM ({POSTS}) p LEFT JOIN read r ON r.post = p.id GROUP BY p.stream_id, p.area_id
    )
    SELECT s.id, s.question, a.id, a.name, n.contributions, n.read, n.twice, n.coded, n.changed
    FROM counted n JOIN conversations_stream s ON s.id = n.stream_id JOIN conversations_area a ON a.id = n.area_id
    WHERE s.conversation_id = %s
    ORDER BY s.position, s.question, a.position, a.name
"""
