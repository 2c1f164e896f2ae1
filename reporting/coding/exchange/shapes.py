from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CodedPost:
    """A contribution with the codes that hold for it, the passages they were given to, and no id."""

    kind: str
    question: str
    area: str
    day: date
    text: str
    codes: frozenset[UUID]
    passages: tuple[tuple[UUID, int, int], ...]
