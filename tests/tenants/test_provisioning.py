"""Organisations made in steps from the ledger: once, or not at all, whatever stops them (R60)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.utils import timezone

from accounts.models import Account, Kind
from kernel.messages import letters
from kernel.tenancy import control_plane, tenant_context
from tenants import queries, registry
from tenants.models import Job, JobKind, JobState, Organisation, OrganisationState, Role
from tenants.permissions import RoleMissing
from tenants.queries import jobs
from tenants.services import organisations, provisioning
from tenants.services.organisations import NameMissing, SlugNotUsable, SlugTaken
from tenants.services.provisioning import LEASE, NewOrganisation
from tests.conftest import database_name
from tests.machinery import admin_url
from tests.making import client_of, make_conversation, make_idea, make_organisation, make_people, new_address
from tests.staffing import make_staff
from tests.tenants.test_logos import picture


def wanted(slug: str | None = None, **more: object) -> NewOrganisation:
    slug = slug or f"new-{uuid4().hex[:10]}"
    values = {"name": f"Organisation {slug}", "slug": slug, "brand_colour": "#7a1f5c", **more}
    return NewOrganisation(**values)  # type: ignore[arg-type]


def ask(what: NewOrganisation, form: UUID | None = None) -> UUID:
    return provisioning.ask_for_organisation(
        by=make_staff(Role.OPERATOR), form=form or uuid4(), wanted=what, at=timezone.now()
    )


def run(job: UUID, *, later: timedelta = timedelta()) -> Job:
    provisioning.run(job, at=timezone.now() + later)
    return jobs.job(job)


def schemas_and_roles() -> set[str]:
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        rows = admin.execute("SELECT nspname, to_regrole(nspname) FROM pg_namespace").fetchall()
    return {str(name) for row in rows for name in row if name}


def test_an_organisation_is_there_with_everything_that_was_typed() -> None:
    """R60: schema, role, address, branding, pages, first client user invited."""
    address = new_address()
    what = wanted(logo=picture(), client_addresses=(address,))

    done = run(ask(what))

    assert (done.state, done.problem, done.sealed_input) == (JobState.DONE, "", None)
    assert done.steps == list(jobs.STEPS_OF_CREATING)
    made = queries.organisation(what.slug)
    assert made is not None
    page = client_of(made).get("/").content.decode()
    assert "No conversation yet" in page
    assert "band__logo" in page
    (mail,) = letters(to=address)
    assert f"http://{what.slug}.localhost:8000/organisation/" in mail.text
    with tenant_context(made.tenant):
        assert Account.objects.get(email=address).kind == Kind.CLIENT


def test_the_same_form_sent_twice_and_run_twice_makes_one() -> None:
    """R60: the task delivered twice, and at once by two workers."""
    form, what = uuid4(), wanted(client_addresses=(new_address(),))

    assert ask(what, form) == ask(what, form) == form
    workers = [threading.Thread(target=_run_in_thread, args=(form,)) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run(form)

    with control_plane():
        assert Organisation.objects.filter(slug=what.slug).count() == 1
    assert len(letters(to=what.client_addresses[0])) == 1


def _run_in_thread(form: UUID) -> None:
    from django.db import connections

    try:
        provisioning.run(form, at=timezone.now())
    finally:
        connections.close_all()


@pytest.mark.parametrize("step", ["_build", "_brand", "_make_ready", "_open_doors"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_it_goes_on(step: str, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: before a step and right after it, as the power goes."""
    what = wanted(client_addresses=(new_address(),))
    job = ask(what)
    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        _die(patched, getattr(provisioning, step), when)
        run(job)

    run(job)  # its worker is not known to be dead yet: nothing happens
    done = run(job, later=LEASE * 2)

    assert done.state == JobState.DONE
    with control_plane():
        assert Organisation.objects.get(slug=what.slug).state == OrganisationState.SERVING
    assert len(letters(to=what.client_addresses[0])) == 1


def _die(patched: pytest.MonkeyPatch, step: Callable[..., None], when: str) -> None:
    def dying(claim: provisioning.Claim) -> None:
        if when == "after":
            step(claim)
        raise SystemExit

    steps = {
        name: dying if known is step else known for name, known in provisioning._STEPS[JobKind.CREATE].items()
    }
    patched.setitem(provisioning._STEPS, JobKind.CREATE, steps)


def test_a_worker_that_lost_its_lease_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """F3: it slept through its lease; another has done the work meanwhile."""
    what = wanted()
    job = ask(what)
    slept: list[bool] = []

    def sleepy(claim: provisioning.Claim, step: Callable[..., None] = provisioning._build) -> None:
        if not slept:
            slept.append(True)
            run(job, later=LEASE * 2)
        step(claim)

    steps = {**provisioning._STEPS[JobKind.CREATE], "address": sleepy}
    monkeypatch.setitem(provisioning._STEPS, JobKind.CREATE, steps)

    done = run(job)

    assert done.state == JobState.DONE
    with control_plane():
        assert Organisation.objects.filter(slug=what.slug).count() == 1


def test_what_cannot_be_made_is_taken_back_and_says_why() -> None:
    """Somebody else was quicker with the short name: nothing is left behind."""
    what = wanted()
    job = ask(what)
    make_organisation(what.slug)
    before = schemas_and_roles()

    done = run(job)

    assert (done.state, done.problem) == (JobState.FAILED, SlugTaken().sentence)
    assert schemas_and_roles() == before
    with control_plane():
        assert not Organisation.objects.filter(pk=done.organisation).exists()


def test_after_five_tries_everything_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    job, before = ask(wanted()), schemas_and_roles()

    def broken() -> None:
        raise OSError

    monkeypatch.setattr(registry, "_at_creation", [broken])
    for _try in range(5):
        assert run(job).state == JobState.WAITING
    done = run(job)

    assert done.state == JobState.FAILED
    assert schemas_and_roles() == before


def test_a_lost_message_is_found_by_the_schedule() -> None:
    """F4: the queue was away; the ledger was not."""
    what = wanted()
    ask(what)

    provisioning.run_waiting(at=timezone.now())

    assert queries.organisation(what.slug) is not None


def test_a_silent_mail_server_does_not_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    job = ask(wanted(client_addresses=(new_address(),)))
    monkeypatch.setattr("django.conf.settings.EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    monkeypatch.setattr("django.conf.settings.EMAIL_PORT", 9)

    done = run(job)

    assert done.state == JobState.DONE
    assert "Send them the mail again" in done.problem


def test_until_it_is_complete_nobody_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    what = wanted()
    job = ask(what)
    seen = []
    monkeypatch.setattr(
        registry,
        "_at_creation",
        [lambda: seen.append(queries._find_site(f"{what.slug}.localhost"))],
    )

    run(job)

    assert seen == [None]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": " "}, NameMissing),
        ({"name": "n" * 121}, NameMissing),
        ({"slug": "console"}, SlugNotUsable),
        ({"slug": "acme"}, SlugTaken),
    ],
)
def test_a_form_that_cannot_be_is_refused_at_once(change: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        ask(wanted(**{"slug": f"x-{uuid4().hex[:8]}", **change}))


def test_only_operators_ask_for_organisations(acme: Organisation) -> None:
    facilitator = make_staff(Role.FACILITATOR, organisation=acme)

    with pytest.raises(RoleMissing):
        provisioning.ask_for_organisation(by=facilitator, form=uuid4(), wanted=wanted(), at=timezone.now())
    with pytest.raises(RoleMissing):
        organisations.suspend_organisation(by=facilitator, organisation=acme)


def test_deleting_needs_the_short_name_and_touches_nobody_else(acme: Organisation) -> None:
    """R60, I30: checksums of every table of the others stay as they were."""
    organisation, operator = make_organisation(), make_staff(Role.OPERATOR)
    for one in (organisation, acme):
        with tenant_context(one.tenant):
            conversation = make_conversation()
            make_idea(conversation, make_people(conversation)[0])
    form, now = uuid4(), timezone.now()
    with pytest.raises(organisations.NamesDiffer):
        provisioning.ask_to_delete(by=operator, organisation=organisation, typed="acme", form=form, at=now)
    before = _checksums(acme)

    provisioning.ask_to_delete(
        by=operator, organisation=organisation, typed=organisation.slug, form=form, at=now
    )
    assert client_of(organisation).get("/").status_code == 404
    run(form)

    assert organisation.schema_name not in schemas_and_roles()
    assert jobs.job(form).state == JobState.DONE
    assert _checksums(acme) == before


def _checksums(organisation: Organisation) -> dict[str, str]:
    """By table: a digest over its rows in text form."""
    schema = organisation.schema_name
    with psycopg.connect(admin_url("conversation", database_name())) as admin:
        tables = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
        return {
            name: str(
                admin.execute(
                    f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {schema}.{name} t"
                ).fetchone()
            )
            for (name,) in tables
        }
