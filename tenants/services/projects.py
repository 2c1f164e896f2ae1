"""The control plane's half of a conversation. Steps there and back in the caller's transaction."""

from datetime import datetime
from uuid import UUID

from kernel.tenancy import control_plane, current_tenant
from tenants.models import Project, ProjectState


def create_project(*, name: str) -> UUID:
    """A draft of the current organisation; its conversation takes the same id."""
    with control_plane():
        return Project.objects.create(organisation_id=current_tenant().organisation, name=name).pk


def schedule_project(project: UUID, *, opens_at: datetime, closes_at: datetime) -> None:
    with control_plane():
        Project.objects.of(current_tenant()).filter(pk=project).update(
            state=ProjectState.SCHEDULED, opens_at=opens_at, closes_at=closes_at
        )


def discard_project(project: UUID) -> None:
    with control_plane():
        Project.objects.of(current_tenant()).filter(pk=project, state=ProjectState.DRAFT).delete()
