"""The control plane's half of a conversation. Steps there and back in the caller's transaction."""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from kernel import audit
from kernel.database import change, row
from kernel.errors import DomainError
from kernel.tenancy import Tenant, control_plane, current_tenant
from tenants.models import Organisation, OrganisationState, Project, ProjectState


class AlreadyComplete(DomainError):
    code = "already_complete"
    message = "This project is complete. Its dates and its deadline stand and cannot be moved any more."


def create_project(*, name: str) -> UUID:
    """A draft of the current organisation; its conversation takes the same id."""
    with control_plane():
        return Project.objects.create(organisation_id=current_tenant().organisation, name=name).pk


def rename_project(project: UUID, *, name: str) -> None:
    with control_plane():
        Project.objects.of(current_tenant()).filter(pk=project).update(name=name)


def schedule_project(
    project: UUID, *, opens_at: datetime, closes_at: datetime, completes_at: datetime | None = None
) -> None:
    """Write its dates down, also new ones. Raises AlreadyComplete."""
    with control_plane():
        known = Project.objects.of(current_tenant()).filter(pk=project)
        if not known.exclude(state=ProjectState.COMPLETE).update(
            state=ProjectState.SCHEDULED, opens_at=opens_at, closes_at=closes_at, completes_at=completes_at
        ):
            raise AlreadyComplete


def unschedule_project(project: UUID, *, at: datetime) -> bool:
    """Back to a draft, as long as it has not opened. Returns whether it was."""
    with control_plane():
        waiting = Project.objects.of(current_tenant()).filter(
            pk=project, state=ProjectState.SCHEDULED, opens_at__gt=at
        )
        return bool(
            waiting.update(state=ProjectState.DRAFT, opens_at=None, closes_at=None, completes_at=None)
        )


def complete_project(project: UUID) -> datetime:
    """
    Write down that it is complete, and with it the deadline; returns since when, by the database's clock.

    Once and for good: called again it returns the same. Raises AlreadyComplete for a draft, which cannot be.
    """
    with control_plane():
        known = Project.objects.of(current_tenant()).filter(pk=project)
        known.filter(state=ProjectState.SCHEDULED).update(state=ProjectState.COMPLETE)
        if not known.filter(state=ProjectState.COMPLETE).exists():
            raise AlreadyComplete
        # Not through the ORM: it would name the column that the database alone may fill.
        if change(_COMPLETE, [project]):
            about: dict[str, str | int] = {"project": str(project)}
            organisation = current_tenant().organisation
            audit.record("project complete", by=None, organisation=organisation, about=about)
        since = row("SELECT completed_at FROM tenants_completion WHERE project_id = %s", [project])
    assert since is not None  # noqa: S101  (it was just written)
    at: datetime = since[0]
    return at


def due_for_completion() -> list[tuple[Tenant, UUID]]:
    """Projects whose days of analysis are over by the database's clock, of suspended organisations too."""
    with control_plane():
        due = Project.objects.filter(state=ProjectState.SCHEDULED, completes_at__lte=Now())
        there = [OrganisationState.SERVING, OrganisationState.SUSPENDED, OrganisationState.ARCHIVED]
        found = due.filter(organisation__state__in=there, organisation__migration_problem="")
        found = found.filter(organisation__restoring_since=None)
        projects = list(found.values_list("organisation_id", "pk"))
        organisations = Organisation.objects.in_bulk([organisation for organisation, _project in projects])
    return [(organisations[organisation].tenant, project) for organisation, project in projects]


def discard_project(project: UUID) -> None:
    with control_plane():
        Project.objects.of(current_tenant()).filter(pk=project, state=ProjectState.DRAFT).delete()


_COMPLETE = "INSERT INTO tenants_completion (project_id) VALUES (%s) ON CONFLICT DO NOTHING"
