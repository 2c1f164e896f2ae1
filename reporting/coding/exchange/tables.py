"""Frame and coded contributions as workbook and as separated values; and a frame read back from rows."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from kernel.text import FORMULAS, harmless
from reporting.coding.exchange.shapes import CodedPost
from reporting.coding.queries.frames import CodeLine

_LEVELS = 6
_CODEBOOK = (*(f"Level {level}" for level in range(1, _LEVELS + 1)), "Definition", "Colour", "Examples")
_POSTS = ("Question", "Area", "Kind", "Day", "Text", "Codes")
_BETWEEN = "; "
_NAMES = {"code", "name", "code name", "label", "theme"}
_DEFINITIONS = {"definition", "description", "meaning", "comment"}
_COLOURS = {"colour", "color"}
_PARENTS = {"parent", "parent code", "category"}

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code as a table names it: the names from the top down to its own."""

    path: tuple[str, ...]
    definition: str
    colour: str


def codebook_rows(lines: Sequence[CodeLine]) -> Rows:
    return [
        list(_CODEBOOK),
        *(
            [
                *line.path,
                *[""] * (_LEVELS - len(line.path)),
                line.definition,
                line.colour,
                _BETWEEN.join(line.examples),
            ]
            for line in lines
        ),
    ]


def post_rows(lines: Sequence[CodeLine], posts: Sequence[CodedPost]) -> Rows:
    """One row for each contribution, one column for each code: 1 where it holds."""
    rows: Rows = [[*_POSTS, *(line.full_name for line in lines)]]
    for post in posts:
        held = [line.full_name for line in lines if line.id in post.codes]
        rows.append(
            [
                post.question,
                post.area,
                post.kind.capitalize(),
                post.day.isoformat(),
                post.text,
                _BETWEEN.join(held),
                *("1" if line.id in post.codes else "" for line in lines),
            ]
        )
    return rows


def as_csv(rows: Rows) -> bytes:
    """UTF-8 with its mark. What a program could take for a formula is led by an apostrophe."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows([[harmless(cell) for cell in line] for line in rows])
    return written.getvalue().encode("utf-8-sig")


def as_workbook(sheets: Sequence[tuple[str, Rows]]) -> bytes:
    """Every cell is text: nothing in it is ever worked out."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, heading in enumerate(rows[0]):
                sheet.set_column(column, column, 60 if heading in {"Text", "Definition"} else 18)
            for place, line in enumerate(rows):
                for column, cell in enumerate(line):
                    if cell:
                        sheet.write_string(place, column, cell, wrapped if place else bold)
    return made.getvalue()


def read_codebook_rows(rows: Sequence[Sequence[str]]) -> list[CodeRow]:
    """
    The codes of a table: columns Level 1, Level 2 ... or one with names and perhaps one with the code above.

    Nothing where no column says what the codes are called.
    """
    if not rows:
        return []
    headings = [heading.strip().casefold() for heading in rows[0]]
    levels = [place for place, heading in enumerate(headings) if heading.startswith("level ")]
    name, parent = _column(headings, _NAMES), _column(headings, _PARENTS)
    definition, colour = _column(headings, _DEFINITIONS), _column(headings, _COLOURS)
    found: list[CodeRow] = []
    above: dict[str, tuple[str, ...]] = {}
    for line in rows[1:]:
        if levels:
            path = tuple(filter(None, (_cell(line, place) for place in levels)))
        else:
            path = (*above.get(_cell(line, parent).casefold(), ()), _cell(line, name))
            above.setdefault(path[-1].casefold(), path)
        if path and path[-1]:
            found.append(CodeRow(path, _cell(line, definition), _cell(line, colour)))
    return found


def _column(headings: Sequence[str], wanted: set[str]) -> int | None:
    return next((place for place, heading in enumerate(headings) if heading in wanted), None)


def _cell(line: Sequence[str], place: int | None) -> str:
    if place is None or place >= len(line):
        return ""
    cell = line[place].strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULAS) else cell
