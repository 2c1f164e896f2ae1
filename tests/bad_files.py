"""
Five hundred files nobody should upload, the same each time, and a process that reads those in a folder.

That process makes none of them: it holds little itself, so that the most its children ever held can be measured.
"""

import io
import json
import random
import resource
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import xlsxwriter

COUNT = 500
_SEED = 41
_SHEET = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{}<sheetData>{}</sheetData></worksheet>"


def files() -> Iterator[tuple[str, bytes]]:
    """Name of the kind and content."""
    chance = random.Random(_SEED)
    for n in range(COUNT):
        kind = _KINDS[n % len(_KINDS)]
        yield kind.__name__, kind(chance)


def sheet(cells: str, *, before: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A workbook by hand, with a first sheet of these rows."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_empty())) as plain,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for entry in plain.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                archive.writestr(entry.filename, plain.read(entry))
        archive.writestr("xl/worksheets/sheet1.xml", _SHEET.format(before, cells))
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return file.getvalue()


@cache
def _empty() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.add_worksheet().write(0, 0, "text that makes a table of strings")
    book.close()
    return file.getvalue()


def _row(n: int, text: str) -> str:
    return f"<row r='{n}'><c r='A{n}' t='inlineStr'><is><t>{text}</t></is></c></row>"


def _plain(chance: random.Random) -> bytes:
    return sheet("".join(_row(n, f"person-{n}@people.example") for n in range(1, chance.randint(2, 60))))


def bomb_of_zeros(chance: random.Random) -> bytes:
    return sheet(_row(1, "Email"), more={"xl/zeros.xml": bytes(chance.randint(5, 90) * 1_000_000)})


def bomb_of_one_string(chance: random.Random) -> bytes:
    return sheet(_row(1, chance.randbytes(chance.randint(500_000, 3_000_000)).hex() * chance.randint(1, 3)))


def bomb_of_rows(chance: random.Random) -> bytes:
    return sheet("".join(_row(n, "a@b.cd") for n in range(1, chance.randint(30_000, 200_000))))


def cells_far_apart(chance: random.Random) -> bytes:
    column = chance.choice(["XFD", "AAA", "ZZ"])
    return sheet(_row(1, "Email") + f"<row r='1048576'><c r='{column}1048576'><v>1</v></c></row>")


def claimed_dimensions(chance: random.Random) -> bytes:
    return sheet(_row(1, "Email"), before=f"<dimension ref='A1:XFD{chance.randint(10**6, 10**9)}'/>")


def lying_sizes(chance: random.Random) -> bytes:
    size = chance.randint(2_000_000, 80_000_000)
    return sheet(_row(1, "x" * size)).replace(struct.pack("<I", size + 190), struct.pack("<I", 300))


def overlapping_entries(chance: random.Random) -> bytes:
    file = io.BytesIO(sheet(_row(1, "x" * 900_000)))
    with zipfile.ZipFile(file, "a") as archive:
        shared = archive.getinfo("xl/worksheets/sheet1.xml")
        for n in range(chance.randint(20, 900)):
            again = zipfile.ZipInfo(f"xl/worksheets/sheet{n + 2}.xml")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(again, name, getattr(shared, name))
            archive.filelist.append(again)
        archive._didModify = True  # type: ignore[attr-defined]
    return file.getvalue()


def archive_in_archive(chance: random.Random) -> bytes:
    name = chance.choice(
        ["more.zip", "xl/media/image1.png", "xl/embeddings/book.xlsx", "xl/printerSettings/a.bin"]
    )
    return sheet(_row(1, "Email"), more={name: _plain(chance)})


def macros(chance: random.Random) -> bytes:
    name = chance.choice(["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml", "xl/VBAPROJECT.BIN"])
    return sheet(_row(1, "Email"), more={name: chance.randbytes(300)})


def entities(chance: random.Random) -> bytes:
    lines = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, chance.randint(5, 30)))
    return sheet(_row(1, "Email"), more={"xl/more.xml": f"<!DOCTYPE x [{lines}]><sst/>".encode()})


def nested_deeply(chance: random.Random) -> bytes:
    depth = chance.randint(10_000, 300_000)
    return sheet("<a>" * depth + "</a>" * depth)


def many_entries(chance: random.Random) -> bytes:
    return sheet(_row(1, "Email"), more={f"xl/e{n}": b"" for n in range(chance.randint(1_001, 3_000))})


def many_strings(chance: random.Random) -> bytes:
    strings = "".join(f"<is><t>{n}</t></is>" for n in range(chance.randint(100_000, 900_000)))
    return sheet(f"<row r='1'><c r='A1' t='inlineStr'>{strings}</c></row>")


def wide_rows(chance: random.Random) -> bytes:
    cells = "".join(f"<c><v>{chance.random()}</v></c>" for _column in range(90))
    return sheet("".join(f"<row r='{n}'>{cells}</row>" for n in range(1, chance.randint(1_000, 18_000))))


def damaged(chance: random.Random) -> bytes:
    whole = bytearray(_plain(chance))
    for _place in range(chance.randint(1, 40)):
        whole[chance.randrange(len(whole))] = chance.randrange(256)
    return bytes(whole)


def cut_off(chance: random.Random) -> bytes:
    whole = _plain(chance)
    return whole[: chance.randrange(4, len(whole))]


def damaged_xml(chance: random.Random) -> bytes:
    return sheet(
        _row(1, "Email") + chance.choice(["<row", "<c r=", "</worksheet>", "<row r='x'>", "<v>&#xD800;</v>"])
    )


def strange_cells(chance: random.Random) -> bytes:
    kinds = ["<v>1e999</v>", "<v>NaN</v>", "<f>1/0</f><v>#DIV/0!</v>", "<v>-99999999999</v>", "<is><t/></is>"]
    kind = chance.choice(["n", "d", "s", "e", "b", "str", "inlineStr"])
    cells = "".join(
        f"<row r='{n}'><c r='A{n}' s='{n}' t='{kind}'>{chance.choice(kinds)}</c></row>" for n in range(2, 40)
    )
    return sheet(_row(1, "Email") + cells)


def noise(chance: random.Random) -> bytes:
    return chance.choice([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"%PDF"]) + chance.randbytes(
        chance.choice([0, 1, 40, 5_000, 3_000_000])
    )


def open_quotes(chance: random.Random) -> bytes:
    return b"Email,Name\n" + b'"a@b.cd,' * chance.randint(1, 900_000)


def only_separators(chance: random.Random) -> bytes:
    return chance.choice([b",", b";", b"\t", b"|", b"\n", b"\r", b'"', b",\n", b"\0"]) * chance.randint(
        1, 9_000_000
    )


def endless_rows(chance: random.Random) -> bytes:
    return b"Email,Team\n" + b"a@b.cd,x\n" * chance.randint(20_001, 1_000_000)


def long_cells(chance: random.Random) -> bytes:
    return b"Email,Name\n" + b"\n".join(b"x" * 1_000_000 for _row in range(chance.randint(1, 9)))


def half_an_encoding(chance: random.Random) -> bytes:
    text = "Email,Name\nkit@people.example,José\n" * chance.randint(1, 50)
    return text.encode(chance.choice(["utf-16", "utf-16-be", "utf-32", "utf-7", "cp037"]))[
        : -chance.randint(1, 3)
    ]


def packed_otherwise(chance: random.Random) -> bytes:
    return chance.choice([b"\x1f\x8b", b"BZh9", b"7z\xbc\xaf", b"Rar!"]) + zlib.compress(
        bytes(chance.randint(10, 10**6))
    )


_KINDS: list[Callable[[random.Random], bytes]] = [
    *(bomb_of_zeros, bomb_of_one_string, bomb_of_rows, cells_far_apart, claimed_dimensions, lying_sizes),
    *(
        overlapping_entries,
        archive_in_archive,
        macros,
        entities,
        nested_deeply,
        many_entries,
        many_strings,
        wide_rows,
    ),
    *(damaged, cut_off, damaged_xml, strange_cells, noise, open_quotes, only_separators, endless_rows),
    *(long_cells, half_an_encoding, packed_otherwise),
]


def write_files(folder: Path) -> None:
    for n, (kind, content) in enumerate(files()):
        (folder / f"{n:03}-{kind}").write_bytes(content)


def main() -> None:
    """One line for each file: its kind, what became of it, and the seconds; then the most memory of all."""
    from kernel.tables.refused import TableRefused
    from kernel.tables.sandbox import read_table

    for file in sorted(Path(sys.argv[1]).iterdir()):
        content = file.read_bytes()
        started = time.perf_counter()
        try:
            outcome = f"{len(read_table(content).rows)} rows"
        except TableRefused as refusal:
            outcome = refusal.sentence
        seconds = time.perf_counter() - started
        sys.stdout.write(json.dumps({"kind": file.name[4:], "outcome": outcome, "seconds": seconds}) + "\n")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"kind": "", "outcome": "mebibytes", "seconds": most}) + "\n")


if __name__ == "__main__":
    main()
