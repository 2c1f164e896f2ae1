"""Taking rosters in: everybody or nobody, again and again, and nothing that tells who left."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

from django.utils import timezone

from conversations.models import Conversation
from kernel.tenancy import Tenant
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.vault import runner
from privacy.vault.interface import vault
from privacy.vault.models import Job, JobState, Person
from privacy.vault.opened import opened_for
from privacy.vault.people import attributes_of
from privacy.vault.shapes import Contributions, Meaning, Merge, Reading, Report
from tests.making import make_conversation, new_address, ticket_of


def _enrol(conversation: Conversation, *lines: str, reading: Reading | None = None) -> Report:
    areas = list(conversation.areas.values_list("code", flat=True))
    job = vault().enrol(
        conversation=conversation.pk, roster="\n".join(lines).encode(), areas=areas, reading=reading
    )
    runner.run_waiting()
    found = vault().job(conversation=conversation.pk, job=job).report
    assert found is not None
    return found


def _counts(report: Report) -> tuple[int, int, int]:
    assert report.troubles == []
    return report.added, report.updated, report.unchanged


def _people(conversation: Conversation) -> int:
    with inside_vault():
        return Person.objects.filter(conversation_id=conversation.pk).count()


def test_a_second_roster_counts_added_updated_and_unchanged(in_acme: Tenant) -> None:
    """R41."""
    conversation = make_conversation()
    first, second, third, fourth = (new_address() for _n in range(4))
    assert _counts(_enrol(conversation, "email,reference", f"{first},1", f"{second},2", f"{third},3")) == (
        3,
        0,
        0,
    )

    again = _enrol(conversation, "email,reference", f"{first},1", f"{new_address()},2", f"{fourth},4")

    assert _counts(again) == (1, 1, 1)
    assert _people(conversation) == 4


def test_whoever_left_is_counted_like_everybody(in_acme: Tenant) -> None:
    """R41: whatever the next roster says of somebody, its numbers do not tell whether they left."""
    conversation = make_conversation()
    stays, leaves = new_address(), new_address()
    for _time in range(2):
        _enrol(conversation, "email,reference", f"{stays},1", f"{leaves},2")
    ticket = ticket_of(conversation, leaves)
    vault().leave(
        conversation=conversation.pk, proof=anonymity.prove(ticket, "leave"), contributions=Contributions.KEEP
    )

    for digit, expected in (("", (0, 0, 1)), ("9", (0, 1, 0)), ("9", (0, 0, 1))):
        for address, own in ((stays, "1"), (leaves, "2")):
            assert _counts(_enrol(conversation, "email,reference", f"{address},{own}{digit}")) == expected
    assert _enrol(conversation, "email,reference", f"{leaves},19").troubles
    assert vault().population(conversation=conversation.pk).people == 0
    with inside_vault():
        assert Person.objects.filter(conversation_id=conversation.pk, leaving="").count() == 1


def test_who_misses_in_a_new_roster_stays(in_acme: Tenant) -> None:
    """R41."""
    conversation, old = make_conversation(), new_address()
    _enrol(conversation, "email", old)

    _enrol(conversation, "email", new_address())

    assert ticket_of(conversation, old)


def test_stopped_letters_stay_stopped(in_acme: Tenant) -> None:
    """R41, R17: an opt-out survives every roster."""
    conversation, address = make_conversation(), new_address()
    _enrol(conversation, "email,reference", f"{address},1")
    vault().stop_letters(conversation=conversation.pk, address=address)

    _enrol(conversation, "email,reference", f"{address},2")

    with inside_vault():
        assert Person.objects.get(conversation_id=conversation.pk).is_stopped


def test_groups_that_were_merged_stay_merged(in_acme: Tenant) -> None:
    """R41: the next roster is read as the last one was."""
    conversation = make_conversation()
    lines = [f"{new_address()},{team}" for team, count in [("Poets", 6), ("Cooks", 6)] for _n in range(count)]
    reading = Reading(
        columns=[Meaning.EMAIL, Meaning.DIMENSION], merges=[Merge("team", ["poets", "cooks"], "Other")]
    )
    _enrol(conversation, "email,Team", *lines, reading=reading)

    report = _enrol(conversation, "email,Team", f"{new_address()},Poets")

    assert _counts(report) == (1, 0, 0)
    (dimension,) = vault().population(conversation=conversation.pk).dimensions
    assert [(group.label, group.people) for group in dimension.groups] == [("Other", 15)]


def test_somebody_who_moves_leaves_a_group_that_is_large_enough(in_acme: Tenant) -> None:
    """P4: the eleventh may not go."""
    conversation = make_conversation()
    addresses = [new_address() for _n in range(23)]
    lines = [f"{address},{'cooks' if n < 12 else 'poets'}" for n, address in enumerate(addresses)]
    _enrol(conversation, "email,team", *lines)

    assert _counts(_enrol(conversation, "email,team", f"{addresses[0]},poets")) == (0, 1, 0)
    refused = _enrol(conversation, "email,team", f"{addresses[1]},poets")

    assert [trouble.column for trouble in refused.troubles] == ["team"]


def test_a_row_that_fits_two_people_is_refused(in_acme: Tenant) -> None:
    """R41: an address of one with the number of another."""
    conversation, one, other = make_conversation(), new_address(), new_address()
    _enrol(conversation, "email,reference", f"{one},1", f"{other},2")

    refused = _enrol(conversation, "email,reference", f"{one},2")
    twice = _enrol(conversation, "email,reference", f"{one},7", f"{new_address()},1")

    assert [trouble.row for trouble in refused.troubles] == [2]
    assert [trouble.row for trouble in twice.troubles] == [3]


def test_groups_somebody_is_in_are_taken_over(in_acme: Tenant) -> None:
    conversation = make_conversation()
    addresses = [new_address() for _n in range(11)]
    _enrol(conversation, "email,Staff group", *(f"{address},Ward 7/B" for address in addresses))

    with inside_vault():
        person = Person.objects.filter(conversation_id=conversation.pk).select_related("conversation")[0]
        assert attributes_of(opened_for(person.conversation), person).dimensions == {
            "staff-group": "ward-7-b"
        }


def _runner() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "config.manage", "vault-run"], env=dict(os.environ), stdout=subprocess.DEVNULL
    )


def _wait_for(conversation: Conversation, state: JobState) -> None:
    for _try in range(600):
        with inside_vault():
            if Job.objects.get(conversation=conversation.pk).state == state:
                return
        time.sleep(0.02)
    raise AssertionError(f"the job was not {state} within twelve seconds")


def test_a_runner_killed_in_the_middle_leaves_nothing_half_done(in_acme: Tenant) -> None:
    """R41, F11: kill -9 of a real process; another one takes over when the lease has run out."""
    conversation, people = make_conversation(), 6_000
    roster = "\n".join(["email,team", *(f"{new_address()},{n % 3}" for n in range(people))]).encode()
    vault().enrol(conversation=conversation.pk, roster=roster, areas=["everybody"])

    process = _runner()
    try:
        _wait_for(conversation, JobState.RUNNING)
        time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _people(conversation) == 0
    with inside_vault():
        killed = Job.objects.get(conversation=conversation.pk)
        assert killed.state == JobState.RUNNING
        Job.objects.filter(pk=killed.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    runner.run_waiting()

    assert vault().job(conversation=conversation.pk, job=killed.pk).state == "done"
    assert _people(conversation) == people
