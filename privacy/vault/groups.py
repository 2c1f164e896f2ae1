"""What goes in and out of the vault for figures about groups: a snapshot on its way in, finished tables out."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

# So many rows in one call at the most, so that a call stays far below what the service takes.
MOST_ROWS = 10_000


class FrozenPost(msgspec.Struct, frozen=True, array_like=True):
    """An idea or a comment as it stands, without its words. `area` is the code of the area it stands in."""

    id: UUID
    stream: UUID
    area: str
    day: date
    codes: list[UUID]
    route: bytes


class FrozenVote(msgspec.Struct, frozen=True, array_like=True):
    """A like (1) or dislike (-1) of an idea. A row has no time, and its place among the others tells nothing."""

    idea: UUID
    area: str
    value: int
    route: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was frozen: once a day at most, and for a day. The digest is of everything in it, in order."""

    id: UUID
    day: date
    is_whole: bool
    digest: bytes


class Scale(StrEnum):
    """How much of the menu is asked for. Nobody chooses among tables, rows or columns."""

    DAILY = "daily"  # participation alone, while the conversation is open
    MENU = "menu"  # everything, once, after it has closed


@dataclass(frozen=True, slots=True)
class Named:
    """What something is called in tables. `code` is its code or, in small letters, its id."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A code of the analysts' frame, and the one above it (empty at the top)."""

    id: UUID
    label: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """
    How rows and columns are called, in their order. Names only: what has none here is called by its code.

    `groups` are by dimension.
    """

    areas: list[Named] = field(default_factory=list)
    dimensions: list[Named] = field(default_factory=list)
    groups: dict[str, list[Named]] = field(default_factory=dict)
    streams: list[Named] = field(default_factory=list)
    themes: list[Theme] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TablesAsked:
    """A release as it waits for the runner."""

    snapshot: UUID
    scale: Scale
    day: date
    labels: Labels


@dataclass(frozen=True, slots=True)
class FinishedCell:
    """`shown` is None where a figure is withheld, and where there is nobody: nobody can tell which."""

    shown: int | None
    # Of the row's own group; 91 stands for "over 90 %", and `shown` is then the least it can be.
    percent: int | None


@dataclass(frozen=True, slots=True)
class FinishedTable:
    code: str
    title: str
    rows: list[str]
    columns: list[str]
    cells: list[list[FinishedCell]]


@dataclass(frozen=True, slots=True)
class TablesReport:
    """How a release is doing: parts in a hundred that are done, and the tables once it is."""

    state: str
    progress: int
    tables: list[FinishedTable] | None
    # Of the snapshot the tables were made from.
    digest: bytes
