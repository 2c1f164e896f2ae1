"""The list of organisations, and one of them at a glance."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Max

from kernel.tenancy import control_plane
from tenants.models import Organisation, Phase, TenantMigration
from tenants.permissions import Staff
from tenants.queries.projects import phases_by_organisation
from tenants.queries.staff import organisations_of

_MOST_SHOWN = 200


class Schema(StrEnum):
    """How an organisation's schema stands to the migrations there are."""

    CURRENT = "current"
    BEHIND = "behind"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    organisation: Organisation
    schema: Schema
    phases: list[tuple[Phase, int]]


@dataclass(frozen=True, slots=True)
class OrganisationList:
    """The first of those that fit; `found` is how many there are."""

    lines: list[OrganisationLine]
    found: int


def organisations_for(staff: Staff, *, search: str, at: datetime) -> OrganisationList:
    """Those that somebody works for whose name or short name holds what is looked for. Five queries at most."""
    wanted = search.casefold()
    with control_plane():
        fitting = [
            one
            for one in organisations_of(staff)
            if wanted in one.name.casefold() or wanted in one.slug or not wanted
        ]
        last = _last_migration()
    phases = phases_by_organisation(at=at)
    lines = [
        OrganisationLine(one, schema_of(one, last=last), _counted(phases.get(one.pk, [])))
        for one in fitting[:_MOST_SHOWN]
    ]
    return OrganisationList(lines=lines, found=len(fitting))


def schema_of(organisation: Organisation, *, last: int | None = None) -> Schema:
    if organisation.migration_problem:
        return Schema.FAILED
    if last is None:
        with control_plane():
            last = _last_migration()
    return Schema.CURRENT if organisation.migrated_to >= last else Schema.BEHIND


def _last_migration() -> int:
    return TenantMigration.objects.aggregate(last=Max("position"))["last"] or 0


def _counted(phases: list[Phase]) -> list[tuple[Phase, int]]:
    return [(phase, phases.count(phase)) for phase in Phase if phase in phases]
