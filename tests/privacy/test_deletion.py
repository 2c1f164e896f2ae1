"""The deletion of a project: R62, promises P5 to P7, faults F1 to F3, F13 to F15."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections
from django.utils import timezone

from conversations.models import Comment, Idea, Thread, Vote
from conversations.services import posting, voting
from kernel.errors import DomainError
from kernel.tenancy import control_plane, tenant_context
from kernel.valkey import web_client
from kernel.zones import inside_vault
from privacy import stores
from privacy.deletion.models import Certificate, Purge
from privacy.deletion.services import ledger, steps
from privacy.deletion.services.ledger import LeaseLost
from privacy.stores import Described, Scope, Step, StoreAway
from privacy.vault import runner
from privacy.vault.interface import vault_for, vault_of_nobody
from privacy.vault.models import Conversation as VaultConversation
from privacy.vault.models import Person
from tenants.models import Organisation
from tenants.services.organisations import delete_organisation
from tests.deleting import as_owner, complete, let_days_pass, make_ended, purge_of, take_further
from tests.making import make_conversation, make_idea, make_organisation, make_people


def test_it_goes_through_every_step_and_leaves_nobody(acme: Organisation) -> None:
    """R62, P5."""
    ended = make_ended(acme)

    purge = take_further(ended.project)

    assert purge.problem == ""
    assert set(purge.ended) == {step.value for step in Step}
    assert purge.provisional_at is not None
    with inside_vault():
        assert not Person.objects.filter(conversation=ended.project).exists()
        assert not VaultConversation.objects.filter(pk=ended.project).exists()
    with tenant_context(acme.tenant):
        ideas = Idea.objects.filter(stream__conversation=ended.talk)
        assert list(ideas.values_list("owner_tag", "route").distinct()) == [(None, None)]
        assert not Vote.objects.filter(idea__in=ideas).exists()
        assert ideas.get(pk=ended.ideas[0]).likes == 3


def test_counts_say_what_there_was(acme: Organisation) -> None:
    purge = take_further(make_ended(acme).project)

    assert purge.counts["People"]["found"] == 8 + 1  # eight people, and the job that took some of them in
    assert purge.counts["Contributions"]["found"] == 4 + 1 + 3
    assert purge.counts["Keys"] == {"found": 1, "erased": 1}


def test_a_completed_project_has_its_deletion_at_once(acme: Organisation) -> None:
    ended = make_ended(acme)

    purge = purge_of(ended.project)

    with tenant_context(acme.tenant):
        ended.talk.refresh_from_db()
    assert purge.completed_at == ended.talk.completed_at
    assert purge.rows_due - purge.completed_at == timedelta(days=7)
    assert purge.deadline - purge.completed_at == timedelta(days=30)


@pytest.mark.parametrize("column", ["completed_at", "deadline", "rows_due", "organisation"])
@pytest.mark.usefixtures("_trespassing")
def test_nobody_moves_a_deadline(acme: Organisation, column: str) -> None:
    """F14: the site's own login may not, whatever code runs under it."""
    project = make_ended(acme).project

    with control_plane(), connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute(f"UPDATE deletion_purge SET {column} = {column} WHERE project = %s", [project])
    with control_plane(), connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("DELETE FROM deletion_purge WHERE project = %s", [project])


def test_completing_once_more_begins_nothing_anew(acme: Organisation) -> None:
    ended = make_ended(acme)
    before = purge_of(ended.project)

    assert ledger.begin() == 0

    assert purge_of(ended.project).completed_at == before.completed_at


def test_participants_have_their_days_first(acme: Organisation) -> None:
    """Until then they can still take their own copy."""
    ended = make_ended(acme)

    assert steps.run_due(only=ended.project) == 0

    let_days_pass(ended.project, 3)
    assert steps.run_due(only=ended.project) == 1


def test_only_the_databases_clock_decides(acme: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """F14: a worker whose clock is years ahead deletes nothing."""
    ended = make_ended(acme)
    ahead = timezone.now() + timedelta(days=3000)
    monkeypatch.setattr(timezone, "now", lambda: ahead)

    assert steps.run_due(only=ended.project) == 0
    assert ledger.now() < datetime.now(tz=ahead.tzinfo) + timedelta(days=1)


def test_eight_workers_at_once_are_one(acme: Organisation) -> None:
    """F2."""
    ended = make_ended(acme)

    def claim(_n: int) -> bool:
        try:
            return ledger.claim(passed=[], only=ended.project, is_waiting_over=True) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1
    assert purge_of(ended.project).fence == 1


def test_a_worker_that_slept_through_its_lease_changes_nothing(acme: Organisation) -> None:
    """F3."""
    ended = make_ended(acme)
    old = ledger.claim(passed=[], only=ended.project, is_waiting_over=True)
    assert old is not None
    as_owner(
        "UPDATE public.deletion_purge SET leased_until = now() - interval '1 s' WHERE project = %s",
        str(ended.project),
    )
    new = ledger.claim(passed=[], only=ended.project, is_waiting_over=True)
    assert new is not None
    before = purge_of(ended.project)

    acts: list[Callable[[], object]] = [
        lambda: ledger.step_done(old),
        lambda: ledger.note_counts(old, "People", found=99),
        lambda: ledger.note_scan(old, {"is_clean": True}),
        lambda: ledger.renew(old),
    ]
    for act in acts:
        with pytest.raises(LeaseLost):
            act()
    steps.run(old)
    ledger.release(old, problem="mine")

    after = purge_of(ended.project)
    assert (after.step, after.counts, after.fence, after.problem) == (before.step, {}, new.fence, "")
    assert after.leased_until == before.leased_until


def test_what_is_over_is_not_done_again(acme: Organisation) -> None:
    """F2: delivered twice, it runs once."""
    ended = make_ended(acme)
    take_further(ended.project)

    assert steps.run_due(only=ended.project, is_waiting_over=True) == 0
    let_days_pass(ended.project, 8)
    assert steps.run_due(only=ended.project, is_waiting_over=True) == 1
    assert steps.run_due(only=ended.project, is_waiting_over=True) == 0

    with control_plane():
        assert Certificate.objects.filter(purge=ended.project).count() == 2


def test_it_is_final_only_when_the_last_backup_is_gone(acme: Organisation) -> None:
    ended = make_ended(acme)
    purge = take_further(ended.project)
    rows_gone = datetime.fromisoformat(purge.ended["rows"])
    assert purge.final_from == rows_gone.replace(microsecond=0) + timedelta(days=7)

    let_days_pass(ended.project, 7.5)
    steps.run_due(only=ended.project)

    assert purge_of(ended.project).final_at is not None


def test_writing_is_refused_once_it_is_complete_whatever_the_clock_says(acme: Organisation) -> None:
    """F15: a web server whose clock is late still posts nothing into a deletion."""
    with tenant_context(acme.tenant):
        talk = make_conversation()
        (by,) = make_people(talk)
        idea = make_idea(talk, by)
    complete(acme, talk)
    earlier = timezone.now() - timedelta(days=1)

    with tenant_context(acme.tenant):
        talk.completed_at = None
        writes: list[Callable[[], object]] = [
            lambda: make_idea(talk, by, at=earlier),
            lambda: posting.add_comment(
                conversation=talk, idea=idea, by=by, form=str(uuid4()), text="Late.", at=earlier
            ),
            lambda: voting.cast_vote(conversation=talk, idea=idea, by=by, value=1, at=earlier),
        ]
        for write in writes:
            with pytest.raises(DomainError):
                write()
        assert not Comment.objects.filter(idea=idea).exists()
        assert not Vote.objects.filter(idea=idea).exists()


def test_what_came_late_all_the_same_goes_before_the_search(acme: Organisation) -> None:
    """F15: a write that had begun before, and ends after the rows are gone."""
    ended = make_ended(acme)
    while purge_of(ended.project).step != Step.SUPPLIERS:
        steps.run_due(only=ended.project, is_waiting_over=True)
        runner.run_waiting(at=timezone.now()) if purge_of(ended.project).step == Step.FREEZE else None
    with tenant_context(acme.tenant):
        Thread.objects.create(idea_id=ended.ideas[0])

    purge = take_further(ended.project)

    assert purge.counts["Contributions"]["late"] == 1
    with tenant_context(acme.tenant):
        assert not Thread.objects.filter(idea=ended.ideas[0]).exists()


def test_what_is_still_found_holds_the_keys_back_until_day_twenty(acme: Organisation) -> None:
    """The certificate then says what it was."""
    ended = make_ended(acme)
    web_client().set(f"web:stray:{ended.project.hex}", f"call {ended.addresses[0]}", ex=300)

    said = [take_further(ended.project, rounds=1) for _round in range(8)]
    assert (said[-1].step, said[-1].provisional_at) == (Step.SCAN, None)
    assert any("still finds something" in waiting.problem for waiting in said)
    assert any(waiting.rests_until for waiting in said)

    let_days_pass(ended.project, 20)
    assert take_further(ended.project).provisional_at is not None
    with control_plane():
        said = json.loads(Certificate.objects.get(purge=ended.project).content)
    assert said["checked"]["is_clean"] is False
    web_client().delete(f"web:stray:{ended.project.hex}")


@dataclass(frozen=True)
class Supplier(Described):
    """Somebody else's list: away while `is_away` says so."""

    state: dict[str, bool] = field(kw_only=True)

    def remaining(self, scope: Scope) -> int:
        if self.state["is_away"]:
            raise StoreAway
        return 0


def test_a_supplier_that_is_away_is_tried_again(acme: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """F13: everything waits for it, says so, and goes on by itself."""
    state = {"is_away": True}
    away = Supplier(name="A list elsewhere", holds="addresses", where="elsewhere", state=state)
    monkeypatch.setitem(stores._registered, away.name, (Step.SUPPLIERS, away))
    ended = make_ended(acme)

    waiting = take_further(ended.project, rounds=8)
    assert (waiting.step, waiting.leased_until) == (Step.SUPPLIERS, None)
    assert waiting.problem.startswith("A list elsewhere: ")

    state["is_away"] = False
    assert take_further(ended.project).provisional_at is not None


def test_a_letter_that_comes_back_meanwhile_finds_nobody(acme: Organisation) -> None:
    """F15: at every step; it is passed over, and nothing is written for it."""
    ended = make_ended(acme)
    came_back = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": ended.addresses[0]}]}
    notification = json.dumps({"eventType": "Bounce", "bounce": came_back}).encode()
    for _round in range(40):
        vault_of_nobody().bounced(notification=notification)
        if take_further(ended.project, rounds=1).provisional_at:
            break

    purge = purge_of(ended.project)
    assert (purge.problem, "late" in str(purge.counts)) == ("", False)
    assert purge.scan
    assert purge.scan["is_clean"]


def test_while_an_organisation_comes_back_from_a_backup_its_deletions_rest(acme: Organisation) -> None:
    """The rows would be exchanged under it."""
    organisation = make_organisation()
    ended = make_ended(organisation)
    as_owner("UPDATE tenants_organisation SET restoring_since = now() WHERE id = %s", str(organisation.pk))

    assert ledger.claim(passed=[], only=ended.project, is_waiting_over=True) is None

    as_owner("UPDATE tenants_organisation SET restoring_since = NULL WHERE id = %s", str(organisation.pk))
    assert take_further(ended.project).provisional_at is not None


def test_another_organisation_is_not_touched(acme: Organisation, beta: Organisation) -> None:
    """I30."""
    with tenant_context(beta.tenant):
        talk = make_conversation()
        make_idea(talk, make_people(talk, 3)[0])
    before = _checksum(beta, talk.pk)

    take_further(make_ended(acme).project)

    assert _checksum(beta, talk.pk) == before
    with tenant_context(beta.tenant):
        make_idea(talk, make_people(talk)[0])


def _checksum(organisation: Organisation, conversation: UUID) -> str:
    """Everything in its schema, and its people in the vault."""
    found = hashlib.sha256()
    with tenant_context(organisation.tenant), connection.cursor() as cursor:
        for model in (Idea, Vote, Comment, Thread):
            table = model._meta.db_table
            cursor.execute(f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t")
            found.update(str(cursor.fetchone()).encode())
    with inside_vault():
        for person in Person.objects.filter(conversation_id=str(conversation)).order_by("pk").values_list():
            found.update(str([bytes(v) if isinstance(v, memoryview) else v for v in person]).encode())
    return found.hexdigest()


def test_a_deleted_organisation_ends_its_deletions() -> None:
    made = make_organisation()
    ended = make_ended(made)

    delete_organisation(made)

    assert purge_of(ended.project).superseded_at is not None
    assert steps.run_due(only=ended.project, is_waiting_over=True) == 0


def test_the_vault_closes_the_conversation_before_anything_goes(acme: Organisation) -> None:
    """F15: a code asked for in a deletion leads nowhere."""
    ended = make_ended(acme)
    steps.run_due(only=ended.project, is_waiting_over=True)
    runner.run_waiting()
    steps.run_due(only=ended.project, is_waiting_over=True)

    with pytest.raises(DomainError):
        vault_for(acme.tenant).send_code(conversation=ended.project, address=ended.addresses[0], browser="b")


def test_commands_show_and_run_it(acme: Organisation, capsys: pytest.CaptureFixture[str]) -> None:
    project = make_ended(acme).project

    call_command("purge", "run", str(project), "--at-once")
    call_command("purge", "status", str(project))

    said = capsys.readouterr().out
    assert f"{project} The acme organisation" in said
    assert "Nothing is written any more" in said


def test_a_purge_names_nobody(acme: Organisation) -> None:
    ended = make_ended(acme)
    take_further(ended.project)

    with control_plane():
        kept = str(Purge.objects.filter(pk=ended.project).values()) + str(
            Certificate.objects.filter(purge=ended.project).values()
        )
    assert not [address for address in ended.addresses if address in kept]
