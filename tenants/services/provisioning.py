"""
Creating and deleting organisations in steps, from a ledger that survives whatever stops them.

A job is claimed with a lease and a new fencing number, in one statement. Each step is written down in
the transaction that did it, by whoever still holds that number: killed anywhere it goes on from there,
delivered twice it is done once. Only processes with the owner's login can run one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Q

from kernel import audit, sealing
from kernel.errors import DomainError, Unavailable
from kernel.tasks import platform_after_commit
from kernel.tenancy import control_plane, owner_in, tenant_context
from tenants import registry
from tenants.branding.logos import logo_of
from tenants.branding.palette import readable_brand
from tenants.branding.services import keep_logo
from tenants.models import Job, JobKind, JobState, Organisation, OrganisationState, Role
from tenants.permissions import Staff, require_role
from tenants.queries import forget_sites
from tenants.services import client_users, organisations
from tenants.services.organisations import NamesDiffer, SlugTaken
from tenants.services.schemas import random_schema_name

log = structlog.get_logger("tenants.provisioning")

LEASE = timedelta(minutes=2)
_MOST_TRIES = 5
_TASK = "tenants.provision"


class LeaseLost(RuntimeError):
    """Another worker took the job over. Whatever this one did is rolled back."""


class CouldNotBeMade(DomainError):
    code = "could_not_be_made"
    message = "Something went wrong on our side five times, so everything was taken back. Try again, or tell an engineer."


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """What somebody typed to have one. The logo is a picture of our own making already."""

    name: str
    slug: str
    brand_colour: str
    domain: str = ""
    logo: bytes = b""
    client_addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A job as its present worker holds it."""

    id: UUID
    kind: JobKind
    organisation: UUID
    slug: str
    steps: tuple[str, ...]
    wanted: NewOrganisation | None
    fence: int
    asked_on: datetime


# Asking ---------------------------------------------------------------------------------


def ask_for_organisation(*, by: Staff | None, form: UUID, wanted: NewOrganisation, at: datetime) -> UUID:
    """
    Enter the job of creating one; returns it. The same form sent twice is one job.

    Raises RoleMissing, NameMissing, SlugNotUsable, SlugTaken, ColourNotUsable.
    """
    if by is not None:
        require_role(by, Role.OPERATOR)
    name, _colour = organisations.readable_name(wanted.name), readable_brand(wanted.brand_colour)
    with control_plane():
        if Job.objects.filter(pk=form, kind=JobKind.CREATE).exists():
            return form
    organisations.require_free(wanted.slug)
    job = Job(id=form, kind=JobKind.CREATE, organisation=uuid4(), name=name, slug=wanted.slug, asked_at=at)
    job.asked_by = by.id if by else None
    job.sealed_input = sealing.seal(_key(), msgspec.msgpack.encode(wanted), sealing.context(job.pk))
    _enter(job, "organisation asked for", by)
    return form


def ask_to_delete(
    *, by: Staff | None, organisation: Organisation, typed: str, form: UUID, at: datetime
) -> UUID:
    """
    Close an organisation for good and enter the job that removes it. The short name typed confirms it.

    Raises RoleMissing, NamesDiffer.
    """
    if by is not None:
        require_role(by, Role.OPERATOR)
    if typed != organisation.slug:
        raise NamesDiffer
    job = Job(id=form, kind=JobKind.DELETE, organisation=organisation.pk, slug=organisation.slug, asked_at=at)
    job.name, job.asked_by, job.steps = organisation.name, by.id if by else None, ["closed"]
    with control_plane(), transaction.atomic():
        running = Job.objects.filter(organisation=organisation.pk, state__in=_UNFINISHED).first()
        if running is not None:
            return UUID(str(running.pk))
        organisations.close_for_good(by=by, organisation=organisation)
        _enter(job, "organisation to be deleted", by)
    return form


def _enter(job: Job, what: str, by: Staff | None) -> None:
    with control_plane(), transaction.atomic():
        job.save(force_insert=True)
        audit.record(what, by=by.id if by else None, organisation=job.organisation)
        platform_after_commit(_TASK, job=str(job.pk))


# Running --------------------------------------------------------------------------------


def run_waiting(*, at: datetime) -> int:
    """Every job that nobody works on, whether its message was lost or its worker. Returns how many."""
    with control_plane():
        waiting = list(Job.objects.filter(_free(at)).order_by("asked_at").values_list("pk", flat=True))
    for job in waiting:
        run(job, at=at)
    return len(waiting)


def run(job: UUID, *, at: datetime) -> None:
    """Do a job, or go on with it. Does nothing where it is over, or another worker has it."""
    claim = _claim(job, at)
    if claim is None:
        return
    try:
        if claim.kind is JobKind.CREATE and claim.fence > _MOST_TRIES:
            raise CouldNotBeMade
        for name, step in _STEPS[claim.kind].items():
            if name not in claim.steps:
                step(claim)
    except LeaseLost:
        log.warning("lease_lost", job=str(job))
    except (Unavailable, DatabaseError, OSError) as trouble:
        log.warning("job_interrupted", job=str(job), reason=type(trouble).__name__)
        _try_later(claim)
    except DomainError as refusal:
        _give_up(claim, refusal)
    forget_sites()


def _free(at: datetime) -> Q:
    return Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, leased_until__lt=at)


def _claim(job: UUID, at: datetime) -> Claim | None:
    with control_plane(), transaction.atomic():
        taken = Job.objects.filter(_free(at), pk=job).update(
            state=JobState.RUNNING, leased_until=at + LEASE, fence=F("fence") + 1
        )
        if not taken:
            return None
        found = Job.objects.get(pk=job)
    wanted = None
    if found.sealed_input is not None:
        plain = sealing.unseal(_key(), bytes(found.sealed_input), sealing.context(found.pk))
        wanted = msgspec.msgpack.decode(plain, type=NewOrganisation)
    return Claim(
        id=found.pk,
        kind=JobKind(found.kind),
        organisation=found.organisation,
        slug=found.slug,
        steps=tuple(found.steps),
        wanted=wanted,
        fence=found.fence,
        asked_on=found.asked_at,
    )


def _mark(claim: Claim, *steps: str, using: str = "default", **more: object) -> None:
    """Write steps down inside the transaction that did them. Raises LeaseLost, which rolls it back."""
    held = Job.objects.using(using).filter(pk=claim.id, fence=claim.fence, state=JobState.RUNNING)
    kept = held.select_for_update().first()
    if kept is None:
        raise LeaseLost
    held.update(steps=[*kept.steps, *(step for step in steps if step not in kept.steps)], **more)


def _over(state: JobState, problem: str = "") -> dict[str, Any]:
    return {"state": state, "problem": problem, "sealed_input": None, "leased_until": None}


def _try_later(claim: Claim) -> None:
    """Let the next tick go on."""
    with control_plane():
        Job.objects.filter(pk=claim.id, fence=claim.fence).update(
            state=JobState.WAITING,
            leased_until=None,
            problem="Interrupted. It goes on by itself within a minute.",
        )


def _give_up(claim: Claim, refusal: DomainError) -> None:
    """Leave nothing behind of an organisation that cannot be made, and say why. A deletion is never taken back."""
    if claim.kind is JobKind.DELETE:
        _try_later(claim)
        return
    with owner_in("public"), transaction.atomic(using="owner"):
        half_made = Organisation.objects.using("owner").filter(pk=claim.organisation).first()
        if half_made is not None:
            organisations.remove_organisation(half_made)
        _mark(claim, using="owner", **_over(JobState.FAILED, refusal.sentence))


# The steps of creating ------------------------------------------------------------------


def _build(claim: Claim) -> None:
    """Schema, role and address in one transaction: whatever stops it, there is all of it or nothing."""
    wanted = _wanted(claim)
    organisation = Organisation(
        id=claim.organisation,
        schema_name=random_schema_name(),
        slug=wanted.slug,
        name=organisations.readable_name(wanted.name),
        created_on=claim.asked_on.date(),
        state=OrganisationState.CREATING,
    )
    domain = wanted.domain or organisations.own_host(wanted.slug)
    try:
        with owner_in("public"), transaction.atomic(using="owner"):
            _mark(claim, "schema", "role", "address", using="owner")
            organisations.build_organisation(
                organisation, domain=domain, brand_colour=readable_brand(wanted.brand_colour)
            )
    except IntegrityError as clash:
        raise SlugTaken from clash


def _brand(claim: Claim) -> None:
    """The colour came with the schema; the logo is a file, and is kept once the organisation is there."""
    wanted = _wanted(claim)
    with tenant_context(_organisation(claim).tenant), transaction.atomic():
        if wanted.logo:
            keep_logo(logo_of(wanted.logo))
        with control_plane():
            _mark(claim, "branding")


def _make_ready(claim: Claim) -> None:
    """Ask every package whether it finds what it needs in there; its pages, above all."""
    with tenant_context(_organisation(claim).tenant):
        for make_ready in registry.at_creation():
            make_ready()
        with control_plane(), transaction.atomic():
            _mark(claim, "pages")


def _open_doors(claim: Claim) -> None:
    """
    Accounts for the first client users, and the site: from here on the organisation is there.

    The mails leave afterwards and once: what a crash or a silent mail server loses is sent again by hand.
    """
    organisation = _organisation(claim)
    with tenant_context(organisation.tenant):
        with transaction.atomic():
            made = client_users.create_accounts(_wanted(claim).client_addresses)
            with control_plane():
                Organisation.objects.filter(pk=organisation.pk).update(state=OrganisationState.SERVING)
                _mark(claim, "client users", "site", **_over(JobState.DONE))
                audit.record("organisation created", by=None, organisation=organisation.pk)
        try:
            client_users.invite(made, organisation)
        except OSError as reason:
            log.warning("client_users_not_told", reason=type(reason).__name__)
            with control_plane():
                Job.objects.filter(pk=claim.id).update(problem=_NOT_TOLD)


# The steps of deleting ------------------------------------------------------------------


def _forget(claim: Claim) -> None:
    organisations.forget_elsewhere(_organisation(claim))
    with control_plane(), transaction.atomic():
        _mark(claim, "people", "files")


def _remove(claim: Claim) -> None:
    with owner_in("public"), transaction.atomic(using="owner"):
        _mark(claim, "schema", using="owner", **_over(JobState.DONE))
        organisations.remove_organisation(Organisation.objects.using("owner").get(pk=claim.organisation))
    with control_plane():
        audit.record("organisation deleted", by=None, organisation=claim.organisation)


def _organisation(claim: Claim) -> Organisation:
    with control_plane():
        return Organisation.objects.get(pk=claim.organisation)


def _wanted(claim: Claim) -> NewOrganisation:
    assert claim.wanted is not None  # noqa: S101  (it goes only when the job is over)
    return claim.wanted


def _key() -> bytes:
    return sealing.derive(settings.SECRET_KEY.encode(), "tenants.jobs")


_UNFINISHED = [JobState.WAITING, JobState.RUNNING]
_NOT_TOLD = "The mail server did not answer, so not every client user was told. Send them the mail again from the organisation's page."
# By the last name that each writes down.
_STEPS: dict[JobKind, dict[str, Callable[[Claim], None]]] = {
    JobKind.CREATE: {"address": _build, "branding": _brand, "pages": _make_ready, "site": _open_doors},
    JobKind.DELETE: {"files": _forget, "schema": _remove},
}
