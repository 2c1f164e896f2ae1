"""
Reading an export of Polis: a folder with summary.csv, comments.csv and votes.csv.

Rows that cannot be used are reported by file, row and reason; the rest is read.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from kernel.text import plain


class ExportNotReadable(DomainError):
    code = "export_not_readable"
    message = _("%(file)s is missing from the folder, or is not a table with the columns %(columns)s.")


@dataclass(frozen=True, slots=True)
class Statement:
    """`is_shown` is False for what the source's moderators rejected."""

    number: int
    author: int
    text: str
    written_at: datetime
    likes: int
    dislikes: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class SourceVote:
    """`value` is 1 for agree, -1 for disagree, 0 for pass."""

    statement: int
    voter: int
    value: int
    cast_at: datetime


@dataclass(frozen=True, slots=True)
class RowTrouble:
    file: str
    row: int
    reason: str


@dataclass(slots=True)
class Export:
    topic: str = ""
    statements: list[Statement] = field(default_factory=list)
    votes: list[SourceVote] = field(default_factory=list)
    troubles: list[RowTrouble] = field(default_factory=list)

    def standing_votes(self) -> dict[tuple[int, int], SourceVote]:
        """One vote per statement and voter: the last one stands, as with us."""
        ordered = sorted(self.votes, key=lambda vote: vote.cast_at)
        return {(vote.statement, vote.voter): vote for vote in ordered}


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement whose likes and dislikes come out differently when each person counts once."""

    statement: int
    exported: tuple[int, int]
    standing: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Check:
    """`not_reproduced` should be empty: counting every row must give what the export says."""

    not_reproduced: list[Difference]
    differing: list[Difference]


_COMMENTS = ("timestamp", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body")
_VOTES = ("timestamp", "comment-id", "voter-id", "vote")
_REJECTED = -1


def read_export(folder: Path) -> Export:
    """Raises ExportNotReadable where a file is missing or is another kind of table."""
    export = Export(topic=_topic(folder / "summary.csv"))
    known: set[int] = set()
    for row, cells in _rows(folder / "comments.csv", _COMMENTS):
        _read_statement(export, row, cells, known)
    for row, cells in _rows(folder / "votes.csv", _VOTES):
        _read_vote(export, row, cells, known)
    return export


def check_export(export: Export) -> Check:
    """Hold the votes against the totals that the export states for each statement."""
    every_row = Counter((vote.statement, vote.value) for vote in export.votes)
    standing = Counter((vote.statement, vote.value) for vote in export.standing_votes().values())
    return Check(not_reproduced=_differences(export, every_row), differing=_differences(export, standing))


def _differences(export: Export, counted: Counter[tuple[int, int]]) -> list[Difference]:
    found = []
    for statement in export.statements:
        ours = (counted[statement.number, 1], counted[statement.number, -1])
        if ours != (statement.likes, statement.dislikes):
            found.append(Difference(statement.number, (statement.likes, statement.dislikes), ours))
    return found


def _topic(file: Path) -> str:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            cells = {row[0]: row[1] for row in csv.reader(opened) if len(row) > 1}
    except (OSError, UnicodeDecodeError, csv.Error) as reason:
        raise ExportNotReadable(file=file.name, columns="topic") from reason
    return plain(cells.get("topic", ""))


def _rows(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.DictReader(opened, restkey="", restval="")
            if not set(columns) <= set(reader.fieldnames or []):
                raise ExportNotReadable(file=file.name, columns=", ".join(columns))
            yield from enumerate(reader, start=2)
    except (OSError, UnicodeDecodeError, csv.Error) as reason:
        raise ExportNotReadable(file=file.name, columns=", ".join(columns)) from reason


def _read_statement(export: Export, row: int, cells: dict[str, str], known: set[int]) -> None:
    try:
        statement = Statement(
            number=int(cells["comment-id"]),
            author=int(cells["author-id"]),
            text=plain(cells["comment-body"]),
            written_at=_moment(cells["timestamp"]),
            likes=int(cells["agrees"]),
            dislikes=int(cells["disagrees"]),
            is_shown=int(cells["moderated"]) != _REJECTED,
        )
    except (ValueError, OverflowError):
        export.troubles.append(RowTrouble("comments.csv", row, "a number or a time is not one"))
        return
    if not statement.text:
        export.troubles.append(RowTrouble("comments.csv", row, "the statement has no text"))
    elif statement.number in known:
        export.troubles.append(RowTrouble("comments.csv", row, "an earlier row has this comment-id"))
    else:
        known.add(statement.number)
        export.statements.append(statement)


def _read_vote(export: Export, row: int, cells: dict[str, str], known: set[int]) -> None:
    try:
        vote = SourceVote(
            statement=int(cells["comment-id"]),
            voter=int(cells["voter-id"]),
            value=int(cells["vote"]),
            cast_at=_moment(cells["timestamp"]),
        )
    except (ValueError, OverflowError):
        export.troubles.append(RowTrouble("votes.csv", row, "a number or a time is not one"))
        return
    if vote.statement not in known:
        export.troubles.append(RowTrouble("votes.csv", row, "there is no statement with this comment-id"))
    elif vote.value not in (-1, 0, 1):
        export.troubles.append(RowTrouble("votes.csv", row, "a vote is 1, 0 or -1"))
    else:
        export.votes.append(vote)


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, tz=UTC)
