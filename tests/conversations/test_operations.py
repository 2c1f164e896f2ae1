"""The whole service at a glance: states and counts, and one thing that is away costs its own part alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.celery import app
from conversations.models import Conversation
from conversations.queries.operations import is_runner_late, operations
from conversations.services.operations import retry_vault_job
from kernel import pulse, tasks
from kernel.storage import TenantStorage
from kernel.tenancy import Tenant, control_plane, owner_in, tenant_context
from kernel.zones import inside_vault
from privacy.vault import ledger, runner
from privacy.vault.interface import vault
from privacy.vault.models import Job as VaultJob
from privacy.vault.models import JobState
from privacy.vault.refusals import UnknownJob
from privacy.vault.waking import note_runner
from tenants.models import Job, JobKind, Organisation, Role
from tenants.models import JobState as JobStates
from tenants.permissions import RoleMissing, Staff
from tests.conversations.test_outages import database_away, valkey_away, vault_away
from tests.making import make_conversation
from tests.staffing import desk_of, make_staff

OPERATOR = Staff(id=uuid4(), name="Oli", roles=frozenset({Role.OPERATOR}))


def run(task: str, tenant: Tenant | None = None) -> None:
    from django.core import signing

    app.finalize()
    signed = [task, tenant.schema_name if tenant else ""]
    app.tasks[task].apply(headers={"tenant": signing.dumps(signed, salt="kernel.tasks.tenant")}, throw=True)


@tasks.platform_task("tests.tick")
def tick() -> None:
    """A schedule's task that does nothing."""


def test_a_tick_is_seen_with_the_worker_that_did_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """R67."""
    ours = {**app.conf.beat_schedule, "tick": {"task": "tests.tick", "schedule": 60.0}}
    monkeypatch.setitem(app.conf, "beat_schedule", ours)
    run("tests.tick")

    now = timezone.now()
    found = {schedule.task: schedule for schedule in pulse.schedules(at=now)}
    assert (found["tests.tick"].is_late, found["tests.tick"].every) == (False, "minute")
    assert found["conversations.rewrite_everywhere"].every == "day"
    assert found["conversations.measure_everywhere"].every == "hour"
    later = pulse.schedules(at=now + timedelta(minutes=4))
    assert {schedule.task: schedule.is_late for schedule in later}["tests.tick"]
    assert all(seen <= timezone.now() for seen in pulse.workers().values())


def test_files_are_counted_for_each_organisation(in_acme: Tenant) -> None:
    """R67: by a schedule, so that the page does not have to."""
    from django.core.files.base import ContentFile

    TenantStorage().save("reports/one.txt", ContentFile(b"12345"))
    before = pulse.stored().get(in_acme.organisation)

    run("conversations.measure", in_acme)

    counted = pulse.stored()[in_acme.organisation]
    assert counted.files >= 1
    assert counted.size >= 5
    assert counted.is_all
    assert before is None or before.at < counted.at


def test_waiting_tasks_are_counted() -> None:
    assert operations(at=timezone.now()).tasks.found is not None
    assert str(app.conf.task_default_queue) in pulse.queue_lengths()


def test_the_vaults_work_is_states_and_counts(in_acme: Tenant) -> None:
    """R67: over all organisations, and nothing of anybody."""
    conversation = make_conversation()
    vault().enrol(conversation=conversation.pk, roster=b"email\nrobin@people.example\n", areas=["everybody"])

    before = operations(at=timezone.now()).vault.found
    runner.run_waiting()
    note_runner()
    after = operations(at=timezone.now()).vault.found

    assert before
    assert after
    assert [job.verb for job in before.jobs if job.organisation == in_acme.organisation][-1] == "enrol"
    assert after.jobs_by_state["done"] > before.jobs_by_state.get("done", 0)
    assert "robin" not in repr(before)
    assert not is_runner_late(after, at=timezone.now())
    assert is_runner_late(after, at=timezone.now() + timedelta(minutes=2))


def _failed(conversation: Conversation, verb: str) -> VaultJob:
    with inside_vault():
        return VaultJob.objects.create(
            id=uuid4(), conversation=conversation.pk, organisation=uuid4(), verb=verb, state=JobState.FAILED
        )


def test_a_failed_job_is_tried_again_and_one_that_lost_its_file_is_not(in_acme: Tenant) -> None:
    """R67."""
    conversation = make_conversation()
    purge, enrol = _failed(conversation, "purge"), _failed(conversation, "enrol")

    retry_vault_job(job=purge.pk, by=OPERATOR)
    for lost in (enrol.pk, purge.pk, uuid4()):
        with pytest.raises(UnknownJob):
            retry_vault_job(job=lost, by=OPERATOR)

    with inside_vault():
        assert VaultJob.objects.get(pk=purge.pk).state == JobState.WAITING
        assert not ledger.can_retry(enrol)


def test_only_an_operator_tries_again(in_acme: Tenant) -> None:
    facilitator = Staff(id=uuid4(), name="Fran", roles=frozenset({Role.FACILITATOR}))

    with pytest.raises(RoleMissing):
        retry_vault_job(job=uuid4(), by=facilitator)


def test_organisations_that_are_behind_are_named(acme: Organisation) -> None:
    """R67."""
    with owner_in("public"):
        Organisation.objects.using("owner").filter(pk=acme.pk).update(migration_problem="lock timeout")
    try:
        found = operations(at=timezone.now()).organisations.found
    finally:
        with owner_in("public"):
            Organisation.objects.using("owner").filter(pk=acme.pk).update(migration_problem="")

    assert found
    assert found.behind == 1
    assert [(line.slug, line.problem) for line in found.lines] == [("acme", "lock timeout")]


@pytest.mark.parametrize(
    ("away", "parts"),
    [
        (vault_away, {"vault"}),
        (valkey_away, {"valkey", "storage", "tasks"}),
        (database_away, {"database", "jobs", "organisations"}),
    ],
)
def test_what_is_away_costs_its_own_part(away: object, parts: set[str]) -> None:
    """R67."""
    with away():  # type: ignore[operator]  # one of the three above
        found = operations(at=timezone.now())

    names = ("tasks", "vault", "storage", "organisations", "jobs", "database", "valkey")
    assert {name for name in names if getattr(found, name).found is None} == parts


def test_without_the_broker_the_rest_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "broker_url", "redis+socket:///nowhere.sock")

    found = operations(at=timezone.now())

    assert found.tasks.found is None
    assert found.valkey.found


def test_the_page_takes_as_many_queries_at_any_size(acme: Organisation) -> None:
    """R67: bounded."""
    with tenant_context(acme.tenant):
        make_conversation()

    with CaptureQueriesContext(connections["default"]) as seen:
        operations(at=timezone.now())

    statements = [query["sql"] for query in seen if query["sql"].startswith("SELECT")]
    assert len(statements) <= 8, statements


# The page ------------------------------------------------------------------------------------


def test_an_operator_sees_everything_on_one_page(acme: Organisation) -> None:
    """R67."""
    page = desk_of(make_staff(Role.OPERATOR)).get("/operations/")

    text = page.content.decode()
    assert page.status_code == 200
    for words in (
        "PostgreSQL",
        "Valkey",
        "Task queue",
        "Jobs of the vault",
        "Rewrite by night",
        "Backups",
        "Storage",
    ):
        assert words in text


def test_an_organisation_being_created_shows_its_steps() -> None:
    """R67."""
    with control_plane():
        job = Job.objects.create(
            kind=JobKind.CREATE,
            organisation=uuid4(),
            name="Half-made House",
            slug=f"half-{uuid4().hex[:8]}",
            state=JobStates.FAILED,
            steps=["schema", "role"],
            problem="The address is taken.",
            asked_at=timezone.now(),
        )
    try:
        page = desk_of(make_staff(Role.OPERATOR)).get("/operations/").content.decode()
    finally:
        with control_plane():
            Job.objects.filter(pk=job.pk).delete()

    for words in ("Half-made House", "2 of 7", "The address is taken.", f"/organisations/jobs/{job.pk}/"):
        assert words in page


def test_operations_are_for_operators() -> None:
    """R65."""
    facilitator = desk_of(make_staff(Role.FACILITATOR))

    assert facilitator.get("/operations/").status_code == 403
    assert facilitator.post(f"/operations/jobs/{uuid4()}/retry/").status_code == 403


def test_a_page_with_the_vault_away_says_so_in_its_place() -> None:
    """R67: one sentence, and the rest as usual."""
    operator = desk_of(make_staff(Role.OPERATOR))
    with vault_away():
        page = operator.get("/operations/")

    assert page.status_code == 200
    assert "What the vault works on cannot be seen at the moment" in page.content.decode()
    assert "Rewrite by night" in page.content.decode()


def test_a_job_is_tried_again_from_the_page(acme: Organisation) -> None:
    operator = desk_of(make_staff(Role.OPERATOR))
    with tenant_context(acme.tenant):
        failed = _failed(make_conversation(), "purge")

    assert operator.post(f"/operations/jobs/{failed.pk}/retry/")["Location"] == "/operations/"
    again = operator.post(f"/operations/jobs/{failed.pk}/retry/")
    assert (again.status_code, "cannot be tried again" in again.content.decode()) == (404, True)
