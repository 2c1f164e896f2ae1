"""What is found about opinion groups and may leave: figures about groups, rounded."""

from dataclasses import dataclass
from uuid import UUID

OVER = 91  # stands for "over 90 %"
UNDER = 9  # stands for "under 10 %"


@dataclass(frozen=True, slots=True)
class GroupFound:
    """A group: about how many people, where its middle stands (each axis from -1 to 1), what is typical of it."""

    people: int
    x: float
    y: float
    typical: list[UUID]


@dataclass(frozen=True, slots=True)
class IdeaFound:
    """An idea and the share of each group that likes it, in per cent; None where that is withheld."""

    idea: UUID
    likes: list[int | None]


@dataclass(frozen=True, slots=True)
class GroupsFound:
    """
    Groups from the largest to the smallest. No groups where fewer than two were found.

    `is_clear`: votes hang together more than they would by chance, in each of 19 shuffles.
    """

    groups: list[GroupFound]
    people: int
    left_out: int | None
    silhouette: float
    explained: int
    is_clear: bool
    common: list[IdeaFound]
    dividing: list[IdeaFound]
    typical: list[IdeaFound]
