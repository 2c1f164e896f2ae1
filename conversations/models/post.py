from dataclasses import dataclass
from typing import Any
from uuid import UUID

from conversations.models.contribution import Comment, Idea
from privacy.anonymity import Kind


@dataclass(frozen=True, slots=True)
class Post:
    """
    An idea or a comment, by its id.

    `seen` is the version somebody had before them when they decided about it: an act on a newer one is refused.
    """

    kind: Kind
    id: UUID
    seen: int | None = None

    @property
    def model(self) -> type[Idea | Comment]:
        return Idea if self.kind is Kind.IDEA else Comment

    @property
    def about(self) -> dict[str, Any]:
        """The column of a row that hangs on it, for looking such a row up and for writing it."""
        return {f"{self.kind}_id": self.id}
