"""Reads of deletions. Each steps to the control plane by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kernel.errors import NotFound
from kernel.tenancy import control_plane, current_tenant
from privacy.deletion.models import WORDS_OF_STEPS, Certificate, Kind, Purge
from privacy.stores import ORDER, Step, stores
from tenants.models import Assignment, Organisation, Project, Role
from tenants.permissions import Staff
from tenants.registry import Happening

_LOOKS_AFTER = (Role.PRIVACY_OFFICER, Role.OPERATOR)
_MOST = 200


@dataclass(frozen=True, slots=True)
class StepLine:
    words: str
    ended_at: datetime | None
    is_now: bool
    # What went in it, by store.
    counts: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Line:
    """One deletion as it is shown."""

    purge: Purge
    organisation: str
    project: str
    steps: list[StepLine]
    certificates: list[Certificate]
    at: datetime

    @property
    def done(self) -> int:
        return sum(step.ended_at is not None for step in self.steps)

    @property
    def is_over(self) -> bool:
        return self.purge.final_at is not None or self.purge.superseded_at is not None

    @property
    def days_left(self) -> int:
        """Whole days until everything has to be gone; negative afterwards."""
        left: timedelta = self.purge.deadline - self.at
        return left // timedelta(days=1)

    @property
    def is_late(self) -> bool:
        """Past one of its days without what was promised for it."""
        rows_gone = Step.ROWS.value in self.purge.ended
        return not self.is_over and (
            self.at > self.purge.deadline or (self.at > self.purge.rows_due and not rows_gone)
        )

    @property
    def scan(self) -> dict[str, Any]:
        return self.purge.scan or {}

    @property
    def still_found(self) -> list[dict[str, Any]]:
        return [place for place in self.scan.get("places", []) if place.get("found") and "known" not in place]


def deletions_for(staff: Staff, *, at: datetime) -> list[Line]:
    """Those that somebody looks after, unfinished first. Five queries however many they are."""
    with control_plane():
        found = _visible_to(staff)
        unfinished = list(found.filter(final_at=None, superseded_at=None).order_by("completed_at")[:_MOST])
        over = list(found.exclude(final_at=None, superseded_at=None).order_by("-completed_at")[:_MOST])
        return _lines([*unfinished, *over], at)


def deletion_for(staff: Staff, project: UUID, *, at: datetime) -> Line:
    """Raises NotFound, also for one that somebody does not look after."""
    with control_plane():
        found = _visible_to(staff).filter(pk=project).first()
        if found is None:
            raise NotFound
        return _lines([found], at)[0]


def certificate_for(staff: Staff, project: UUID, kind: str) -> Certificate:
    """Raises NotFound."""
    with control_plane():
        mine = _visible_to(staff).filter(pk=project)
        found = Certificate.objects.filter(purge__in=mine, kind=kind).first()
    if found is None:
        raise NotFound
    return found


def all_deletions(*, at: datetime) -> list[Line]:
    """For whoever runs the machine."""
    with control_plane():
        return _lines(list(Purge.objects.order_by("completed_at")), at)


def late_deletions(*, at: datetime) -> dict[str, int]:
    """How many are past a day that was promised: rows by the seventh, everything and its certificate by the last."""
    with control_plane():
        running = Purge.objects.filter(final_at=None, superseded_at=None)
        return {
            "rows": running.filter(rows_due__lt=at).exclude(ended__has_key=Step.ROWS.value).count(),
            "certificate": running.filter(deadline__lt=at).count(),
        }


def happenings(after: datetime, until: datetime) -> list[Happening]:
    """Deletions of the current organisation's projects that were certified for good."""
    own = Purge.objects.filter(organisation=current_tenant().organisation)
    with control_plane():
        found = Certificate.objects.filter(
            purge__in=own, kind=Kind.FINAL, issued_at__gt=after, issued_at__lte=until
        )
        return [Happening("deletion.certified", one.purge_id, one.pk, one.issued_at) for one in found]


def _visible_to(staff: Staff) -> Any:  # noqa: ANN401  (a query set of deletions)
    own = Assignment.objects.filter(account_id=staff.id, role__in=_LOOKS_AFTER)
    if own.filter(organisation=None).exists():
        return Purge.objects.all()
    return Purge.objects.filter(organisation__in=own.values("organisation"))


def _lines(found: list[Purge], at: datetime) -> list[Line]:
    organisations = dict(
        Organisation.objects.filter(pk__in={purge.organisation for purge in found}).values_list("pk", "name")
    )
    projects = dict(
        Project.objects.filter(pk__in={purge.project for purge in found}).values_list("pk", "name")
    )
    certificates: dict[UUID, list[Certificate]] = {}
    for one in Certificate.objects.filter(purge__in=found).order_by("issued_at"):
        certificates.setdefault(one.purge_id, []).append(one)
    return [
        Line(
            purge=purge,
            organisation=organisations.get(purge.organisation, "An organisation that was deleted"),
            project=projects.get(purge.project, "Its project"),
            steps=_steps(purge),
            certificates=certificates.get(purge.project, []),
            at=at,
        )
        for purge in found
    ]


def _steps(purge: Purge) -> list[StepLine]:
    by_step: dict[Step, list[tuple[str, int]]] = {}
    for step, store in stores():
        counts = purge.counts.get(store.name)
        if counts is not None and step is not Step.CERTIFICATE:
            count = max(counts.get("found", 0), counts.get("erased", 0)) + counts.get("late", 0)
            by_step.setdefault(step, []).append((store.name, count))
    is_over = purge.final_at is not None or purge.superseded_at is not None
    return [
        StepLine(
            words=WORDS_OF_STEPS[step],
            ended_at=_moment(purge.ended.get(step.value)),
            is_now=step.value == purge.step and not is_over,
            counts=by_step.get(step, []),
        )
        for step in ORDER
    ]


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
