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


@dataclass(frozen=True, slots=True)
class OpinionIdea:
    """
    An idea and how many in 100 of each group like it, in the order of the groups, from rounded counts.

    91 stands for "over 90 %", 9 for "under 10 %", None for what is withheld.
    """

    id: UUID
    text: str
    likes: list[int | None]


@dataclass(frozen=True, slots=True)
class OpinionGroup:
    """People who voted alike, at least eleven: about how many, and where their middle stands, from -1 to 1."""

    name: str
    people: int
    x: float
    y: float
    typical: list[OpinionIdea]


@dataclass(frozen=True, slots=True)
class OpinionGroups:
    """
    What votes say about who thinks alike. No groups where none were found; the numbers of people are rounded.

    The silhouette says how far apart groups are: near 0 not at all, from one half on clearly. `is_clear` says
    that votes hang together more than they would by chance. `explained` is the share, in 100, of all differences
    that the map shows.
    """

    groups: list[OpinionGroup]
    people: int
    left_out: int | None
    silhouette: float
    explained: int
    is_clear: bool
    common: list[OpinionIdea]
    dividing: list[OpinionIdea]
    found_on: date
