"""Reading tables of others: what offices write is read, everything else is refused with its reason."""

import io
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.tables.archives import check_archive
from kernel.tables.child import read
from kernel.tables.refused import TableRefused
from kernel.tables.sandbox import MOST_BYTES, read_table

ROWS = [["Email", "Name"], ["kit@people.example", "José, the “baker”"]]


def workbook(rows: Sequence[Sequence[object]], **options: object) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **options})
    sheet = book.add_worksheet()
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            sheet.write(number, place, cell)
    book.close()
    return file.getvalue()


def with_entry(name: str, content: bytes, *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with something else inside."""
    file = io.BytesIO(workbook([["Email"], ["kit@people.example"]]))
    with zipfile.ZipFile(file, "a", packed) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def _refusal(content: bytes) -> str:
    with pytest.raises(TableRefused) as refused:
        read_table(content)
    return refused.value.sentence


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_usual_encodings_and_separators_are_read(encoding: str, separator: str) -> None:
    """R41, Z2."""
    text = f'Email{separator}Name\r\nkit@people.example{separator}"José, the “baker”"\r\n'

    assert read_table(text.encode(encoding)).rows == ROWS


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"sep=;\nEmail;Name\na@b.cd;x\n", [[], ["Email", "Name"], ["a@b.cd", "x"]]),
        (b'Email,Name\na@b.cd,"x ""y"" z"\n', [["Email", "Name"], ["a@b.cd", 'x "y" z']]),
        (
            b'Email,Name\na@b.cd,"two\nlines"\nc@b.cd,z',
            [["Email", "Name"], ["a@b.cd", "two lines"], ["c@b.cd", "z"]],
        ),
        (b"Email\n\n\na@b.cd\n\n,,\n", [["Email"], [], [], ["a@b.cd"]]),
        (b"Email\ra@b.cd\r", [["Email"], ["a@b.cd"]]),
        ("Name\nDvo\x81\xe1k".encode("latin-1"), [["Name"], ["Dvo\x81ák"]]),
    ],
)
def test_the_ways_in_which_tables_are_written(content: bytes, rows: list[list[str]]) -> None:
    """Z2."""
    assert read_table(content).rows == rows


def test_a_workbook_gives_values_and_never_works_out_formulas() -> None:
    """R41."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("hidden one")
    sheet.hide()
    shown = book.add_worksheet("people")
    shown.activate()
    shown.write_row(0, 0, ["Email", "Number", "Opted in", "Sum"])
    shown.write_row(1, 0, ["kit@people.example", 447400123456, True])
    shown.write_formula(1, 3, "=1+1", None, 41)
    book.close()

    table = read_table(file.getvalue())

    assert (table.form, table.sheets) == ("XLSX", 1)
    assert table.rows[1] == ["kit@people.example", "447400123456", "yes", "41"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04", "damaged"),
        (workbook([["Email"]])[:-60], "damaged"),
        (b"%PDF-1.7 ...", "not a table"),
        (b"Email\na\0b@c.de\n", "characters"),
        (b"a," * 200, "columns"),
        (b"Email\n" + b"a@b.cd\n" * 20_001, "20,000 rows"),
        (workbook([["Email"]] + [["a@b.cd"]] * 20_001), "20,000 rows"),
        (with_entry("xl/vbaProject.bin", b"x"), "macros"),
        (with_entry("xl/workbook.bin", b"x"), "binary"),
        (with_entry("xl/externalLinks/externalLink1.xml", b"<x/>"), "other files"),
        (with_entry("xl/connections.xml", b"<x/>"), "database"),
        (with_entry("xl/embeddings/oleObject1.bin", b"x"), "other files inside"),
        (with_entry("more.zip", b"x"), "other files inside"),
        (with_entry("xl/media/image1.png", workbook([["x"]])), "other files inside"),
        (with_entry("../../etc/passwd", b"x"), "damaged"),
        (with_entry("xl/more.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]>"), "damaged"),
        (with_entry("xl/zeros.xml", bytes(90_000_000)), "too large"),
        (with_entry("xl/x.xml", b"x" * 2000, packed=zipfile.ZIP_LZMA), "damaged"),
        (b"x" * (MOST_BYTES + 1), "10 MB"),
    ],
)
def test_what_is_no_plain_table_is_refused_with_the_reason(content: bytes, says: str) -> None:
    """R41, Z1: bombs, archives in archives, macros, links, other formats."""
    assert says in _refusal(content)


def test_an_archive_that_lies_about_its_sizes_is_refused() -> None:
    """Z1: the size is counted, not believed."""
    honest = with_entry("xl/zeros.xml", bytes(3_000_000))
    lying = honest.replace((3_000_000).to_bytes(4, "little"), (30).to_bytes(4, "little"))
    assert lying != honest

    with pytest.raises(TableRefused):
        check_archive(lying)


def test_entries_that_share_bytes_are_refused() -> None:
    """Z1: forty names for the same bytes."""
    file = io.BytesIO(with_entry("xl/zeros.xml", bytes(900_000)))
    with zipfile.ZipFile(file, "a") as archive:
        shared = archive.getinfo("xl/zeros.xml")
        for n in range(40):
            again = zipfile.ZipInfo(f"xl/again{n}.xml")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(again, name, getattr(shared, name))
            archive.filelist.append(again)
        archive._didModify = True  # type: ignore[attr-defined]

    with pytest.raises(TableRefused):
        check_archive(file.getvalue())


def test_a_cell_far_out_takes_no_memory() -> None:
    """Z1: one cell in the last row and column makes the whole sheet large."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Email")
    sheet.write(1_048_575, 16_383, "x")
    book.close()

    assert "time or memory" in _refusal(file.getvalue())


def test_a_cell_of_a_megabyte_is_cut_where_no_name_is_so_long() -> None:
    table = read_table(b"Email,Name\na@b.cd," + b"x" * 1_000_000)

    assert len(table.rows[1][1]) == 321


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_whatever_make_the_reader_stumble(content: bytes) -> None:
    """Z2: rows or a reason, nothing else."""
    assert read(b"Email,Name\n" + content).keys() <= {"refusal", "form", "sheets", "rows"}
    assert read(content)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_no_damage_to_a_workbook_makes_the_reader_stumble(at: int, damage: bytes) -> None:
    """Z1."""
    whole = workbook(ROWS)
    place = at % len(whole)

    assert read(whole[:place] + damage + whole[place + len(damage) :])
