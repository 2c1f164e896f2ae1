"""Looking at a roster before it is taken in: what columns mean, which groups there are, what is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.models import Conversation
from kernel.tables.sandbox import Table
from kernel.tenancy import Tenant
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.vault import runner
from privacy.vault.addresses import imitates_another
from privacy.vault.columns import code_of
from privacy.vault.interface import vault
from privacy.vault.models import Job, Person
from privacy.vault.rosters import read_roster
from privacy.vault.shapes import JobReport, Meaning, Merge, Preview, Reading
from tests.making import make_conversation, new_address


def _examine(
    conversation: Conversation,
    *lines: str,
    reading: Reading | None = None,
    areas: dict[str, str] | None = None,
) -> JobReport:
    sealed = anonymity.sealed_file(bytes(conversation.public_key), "\n".join(lines).encode())
    job = vault().examine(
        conversation=conversation.pk,
        roster=sealed,
        areas=areas or {"everybody": "Everybody"},
        reading=reading,
    )
    runner.run_waiting()
    return vault().job(conversation=conversation.pk, job=job)


def _preview(conversation: Conversation, *lines: str, reading: Reading | None = None) -> Preview:
    preview = _examine(conversation, *lines, reading=reading).preview
    assert preview is not None
    return preview


def test_headings_in_many_spellings_are_understood(in_acme: Tenant) -> None:
    """R41."""
    headings = "Work E-mail;Mobile No.;Payroll number;Site;First name;SMS opt-in;Line manager"

    preview = _preview(make_conversation(), headings, f"{new_address()};07400 123456;1;North;Kit;yes;Sam")

    meanings = [column.meaning for column in preview.columns]
    assert meanings[:4] == [Meaning.EMAIL, Meaning.PHONE, Meaning.REFERENCE, Meaning.DIMENSION]
    assert meanings[4:] == [Meaning.NOTHING, Meaning.BY_TEXT, Meaning.NOTHING]


def test_a_column_of_addresses_is_found_whatever_it_is_called(in_acme: Tenant) -> None:
    """R41."""
    lines = [f"{new_address()},{n % 2}" for n in range(22)]

    preview = _preview(make_conversation(), "Wohin,Schicht", *lines)

    assert [column.meaning for column in preview.columns] == [Meaning.EMAIL, Meaning.DIMENSION]


def test_nobody_is_taken_in_by_looking(in_acme: Tenant) -> None:
    conversation = make_conversation()

    found = _examine(conversation, "email", new_address())

    assert (found.state, found.report and found.report.added) == ("done", 1)
    with inside_vault():
        assert not Person.objects.filter(conversation_id=conversation.pk).exists()
        assert not Job.objects.filter(conversation=conversation.pk, sealed_input__isnull=False).exists()


def test_groups_are_shown_with_their_sizes_and_small_ones_marked(in_acme: Tenant) -> None:
    """R41, Z3."""
    lines = [
        f"{new_address()},{team}"
        for team, count in [("Porters", 20), ("Chaplains", 3)]
        for _n in range(count)
    ]

    found = _examine(make_conversation(), "email,Team", *lines)

    assert found.preview is not None
    (dimension,) = found.preview.dimensions
    sizes = [(bucket.label, bucket.people, bucket.is_small) for bucket in dimension.buckets]
    assert sizes == [("Porters", 20, False), ("Chaplains", 3, True)]
    assert [(t.row, t.column) for t in found.report.troubles] == [(0, "Team")] if found.report else False


def test_small_groups_are_merged_step_by_step(in_acme: Tenant) -> None:
    """R41."""
    teams = [("Porters", 20), ("Chaplains", 6), ("Drivers", 4), ("Poets", 2)]
    lines = [f"{new_address()},{team}" for team, count in teams for _n in range(count)]
    merges = [
        Merge("team", ["chaplains", "drivers"], "Small teams"),
        Merge("team", ["small-teams", "poets"], "Other"),
    ]
    reading = Reading(columns=[Meaning.EMAIL, Meaning.DIMENSION], merges=merges)

    found = _examine(make_conversation(), "email,Team", *lines, reading=reading)

    assert found.report is not None
    assert found.preview is not None
    assert [(b.label, b.people) for b in found.preview.dimensions[0].buckets] == [
        ("Porters", 20),
        ("Other", 12),
    ]
    assert found.report.troubles == []


def test_a_code_of_ones_own_is_left_out_and_never_listed(in_acme: Tenant) -> None:
    """Z3, adversary 9: a column in which nearly everybody has a value of their own."""
    lines = [f"{new_address()},desk {n}" for n in range(40)]

    guessed = _preview(make_conversation(), "email,Desk", *lines)
    asked = _preview(
        make_conversation(), "email,Desk", *lines, reading=Reading(columns=[Meaning.EMAIL, Meaning.DIMENSION])
    )

    assert guessed.columns[1].is_personal
    assert guessed.dimensions == []
    assert (asked.dimensions[0].buckets, asked.dimensions[0].unlisted) == ([], 40)


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("k\u0456t@people.example,a", "email", "alphabets"),
        ("kit@\u0440\u0430\u0443\u0440\u0430l.example,a", "email", "alphabets"),
        ("kit@xn--80ak6aa92e.example,a", "email", "alphabets"),
        ("=cmd|' /C calc'!A0,a", "email", "not an e-mail address"),
        ("kit@people.example,=1+1", "team", "formula"),
        ("kit@people.example,@SUM(A1)", "team", "formula"),
        (f"kit@people.example,{'x' * 200}", "team", "too long"),
        ("kit@people.example,a,and more", "", "more cells"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(in_acme: Tenant, line: str, column: str, says: str) -> None:
    """R41, Z2, Z3: homographs, formulas, long names."""
    found = _examine(make_conversation(), "email,team", line)

    assert found.report is not None
    (trouble,) = [trouble for trouble in found.report.troubles if trouble.row]
    assert (trouble.row, trouble.column) == (2, column)
    assert says in trouble.reason


@pytest.mark.parametrize(
    "address", ["kit@münchen.example", "kit@bücher.example", "kit@xn--mnchen-3ya.example"]
)
def test_letters_of_one_alphabet_are_fine(address: str) -> None:
    assert not imitates_another(address)


def test_a_file_without_headings_says_so_and_repeats_nothing(in_acme: Tenant) -> None:
    """R41: the first row is somebody, and is not taken for names of columns."""
    found = _examine(make_conversation(), "kit@people.example,Kit,Porters", "sam@people.example,Sam,Drivers")

    assert found.preview is None
    assert found.report is not None
    assert [trouble.reason for trouble in found.report.troubles] == ["the first row must name the columns"]
    assert "kit" not in str(found)


def test_nothing_else_that_is_sealed_passes_for_a_roster(in_acme: Tenant) -> None:
    """Adversary 14: a name somebody came forward with is not read out as the heading of a column."""
    conversation = make_conversation()
    name = anonymity.sealed_for_vault(bytes(conversation.public_key), b"Kit Jones")

    job = vault().examine(conversation=conversation.pk, roster=name, areas={"everybody": "Everybody"})
    runner.run_waiting()

    found = vault().job(conversation=conversation.pk, job=job)
    assert (found.state, found.preview) == ("failed", None)
    assert "Kit" not in str(found)


def test_areas_are_found_by_name_and_the_others_asked_for(in_acme: Tenant) -> None:
    """R06, R41."""
    areas = {"staff": "Staff", "students": "Students and pupils"}
    conversation = make_conversation(areas=("staff", "students"))
    lines = [
        "email,Area",
        f"{new_address()},STAFF",
        f"{new_address()},students and pupils",
        f"{new_address()},Pupils",
    ]

    found = _examine(conversation, *lines, areas=areas)

    assert found.preview is not None
    assert {seen.label: seen.area for seen in found.preview.areas} == {
        "STAFF": "staff",
        "students and pupils": "students",
        "Pupils": "",
    }


def test_a_preview_lasts_a_day_and_is_sealed(in_acme: Tenant) -> None:
    """R41: names of groups leave the vault in the preview alone."""
    from datetime import timedelta

    from django.utils import timezone

    conversation = make_conversation()
    lines = [f"{new_address()},Very Secret Team" for _n in range(12)]
    _examine(conversation, "email,team", *lines)

    with inside_vault():
        (row,) = Job.objects.filter(conversation=conversation.pk).values()
        assert "Secret" not in str(row)
        assert b"Secret" not in bytes(row["sealed_preview"] or b"")
        runner.run_waiting(at=timezone.now())
        Job.objects.filter(conversation=conversation.pk).update(asked_at=timezone.now() - timedelta(hours=25))
        runner.run_waiting()

    assert vault().job(conversation=conversation.pk, job=row["id"]).preview is None


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_every_name_has_a_code_that_the_database_takes(name: str) -> None:
    """Z3: emoji, right-to-left, other alphabets, nothing at all."""
    import re

    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,59}", code_of(name))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A+", "A"),
        ("65+", "65"),
        ("<18", ">18"),
        ("東京", "大阪"),
        ("Ж", "Я"),
        ("x" * 61, "x" * 62),
        ("😀", "😁"),
    ],
)
def test_different_names_have_different_codes(one: str, other: str) -> None:
    """Z3."""
    assert code_of(one) != code_of(other)


def test_spelling_makes_no_group_of_its_own() -> None:
    assert len({code_of(name) for name in ("R&D", "r and d", "R  &  D", "R-and-D")}) == 1


_CELLS = st.text(max_size=30) | st.sampled_from(
    ["a@b.cd", "07400 123456", "", "staff", "=1", "kit@x.example"]
)


@settings(max_examples=200)
@given(st.lists(st.lists(_CELLS, max_size=5), min_size=1, max_size=12))
def test_no_table_whatever_makes_the_reader_stumble(rows: list[list[str]]) -> None:
    """Z2, Z3."""
    read = read_roster(
        Table(form="", sheets=1, rows=[["email", "phone", "area", "team"], *rows]),
        {"staff": "Staff"},
        Reading(),
        {},
    )

    assert len(read.rows) <= len(rows)
