import random

import pytest

from conversations.models import Conversation
from kernel.tenancy import Tenant
from kernel.zones import inside_vault
from privacy.vault import ledger, runner
from privacy.vault.interface import vault
from privacy.vault.models import Job, Person
from privacy.vault.shapes import Report
from tests.making import make_conversation, new_address


def _enrol(conversation: Conversation, roster: bytes, areas: list[str] | None = None) -> tuple[str, Report]:
    job = vault().enrol(conversation=conversation.pk, roster=roster, areas=areas or ["everybody"])
    runner.run_waiting()
    found = vault().job(conversation=conversation.pk, job=job)
    assert found.report is not None
    return found.state, found.report


def _people(conversation: Conversation) -> int:
    with inside_vault():
        return Person.objects.filter(conversation_id=conversation.pk).count()


def _rows(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_a_roster_with_bad_rows_names_row_and_column_and_no_value(in_acme: Tenant) -> None:
    """R41. A row in which nothing stands is passed over."""
    conversation = make_conversation()

    state, report = _enrol(
        conversation,
        _rows("email,phone,team", "secret-name@@x,,a", ",123,a", ",,a", ",", "fine@people.example,,a"),
    )

    assert state == "failed"
    assert [(t.row, t.column) for t in report.troubles if t.row] == [(2, "email"), (3, "phone"), (4, "")]
    assert "secret-name" not in str(report)
    assert _people(conversation) == 0


def test_duplicates_are_found_whatever_their_case(in_acme: Tenant) -> None:
    """R41, Z2."""
    conversation = make_conversation()

    _state, report = _enrol(
        conversation, _rows("email,reference", "kit@people.example,1", "KIT@people.example,1")
    )

    assert {(t.row, t.column) for t in report.troubles} == {(3, "email"), (3, "reference")}


def test_a_small_bucket_stops_the_import(in_acme: Tenant) -> None:
    """P4: no bucket under 11 people, before anything is stored."""
    conversation = make_conversation()
    lines = [f"{new_address()},{'ward 7' if n < 10 else 'elsewhere'}" for n in range(30)]

    state, report = _enrol(conversation, _rows("email,team", *lines))

    assert state == "failed"
    assert [(t.row, t.column) for t in report.troubles] == [(0, "team")]
    assert "fewer than 11" in report.troubles[0].reason
    assert _people(conversation) == 0


def test_buckets_are_counted_over_the_whole_population(in_acme: Tenant) -> None:
    """A second roster may bring few of a group of which many are there."""
    conversation = make_conversation()
    _enrol(conversation, _rows("email,team", *(f"{new_address()},porters" for _n in range(11))))

    state, report = _enrol(conversation, _rows("email,team", f"{new_address()},Porters"))

    assert (state, report.people, report.unique_shares) == ("done", 1, {"team": 0.0})
    assert _people(conversation) == 12


def test_a_small_area_stops_the_import(in_acme: Tenant) -> None:
    """Architecture 3: areas have at least 50 people."""
    conversation = make_conversation(areas=("staff", "students"))
    lines = [f"{new_address()},staff" for _n in range(50)] + [f"{new_address()},students" for _n in range(49)]

    state, report = _enrol(conversation, _rows("email,area", *lines), ["staff", "students"])

    assert (state, [t.column for t in report.troubles]) == ("failed", ["area"])


def test_how_unique_people_are_is_told(in_acme: Tenant) -> None:
    """R41: each dimension is coarse, together they would single people out."""
    conversation = make_conversation()
    chance = random.Random(7)
    lines = [f"{new_address()},{chance.choice('ab')},{chance.choice('cdef')}" for _n in range(100)]

    _state, report = _enrol(conversation, _rows("email,grade,site", *lines))

    assert report.unique_shares == {"grade": 0.0, "site": 0.0, "together": 0.0}


def test_a_second_roster_brings_people_up_to_date(in_acme: Tenant) -> None:
    """R41: found again by reference; the same person, the same secret."""
    conversation, old, new = make_conversation(), new_address(), new_address()
    _enrol(conversation, _rows("email,reference", f"{old},4711"))
    with inside_vault():
        before = Person.objects.get(conversation_id=conversation.pk)

    _enrol(conversation, _rows("email,reference", f"{new},4711"))

    with inside_vault():
        after = Person.objects.get(conversation_id=conversation.pk)
    assert after.pk == before.pk
    assert bytes(after.sealed_secret) == bytes(before.sealed_secret)
    assert bytes(after.email_index or b"") != bytes(before.email_index or b"")
    assert after.handle == before.handle


def test_another_area_ends_the_sessions(in_acme: Tenant) -> None:
    """Architecture 3: a changed area changes the handle."""
    conversation = make_conversation(areas=("staff", "students"))
    addresses = [new_address() for _n in range(100)]
    areas = ["staff", "students"]
    half = [f"{address},{areas[n % 2]}" for n, address in enumerate(addresses)]
    _enrol(conversation, _rows("email,area", *half), areas)
    with inside_vault():
        before = dict(Person.objects.filter(conversation_id=conversation.pk).values_list("pk", "handle"))

    _enrol(
        conversation,
        _rows("email,area", f"{addresses[0]},students", *(f"{a},staff" for a in addresses[1:3])),
        areas,
    )

    with inside_vault():
        after = dict(Person.objects.filter(conversation_id=conversation.pk).values_list("pk", "handle"))
    assert sum(1 for person in before if before[person] != after[person]) == 2


def test_a_job_that_was_taken_over_changes_nothing(in_acme: Tenant) -> None:
    """F3: an old runner that wakes after its lease is fenced off."""
    from datetime import timedelta

    from django.utils import timezone

    from privacy.vault import jobs

    conversation = make_conversation()
    job = vault().enrol(
        conversation=conversation.pk, roster=_rows("email", new_address()), areas=["everybody"]
    )
    now = timezone.now()
    with inside_vault():
        asleep = ledger.claim(at=now)
        assert ledger.claim(at=now) is None
        awake = ledger.claim(at=now + ledger.LEASE + timedelta(seconds=1))
        assert asleep is not None
        assert awake is not None
        jobs.run(awake)
        with pytest.raises(ledger.LeaseLost):
            jobs.run(asleep)

    assert vault().job(conversation=conversation.pk, job=job).state == "done"
    assert _people(conversation) == 1


def test_a_finished_job_keeps_no_roster(in_acme: Tenant) -> None:
    conversation = make_conversation()
    _enrol(conversation, _rows("email", new_address()))

    with inside_vault():
        assert not Job.objects.filter(conversation=conversation.pk, sealed_input__isnull=False).exists()


def test_a_job_that_cannot_be_read_fails_and_the_next_one_runs(in_acme: Tenant) -> None:
    broken, fine = make_conversation(), make_conversation()
    job = vault().enrol(conversation=broken.pk, roster=_rows("email", new_address()), areas=["everybody"])
    with inside_vault():
        Job.objects.filter(pk=job).update(sealed_input=b"damaged")
    state, _report = _enrol(fine, _rows("email", new_address()))

    assert state == "done"
    assert vault().job(conversation=broken.pk, job=job).state == "failed"
