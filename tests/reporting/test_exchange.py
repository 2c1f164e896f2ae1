"""Codebooks and coded contributions, out and in: valid, without ids, and never more than plain data."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import timezone
from lxml import etree

from conversations.models import Conversation
from kernel.models import AuditEntry
from kernel.tables.refused import TableRefused
from kernel.tables.sandbox import read_codebook, read_table
from kernel.tenancy import Tenant, control_plane
from reporting.coding.exchange import refi, tables
from reporting.coding.models import Code
from reporting.coding.queries import codes_of, frame_of
from reporting.coding.services import examples, exporting, frames, importing
from reporting.coding.services.exporting import Form
from tenants.permissions import RoleMissing
from tests import acting
from tests.coding import ANALYST, analyst, code, give, paper_comment, paper_ideas
from tests.making import make_conversation, make_idea, make_people

_SCHEMAS = Path(__file__).parent / "schemas"
_BOMB = b"""<?xml version="1.0"?><!DOCTYPE CodeBook [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code guid="x" name="&b;" isCodable="true"/></Codes></CodeBook>"""
pytestmark = pytest.mark.usefixtures("in_acme")


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


@pytest.fixture
def coded(talk: Conversation) -> Conversation:
    """A small frame, three contributions, blind coding over."""
    work = code(talk, "Work", definition="What people do & how\nthey do it.", colour="#0072b2")
    hours = code(talk, "Hours", work)
    pay = code(talk, "Pay")
    post, other = paper_ideas(talk, ["Fewer hours <b>please</b> 🙂 and pay.", "=SUM(A1)"])
    give(talk, post, work, passages=((hours, "hours"), (pay, "🙂 and pay")))
    give(talk, other)
    give(talk, paper_comment(post, "Pay, yes."), pay)
    examples.write_example(conversation=talk, code=pay.pk, words="A raise", by=ANALYST, at=timezone.now())
    frames.set_blind(conversation=talk, is_blind=False, by=ANALYST, at=timezone.now())
    return talk


def _export(talk: Conversation, form: Form) -> bytes:
    return exporting.export(conversation=talk, form=form, by=ANALYST).content


def _is_valid(content: bytes, schema: str) -> bool:
    known = etree.XMLSchema(etree.parse(str(_SCHEMAS / schema)))
    document = etree.fromstring(content)
    known.assertValid(document)
    return True


def _take_in(talk: Conversation, content: bytes) -> importing.Imported:
    return importing.take_in(conversation=talk, content=content, by=analyst(), at=timezone.now())


def test_a_codebook_is_valid_and_comes_back_as_it_was(coded: Conversation) -> None:
    """R56."""
    content = _export(coded, Form.CODEBOOK_QDC)
    other = make_conversation()
    made = _take_in(other, content)

    assert _is_valid(content, "codebook.xsd")
    assert (made.added, made.known) == (3, 0)
    assert [(line.path, line.colour) for line in frame_of(other)] == [
        (line.path, line.colour) for line in frame_of(coded)
    ]
    assert frame_of(other)[0].definition == "What people do & how\nthey do it."
    assert _export(coded, Form.CODEBOOK_QDC) == content


def test_a_codebook_of_our_own_adds_nothing_twice(coded: Conversation) -> None:
    content = _export(coded, Form.CODEBOOK_QDC)
    pay = Code.objects.get(frame=coded.pk, name="Pay")
    wording = frames.Wording("Reward")
    frames.describe_code(conversation=coded, code=pay.pk, wording=wording, by=ANALYST, at=timezone.now())
    made = _take_in(coded, content)

    assert (made.added, made.known) == (0, 3)
    assert [line.name for line in frame_of(coded)] == ["Work", "Hours", "Reward"]


def test_a_project_is_valid_and_its_coding_comes_back(coded: Conversation) -> None:
    """R56: with a second analyst's readings as they were of the first."""
    content = _export(coded, Form.PROJECT_QDPX)
    described = zipfile.ZipFile(io.BytesIO(content)).read("project.qde")
    before = codes_of(coded)
    made = _take_in(coded, content)

    assert _is_valid(described, "project.xsd")
    assert (made.added, made.readings, made.texts_unknown) == (0, 3, 0)
    assert codes_of(coded) == before
    read = read_codebook(content)
    (source,) = [one for one in read.sources if "🙂" in one.text]
    assert sorted(source.text[one.start : one.end] for one in source.given if one.start >= 0) == [
        "hours",
        "🙂 and pay",
    ]


def test_texts_of_others_bring_their_codes_alone(coded: Conversation) -> None:
    other = make_conversation()
    made = _take_in(other, _export(coded, Form.PROJECT_QDPX))

    assert (made.added, made.readings, made.texts_unknown) == (3, 0, 3)
    assert codes_of(other) == {}


@pytest.mark.parametrize("form", [Form.CODEBOOK_XLSX, Form.CODEBOOK_CSV])
def test_a_codebook_as_a_table_comes_back_as_it_was(coded: Conversation, form: Form) -> None:
    """R56."""
    other = make_conversation()
    made = _take_in(other, _export(coded, form))

    assert made.added == 3
    assert [(line.path, line.colour, line.definition) for line in frame_of(other)] == [
        (line.path, line.colour, line.definition) for line in frame_of(coded)
    ]


def test_a_table_with_names_and_parents_is_a_codebook_too(talk: Conversation) -> None:
    rows = 'Code,Parent,Description,Color\nWork,,"What, people do",#d55e00\nHours,Work,,\n'
    _take_in(talk, rows.encode())

    assert [line.path for line in frame_of(talk)] == [("Work",), ("Work", "Hours")]
    assert frame_of(talk)[0].definition == "What, people do"


def test_coded_contributions_leave_without_ids_in_both_tables(coded: Conversation) -> None:
    """R56: codes as columns, days and no times, formulas disarmed."""
    rows = list(csv.reader(io.StringIO(_export(coded, Form.CODED_CSV).decode("utf-8-sig"))))
    sheet = read_table(_export(coded, Form.CODED_XLSX), is_prose=True).rows

    assert rows[0] == ["Question", "Area", "Kind", "Day", "Text", "Codes", "Work", "Work / Hours", "Pay"]
    assert sorted(line[4] for line in rows[1:]) == [
        "'=SUM(A1)",
        "Fewer hours <b>please</b> 🙂 and pay.",
        "Pay, yes.",
    ]
    assert {line[3] for line in rows[1:]} == {"2026-06-10"}
    assert "=SUM(A1)" in {line[4] for line in sheet}
    (posted,) = [line for line in rows if line[4].startswith("Fewer")]
    assert posted[5:] == ["Work; Work / Hours; Pay", "1", "1", "1"]


def test_no_export_holds_an_id_of_ours_or_an_author(coded: Conversation) -> None:
    """R56, R44: neither as text nor in the bytes of the archives."""
    post = make_idea(coded, make_people(coded)[0], "Daylight.")
    give(coded, post, Code.objects.get(frame=coded.pk, name="Pay"))
    ids = [str(one) for one in (post, *codes_of(coded), coded.pk, ANALYST.id, *_codes(coded))]
    for form in Form:
        content = _export(coded, form)
        if content.startswith(b"PK"):
            archive = zipfile.ZipFile(io.BytesIO(content))
            content = b"".join(archive.read(name) for name in archive.namelist())
        text = content.decode("utf-8-sig", errors="replace").lower()
        assert not [one for one in ids if one in text or one.replace("-", "") in text], form


def test_the_order_is_drawn_by_lot(talk: Conversation) -> None:
    code(talk, "Pay")
    for post in paper_ideas(talk, [f"Post {n:02}." for n in range(40)]):
        give(talk, post)
    frames.set_blind(conversation=talk, is_blind=False, by=ANALYST, at=timezone.now())

    orders = {_export(talk, Form.CODED_CSV) for _time in range(3)}
    assert len(orders) == 3


def test_each_export_is_in_the_audit(coded: Conversation) -> None:
    _export(coded, Form.CODED_CSV)
    with control_plane():
        entry = AuditEntry.objects.filter(what="coding exported").order_by("-position")[0]

    assert entry.by == ANALYST.id
    assert entry.about == {
        "project": str(coded.pk),
        "form": "coded.csv",
        "codes": 3,
        "contributions": 3,
    }


def test_while_coding_is_blind_only_the_codebook_leaves(coded: Conversation) -> None:
    """R50."""
    frames.set_blind(conversation=coded, is_blind=True, by=ANALYST, at=timezone.now())
    assert _export(coded, Form.CODEBOOK_CSV)
    for form in Form:
        if form.holds_texts:
            with pytest.raises(exporting.StillBlind):
                _export(coded, form)
    with pytest.raises(RoleMissing):
        exporting.export(conversation=coded, form=Form.CODEBOOK_CSV, by=acting.FACILITATOR)


def _codes(talk: Conversation) -> list[object]:
    return list(Code.objects.filter(frame=talk.pk).values_list("pk", flat=True))


def _archive(*entries: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _BOMB,
        _BOMB.decode().replace("<?xml version", "<?xml encoding='utf-16' version").encode("utf-16"),
        _archive(("project.qde", _BOMB)),
        _archive(("project.qde", b"\0" * 120_000_000)),
        _archive(("../project.qde", b"<Project/>")),
        _archive(("other.xml", b"<Project/>")),
        b"<CodeBook><Codes/></CodeBook>",
        b"<CodeBook xmlns='urn:QDA-XML:codebook:1.0'><Codes>",
        b"<?xml version='1.0'?><!DOCTYPE x SYSTEM 'file:///etc/passwd'><x>1</x>",
        b"PK\x03\x04 not an archive .qde",
        b"<a>" * 5000,
    ],
    ids=[
        "entities",
        "utf-16",
        "archived",
        "bomb",
        "climbs",
        "other",
        "spaceless",
        "torn",
        "outside",
        "no",
        "deep",
    ],
)
def test_what_is_no_codebook_is_refused_in_one_sentence(content: bytes) -> None:
    """Z1, R56: no entity, nothing from elsewhere, no bomb."""
    with pytest.raises(TableRefused) as refused:
        read_codebook(content)
    assert refused.value.sentence.endswith(".")


def test_a_project_with_texts_in_files_is_read(talk: Conversation) -> None:
    """As other programs write them: texts beside the project, GUIDs in braces, codes one may not give."""
    guid = "{0C7E8B0C-5E4D-4C7F-8D5C-9C1E4F1F5A10}"
    described = f"""<?xml version="1.0" encoding="utf-8"?>
      <Project xmlns="urn:QDA-XML:project:1.0" name="p"><CodeBook><Codes>
      <Code guid="{guid}" name="Pay" isCodable="true"/></Codes></CodeBook><Sources>
      <TextSource guid="{guid}" plainTextPath="internal://a.txt"><PlainTextSelection guid="{guid}"
      startPosition="0" endPosition="3"><Coding guid="{guid}"><CodeRef targetGUID="{guid}"/></Coding>
      </PlainTextSelection></TextSource></Sources></Project>"""
    paper_ideas(talk, ["Pay."])
    made = _take_in(talk, _archive(("project.qde", described.encode()), ("Sources/a.txt", b"Pay.")))

    assert (made.added, made.readings) == (1, 1)
    assert [line.name for line in frame_of(talk)] == ["Pay"]


def test_a_table_without_codes_is_refused(talk: Conversation) -> None:
    with pytest.raises(importing.NoCodesInFile):
        _take_in(talk, b"a,b\n1,2\n")
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write(0, 0, "nothing")
    with pytest.raises(importing.NoCodesInFile):
        _take_in(talk, made.getvalue())


def test_formulas_are_disarmed_in_every_cell() -> None:
    """R56."""
    risky = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "plain"]
    written = tables.as_csv([risky])

    (read,) = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert [cell[0] for cell in read] == ["'"] * 6 + ["p"]


def test_guids_tell_nothing_of_ids(coded: Conversation) -> None:
    for line in frame_of(coded):
        assert refi.guid_of(line.id) != str(line.id)
        assert refi.guid_of(line.id) == refi.guid_of(line.id)
