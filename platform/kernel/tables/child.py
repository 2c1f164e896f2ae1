"""
What runs inside the sandbox: takes a file on standard input, puts its rows on standard output.

By the time it reads the first byte it can open nothing: no file, no socket, no process. It has
little memory and little time, and it is ended when it takes more.
"""

import codecs
import csv
import datetime as dt
import json
import re
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from kernel.tables.archives import check_archive
from kernel.tables.refused import DAMAGED, TOO_MUCH, TableRefused
from kernel.tables.texts import read_text

MOST_ROWS = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 320
# What somebody wrote under one question of a paper form.
LONGEST_PROSE = 20_000
_MEBIBYTE = 1024 * 1024
_MEMORY = 220 * _MEBIBYTE
_SECONDS = 18
# Codecs are found by importing them, which opens files: they are looked up before that ends.
_CODECS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "latin-1",
    "cp437",
    "ascii",
)
_BLANKS = re.compile(r"\s+")

_EMPTY = "The file is empty. Upload a table whose first row names the columns."
_OLD = "This is an old workbook (.xls). Save it as .xlsx and upload that."
_PASSWORD = "This workbook is protected by a password. Save it without one and upload that."  # noqa: S105
_NO_TABLE = "This is not a table. Upload a workbook (.xlsx) or separated values (.csv)."
_NO_SHEET = "This workbook has no sheet with rows. Put the table on the first sheet."
_TOO_WIDE = f"There are more than {MOST_COLUMNS} columns. Leave out those that are not needed."
_TOO_LONG = f"There are more than {MOST_ROWS:,} rows. Split the file into several."
_OTHERS: tuple[bytes, ...] = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x1f\x8b",
    b"BZh",
    b"MZ",
    b"\x7fELF",
)
_OTHERS += (b"{\\rtf", b"<?xml", b"<!DOC", b"<html", b"<HTML", b"\xfd7zXZ", b"SQLite")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def confine() -> None:
    """From here on nothing can be opened, and too much memory or time ends the process."""
    for name in _CODECS:
        codecs.lookup(name)
    # Cells of any length are taken, and cut afterwards.
    csv.field_size_limit(_MEMORY)
    base = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if _is_linux() else 0
    limits = {
        resource.RLIMIT_CPU: _SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        # Standard input, output and error are open; a socket would need a number of its own, too.
        resource.RLIMIT_NOFILE: 3,
    }
    if _is_linux():
        limits[resource.RLIMIT_AS] = base + _MEMORY
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def _is_linux() -> bool:
    return sys.platform == "linux"


def read(content: bytes, *, is_prose: bool = False) -> dict[str, object]:
    """The table as plain data, or the sentence that says why there is none. Prose keeps its lines."""
    try:
        form, sheets, rows = _opened(content)
        return {"form": form, "sheets": sheets, "rows": _bounded(rows, _prose if is_prose else _plain)}
    except TableRefused as refusal:
        return {"refusal": refusal.sentence}
    except (MemoryError, RecursionError):
        return {"refusal": TOO_MUCH}


def _opened(content: bytes) -> tuple[str, int, Iterable[list[str]]]:
    if not content.strip():
        raise TableRefused(_EMPTY)
    if content.startswith(_OLE):
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        raise TableRefused(_PASSWORD if is_locked else _OLD)
    if content.startswith(b"PK"):
        check_archive(content)
        return _workbook(content)
    if content.lstrip()[:16].startswith(_OTHERS):
        raise TableRefused(_NO_TABLE)
    form, rows = read_text(content)
    return f"CSV, {form}", 1, rows


def _workbook(content: bytes) -> tuple[str, int, Iterator[list[str]]]:
    """The first visible sheet's values. Formulas are never worked out: what the workbook last showed is read."""
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        visible = [
            sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible
        ]
        if not visible:
            raise TableRefused(_NO_SHEET)
        sheet = workbook.get_sheet_by_name(visible[0])
        rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)
    except (CalamineError, ValueError, OSError) as broken:
        raise TableRefused(DAMAGED) from broken
    except BaseException as failure:
        # A panic in the parser is no Exception; it says no more than that the file is not as it should be.
        if type(failure).__name__ != "PanicException":
            raise
        raise TableRefused(DAMAGED) from failure
    return "XLSX", len(visible), ([_words(cell) for cell in row] for row in rows)


def _words(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def _bounded(rows: Iterable[list[str]], plain: Callable[[str], str]) -> list[list[str]]:
    """Every row in its place, cut where no cell of a person would be. Raises TableRefused."""
    found: list[list[str]] = []
    for cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise TableRefused(_TOO_WIDE)
        found.append([plain(cell) for cell in cells])
        if len(found) > MOST_ROWS + 1:
            raise TableRefused(_TOO_LONG)
    while found and not any(found[-1]):
        found.pop()
    if not found:
        raise TableRefused(_EMPTY)
    return found


def _plain(cell: str) -> str:
    # One more than may be, so that a cell that is too long is still seen to be.
    return _BLANKS.sub(" ", cell[: 8 * LONGEST_CELL]).strip()[: LONGEST_CELL + 1]


def _prose(cell: str) -> str:
    return cell[: LONGEST_PROSE + 1].strip()


def main() -> None:
    if sys.argv[1] == "codebook":
        # Only where it is needed, and before nothing can be opened any more.
        from kernel.tables import codebooks

        confine()
        answer = codebooks.read(sys.stdin.buffer.read())
    else:
        confine()
        answer = read(sys.stdin.buffer.read(), is_prose=sys.argv[1] == "prose")
    json.dump(answer, sys.stdout, ensure_ascii=True)
