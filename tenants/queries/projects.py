"""Projects as the control plane knows them: states, dates and deadlines."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.tenancy import control_plane, current_tenant
from tenants.models import Completion, Phase, Project, ProjectState
from tenants.registry import Happening


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project with where it stands at a moment; `deadline` once it is complete."""

    project: Project
    phase: Phase
    deadline: datetime | None


def projects_of(organisation: UUID, *, at: datetime) -> list[ProjectLine]:
    """Newest first; drafts before all others."""
    with control_plane():
        found = list(Project.objects.filter(organisation_id=organisation).select_related("completion"))
    lines = [
        ProjectLine(one, one.phase(at=at), one.completion.deadline if hasattr(one, "completion") else None)
        for one in found
    ]
    never = datetime.max.replace(tzinfo=at.tzinfo)
    return sorted(lines, key=lambda line: line.project.opens_at or never, reverse=True)


def phases_by_organisation(*, at: datetime) -> dict[UUID, list[Phase]]:
    """Where the projects of each organisation stand, for the list of organisations: one query."""
    found: dict[UUID, list[Phase]] = {}
    with control_plane():
        for project in Project.objects.order_by("opens_at"):
            found.setdefault(project.organisation_id, []).append(project.phase(at=at))
    return found


def deadline_of(project: UUID) -> datetime | None:
    """Until when everything about its people has to be gone; None before it is complete."""
    with control_plane():
        return Completion.objects.filter(pk=project).values_list("deadline", flat=True).first()


def happenings(after: datetime, until: datetime) -> list[Happening]:
    """Projects of the current organisation that opened, closed, or became complete. Two queries."""
    with control_plane():
        dated = list(Project.objects.of(current_tenant()).exclude(state=ProjectState.DRAFT))
        complete = Completion.objects.filter(
            project__in=[one.pk for one in dated], completed_at__gt=after, completed_at__lte=until
        )
        ended = [("project.completed", one.project_id, one.completed_at) for one in complete]
    begun = [("project.opened", one.pk, one.opens_at) for one in dated]
    closed = [("project.closed", one.pk, one.closes_at) for one in dated]
    return [
        Happening(kind, project, project, at)
        for kind, project, at in (*begun, *closed, *ended)
        if at is not None and after < at <= until
    ]
