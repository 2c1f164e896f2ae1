"""
The control plane's half of a restore: nothing of an organisation is served until it was replayed.

The state is written before anything is loaded and outlives whatever stops the restore.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel import audit
from kernel.database import row
from kernel.tenancy import Tenant, control_plane, owner_in
from tenants.models import Organisation, OrganisationState
from tenants.queries import forget_sites
from tenants.services.organisations import remove_organisation
from tenants.services.schemas import clear_schema, place_schema


def is_control_plane_empty() -> bool:
    """Whether there is no organisation, or no table: only then may a backup bring the control plane back."""
    with control_plane():
        if row("SELECT to_regclass('tenants_organisation')") == (None,):
            return True
        return not Organisation.objects.exists()


def to_restore(organisations: Collection[UUID]) -> list[Organisation]:
    """Of these, those that are there and are not being deleted: what was deleted since stays so."""
    with control_plane():
        found = Organisation.objects.filter(pk__in=organisations)
        return list(found.exclude(state=OrganisationState.DELETING).order_by("slug"))


def waiting(*, without: Collection[UUID]) -> list[str]:
    """The short names of those that a restore paused and did not finish, but for some."""
    with control_plane():
        found = Organisation.objects.exclude(restoring_since=None).exclude(pk__in=without)
        return list(found.order_by("slug").values_list("slug", flat=True))


def begin_restore(organisation: Organisation, *, at: datetime, backup: str) -> None:
    """Its site answers "paused", its tasks rest and the console is closed to it, once nobody remembers otherwise."""
    with control_plane(), transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(restoring_since=at)
        audit.record("restore begun", by=None, organisation=organisation.pk, about={"backup": backup})
    forget_sites()


def end_restore(organisation: Organisation) -> None:
    """Only after the replay: whatever state it had before holds again."""
    with control_plane(), transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(restoring_since=None)
        audit.record("restore done", by=None, organisation=organisation.pk)
    forget_sites()


def make_room(organisation: Organisation, *, migrated_to: int) -> None:
    """For a schema from a backup, inside the owner's open transaction."""
    clear_schema(organisation.schema_name)
    with owner_in("public"):
        Organisation.objects.using("owner").filter(pk=organisation.pk).update(
            migrated_to=migrated_to, migration_problem=""
        )


def take_place(organisation: Organisation) -> None:
    """After its schema was loaded, in the same transaction: on a cluster it moves to a node."""
    place_schema(organisation.schema_name)


def close_all(ended: Collection[UUID], *, at: datetime) -> None:
    """After the control plane was loaded, in the same transaction: all wait for their replay, or are gone."""
    with owner_in("public"):
        everybody = Organisation.objects.using("owner")
        everybody.update(restoring_since=at)
        for organisation in everybody.filter(pk__in=ended):
            remove_organisation(organisation)


def loaded_tenants() -> list[Tenant]:
    """The organisations of a control plane that was just loaded, inside the owner's open transaction."""
    with owner_in("public"):
        return [organisation.tenant for organisation in Organisation.objects.using("owner").all()]
