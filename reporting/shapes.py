"""What the parts of reporting hand each other. Nothing here says anything about one person."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share between 0 and 1, and the interval that holds it with 95 in 100."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it was released: `shown` is None where it is withheld or where there is nothing; nobody can tell which."""

    shown: int | None
    percent: int | None = None  # of its row, made from rounded figures; 91 stands for "over 90 %"


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """A table about groups as `tabulate` released it: rows of cells, in the order of the labels."""

    id: UUID
    code: str  # its place in the fixed menu
    title: str
    rows: list[str]
    columns: list[str]
    cells: list[list[Cell]]
    withheld: str  # the explanation of what is not shown, the same for every table
    released_on: date


@dataclass(frozen=True, slots=True)
class ThemeStrength:
    """A code with its strength of opinion. Votes are those of its ideas; consensus and division need votes."""

    code: UUID
    path: tuple[str, ...]  # names from the top of the frame down to this one
    definition: str
    colour: str
    ideas: int
    comments: int
    likes: int
    dislikes: int
    consensus: Estimate | None
    division: Estimate | None

    @property
    def contributions(self) -> int:
        return self.ideas + self.comments


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture made on the server: the title says the finding, the table holds the figures."""

    title: str
    alternative: str
    svg: str
    headings: list[str]
    rows: list[list[str]]
