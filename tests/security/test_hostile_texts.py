"""Whatever is typed stays words: in posts, names of groups, names of files, exports and reports."""

import csv
import io
import zipfile
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from uuid import uuid4

import docx
import pptx
import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from lxml import etree

from conversations.models import Conversation, Idea
from conversations.views.rosters import troubles_table
from kernel.errors import DomainError
from kernel.storage import TenantStorage
from kernel.tables.sandbox import Table, read_codebook
from kernel.tenancy import Tenant, tenant_context
from kernel.text import FORMULAS, one_line, plain
from privacy.vault.columns import code_of
from privacy.vault.rosters import read_roster
from privacy.vault.shapes import Meaning, Reading, Report, Trouble
from reporting.coding.exchange import refi, tables
from reporting.coding.exchange.shapes import CodedPost
from reporting.coding.queries.frames import CodeLine
from reporting.documents.formats import written
from reporting.documents.models import Format
from tenants.models import Organisation
from tests import hostile
from tests.hostile import in_both_sizes
from tests.making import make_conversation, make_idea, make_people, new_address, signed_in_client, stream_of
from tests.reporting.test_documents import _paper


class _Tags(HTMLParser):
    """How often each element and each attribute that could run something stands in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"p", "br"}:
            self.seen[tag] += 1
        self.seen.update(name for name, _value in attrs if name.startswith("on") or name == "srcdoc")


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@in_both_sizes(60, 20_000)
def test_a_post_is_words_whatever_was_typed(acme: Organisation, talk: Conversation, count: int) -> None:
    """Z9: no element, no attribute that runs, no mark that nobody sees; or it is refused."""
    browser = signed_in_client(acme, talk)
    with tenant_context(acme.tenant):
        people = make_people(talk, count // 100 + 2)
        usual = make_idea(talk, people[0], "More daylight.")
    built = _Tags(browser.get(f"/{talk.slug}/idea/{usual}/").content.decode()).seen

    for n, typed in enumerate(hostile.texts(count)):
        with tenant_context(acme.tenant):
            try:
                idea = make_idea(talk, people[1 + n // 100], f"{typed} {n}")
            except DomainError:
                continue
            kept = Idea.objects.get(pk=idea).text
        assert kept == plain(kept)
        assert _Tags(browser.get(f"/{talk.slug}/idea/{idea}/").content.decode()).seen == built, repr(typed)


@pytest.mark.parametrize("size", [20_000, 1_000_000])
def test_a_post_of_a_megabyte_is_refused_on_a_page(acme: Organisation, talk: Conversation, size: int) -> None:
    """Z9: and nothing of it is kept."""
    browser = signed_in_client(acme, talk)
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk

    answer = browser.post(f"/{talk.slug}/stream/{stream}/write/", {"text": "x" * size, "form": str(uuid4())})

    assert answer.status_code in {400, 404, 413, 422}
    with tenant_context(acme.tenant):
        assert not Idea.objects.filter(stream=stream).exists()


@in_both_sizes(400, 5_000)
def test_names_of_groups_are_taken_plain_or_named_by_row(count: int) -> None:
    """Z3: what is no plain name is told by its row; codes are letters that the database takes."""
    names = list(hostile.texts(count))
    people = [[new_address(), name] for name in names]

    read = read_roster(
        Table(form="", sheets=1, rows=[["email", "team"], *people]),
        {"all": "All"},
        Reading(columns=[Meaning.EMAIL, Meaning.DIMENSION]),
        {},
    )

    assert all(set(code_of(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for name in names)
    told = {trouble.row for trouble in read.troubles}
    for row, name in enumerate(names, start=2):
        if one_line(name).startswith(("=", "+", "-", "@")) and one_line(name) != "-":
            assert row in told, repr(name)


@in_both_sizes(400, 2_000)
def test_names_of_files_never_leave_the_organisation(
    acme: Organisation, beta: Organisation, count: int
) -> None:
    """Z6: nothing of beta's is read, written or listed under any name that acme makes up."""
    with tenant_context(beta.tenant):
        default_storage.delete("theirs.txt")
        default_storage.save("theirs.txt", ContentFile(b"CANARY of beta"))

    refused = 0
    with tenant_context(acme.tenant):
        for name in hostile.paths(count, others=beta.schema_name):
            try:
                full = TenantStorage()._full(f"{name}theirs.txt")
            except SuspiciousFileOperation:
                refused += 1
                continue
            assert full.startswith(f"{acme.schema_name}/")
            assert not default_storage.exists(f"{name}theirs.txt")
    assert refused > count // 10
    with tenant_context(beta.tenant):
        assert default_storage.open("theirs.txt").read() == b"CANARY of beta"


@in_both_sizes(300, 5_000)
def test_no_cell_of_an_export_is_worked_out(count: int) -> None:
    """Z7: tables with separators lead a formula by an apostrophe; workbooks hold text alone."""
    cells = list(hostile.texts(count))
    rows = [["Text"], *([cell] for cell in cells)]

    separated = list(
        csv.reader(io.StringIO(tables.as_csv(rows).decode("utf-8-sig", "surrogatepass"), newline=""))
    )
    told = Report(troubles=[Trouble(row=2, column=cell, reason="It is too long.") for cell in cells])
    answer = troubles_table(told, headings=["Row", "Column", "Reason"], more="")
    with zipfile.ZipFile(io.BytesIO(tables.as_workbook([("Texts", rows)]))) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        names = set(book.namelist())

    listed = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    for line in (*separated, *listed):
        assert not [cell for cell in line if cell.startswith(FORMULAS)], line
    assert {cell.get("t") for cell in sheet.iter("{*}c")} == {"s"}
    assert not list(sheet.iter("{*}f"))
    assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]


@in_both_sizes(8, 200)
def test_reports_and_projects_hold_words_alone(count: int) -> None:
    """Z7: Word, slides and REFI-QDA open again, without links that fetch, macros or formulas."""
    for typed in list(hostile.texts(count * 8))[::8]:
        words = plain(typed) or "words"
        paper = _paper(2, text=words, name=words[:100])
        word = written(paper, Format.WORD)
        assert docx.Document(io.BytesIO(word)).paragraphs
        slides = written(paper, Format.SLIDES)
        assert len(pptx.Presentation(io.BytesIO(slides)).slides) > 1
        for content in (word, slides):
            assert _fetched(content) == set(), repr(typed)


@in_both_sizes(60, 5_000)
def test_a_project_for_other_programs_opens_again_with_the_same_words(count: int) -> None:
    """Z7: whatever a contribution says is text in it, and comes back as it was."""
    line = CodeLine(uuid4(), ("Pay",), "Pay", "", "#0072b2")
    texts = [plain(typed) or "words" for typed in hostile.texts(count)]
    posts = [
        CodedPost("idea", text, text[:50], date(2026, 6, 10), text, frozenset({line.id}), ())
        for text in texts
    ]

    read = read_codebook(refi.project("A talk", [line], posts))

    assert [source.text for source in read.sources] == texts


def _fetched(content: bytes) -> set[str]:
    """What a program would fetch or run on opening: everything outside the file but plain links."""
    found = set()
    with zipfile.ZipFile(io.BytesIO(content)) as kept:
        for name in kept.namelist():
            if name.endswith(".rels"):
                for relation in etree.fromstring(kept.read(name)):
                    if relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith(
                        "/hyperlink"
                    ):
                        found.add(str(relation.get("Target")))
            if "vba" in name.lower() or name.endswith((".bin", ".exe")):
                found.add(name)
    return found


@in_both_sizes(200, 5_000)
def test_a_name_in_a_header_of_an_answer_stays_in_its_place(in_acme: Tenant, count: int) -> None:
    """Z6: names of downloads are letters, digits and hyphens of ours, whatever a report is called."""
    from types import SimpleNamespace
    from typing import Any, cast

    from reporting.documents.views.serving import served

    for title in hostile.texts(count):
        version = SimpleNamespace(report=SimpleNamespace(title=title), number=1)
        answer: HttpResponse = served(cast("Any", SimpleNamespace(format="pdf", version=version)), b"%PDF")

        name = answer["Content-Disposition"].partition("filename=")[2].strip('"')
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_."), name


def test_a_name_of_a_download_is_never_taken_from_the_address(acme: Organisation) -> None:
    """Z6: neither does a made-up name below `/static/` lead to a file."""
    browser = Client(headers={"host": "acme.localhost"})

    for path in (
        "/static/../settings.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static//etc/passwd",
        "/.git/config",
    ):
        assert browser.get(path).status_code == 404, path
