"""
The whole service at a glance, for operators: states, counts and times, and nothing about a person.

Each part is asked by itself, so that what is away costs its own part of the page and no other.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Max, Q

from kernel import backups, pulse
from kernel.backups import Kind
from kernel.database import row
from kernel.errors import Unavailable
from kernel.postgresql.base import WrongPlace
from kernel.pulse import Schedule, Stored
from kernel.tenancy import control_plane
from kernel.valkey import answering, web_client
from privacy.vault.interface import vault_of_nobody
from privacy.vault.shapes import Standing
from tenants.models import Job, Organisation, TenantMigration
from tenants.queries import jobs

T = TypeVar("T")

_MOST_SHOWN = 50
_RUNNER_LATE = 60


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One part of the page: what was found and in how many milliseconds, or None where nothing answered."""

    found: T | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Tasks:
    queues: dict[str, int]
    schedules: list[Schedule]
    workers: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """An organisation whose schema waits for a migration, or met a problem."""

    id: UUID
    slug: str
    name: str
    state: str
    migrated_to: int
    problem: str


@dataclass(frozen=True, slots=True)
class Organisations:
    """How many there are in each state, and those that are behind, up to a limit."""

    by_state: dict[str, int]
    last_migration: int
    behind: int
    lines: list[OrganisationLine]
    # Of all, up to a limit: for putting a name to what the vault and the storage count.
    names: dict[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobLine:
    """An organisation being created or deleted, with how many of its steps are done."""

    job: Job
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Operations:
    tasks: Part[Tasks]
    vault: Part[Standing]
    storage: Part[dict[UUID, Stored]]
    organisations: Part[Organisations]
    # When the newest was taken, as far as this machine holds them.
    backups: dict[Kind, datetime | None]
    jobs: Part[list[JobLine]]
    database: Part[bool]
    valkey: Part[bool]


def operations(*, at: datetime) -> Operations:
    """Everything for the page. Whatever is away is a part without anything found."""
    return Operations(
        tasks=_part(lambda: _tasks(at)),
        vault=_part(lambda: vault_of_nobody().standing()),
        storage=_part(pulse.stored),
        organisations=_part(_organisations),
        backups={kind: backups.last_at(kind) for kind in Kind},
        jobs=_part(_jobs),
        database=_part(_database),
        valkey=_part(_valkey),
    )


def is_runner_late(standing: Standing, *, at: datetime) -> bool:
    """Whether the vault's runner was not heard of for a minute. It looks at its work every two seconds."""
    seen = standing.runner_seen_at
    return seen is None or (at - seen).total_seconds() > _RUNNER_LATE


def _part(ask: Callable[[], T]) -> Part[T]:
    began = time.perf_counter()
    try:
        found = ask()
    except (Unavailable, DatabaseError, InterfaceError, WrongPlace):
        found = None
    return Part(found=found, milliseconds=round(1000 * (time.perf_counter() - began)))


def _tasks(at: datetime) -> Tasks:
    return Tasks(queues=pulse.queue_lengths(), schedules=pulse.schedules(at=at), workers=pulse.workers())


def _organisations() -> Organisations:
    with control_plane():
        last = TenantMigration.objects.aggregate(last=Max("position"))["last"] or 0
        counts = Organisation.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
        late = Organisation.objects.filter(Q(migrated_to__lt=last) | ~Q(migration_problem=""))
        fields = ("id", "slug", "name", "state", "migrated_to", "migration_problem")
        return Organisations(
            by_state=dict(counts),
            last_migration=last,
            behind=late.count(),
            lines=[
                OrganisationLine(*found) for found in late.order_by("slug").values_list(*fields)[:_MOST_SHOWN]
            ],
            names=dict(Organisation.objects.order_by("name").values_list("id", "name")[:1000]),
        )


def _jobs() -> list[JobLine]:
    found = [(job, jobs.steps_of(job)) for job in jobs.unfinished()]
    return [JobLine(job=job, done=sum(done for _words, done in steps), of=len(steps)) for job, steps in found]


def _database() -> bool:
    with control_plane():
        return row("SELECT 1") == (1,)


def _valkey() -> bool:
    with answering():
        return bool(web_client().ping())
