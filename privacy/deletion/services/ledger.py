"""
The ledger of deletions: begun once, claimed with a lease and a new fencing number in one statement.

Every moment is the database's own. Whatever is written down asks for the fencing number in the same
statement: a worker that slept through its lease, and was replaced meanwhile, changes nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel import audit
from kernel.database import change, row, rows
from kernel.tenancy import Tenant, control_plane
from privacy.stores import ORDER, Step

# A worker killed without a word is replaced within ten minutes, with two minutes between ticks.
LEASE = timedelta(minutes=5)
_LONGEST_PROBLEM = 300


class LeaseLost(RuntimeError):
    """Another worker took the deletion over. What this one does is not written down."""


@dataclass(slots=True)
class Claim:
    """A deletion as its present worker holds it."""

    project: UUID
    organisation: UUID
    step: Step
    fence: int
    counts: dict[str, Any]
    is_provisional: bool
    # The place that is being emptied, for what is said where it does not answer.
    at: str = ""


def begin() -> int:
    """Enter every completed project that has no deletion yet; how many there were. In the caller's transaction."""
    with control_plane():
        return change(_BEGIN)


def claim(*, passed: list[UUID], only: UUID | None = None, is_waiting_over: bool = False) -> Claim | None:
    """The oldest deletion that is due and that nobody is at, but for those `passed` already."""
    days = 0 if is_waiting_over else settings.DAYS_BEFORE_DELETION
    with control_plane():
        found = row(_CLAIM, [LEASE, passed, only, only, timedelta(days=days), is_waiting_over])
    if found is None:
        return None
    project, organisation, step, fence, counts, provisional_at = found
    known = json.loads(counts) if isinstance(counts, str) else counts
    return Claim(project, organisation, Step(step), fence, known, provisional_at is not None)


def renew(claim: Claim) -> None:
    """Say that somebody is still there. Raises LeaseLost."""
    _held(claim, "leased_until = clock_timestamp() + %s::interval", [LEASE])


def note_counts(claim: Claim, store: str, **counts: int) -> None:
    """Write down how much of a store there was and went. Raises LeaseLost."""
    said = {**claim.counts.get(store, {}), **counts}
    _held(
        claim,
        "counts = counts || %s::jsonb, leased_until = clock_timestamp() + %s::interval",
        [json.dumps({store: said}), LEASE],
    )
    claim.counts[store] = said


def note_scan(claim: Claim, said: dict[str, Any]) -> None:
    """Raises LeaseLost."""
    _held(claim, "scan = %s::jsonb", [json.dumps(said)])


def wait_longer(claim: Claim, until: str) -> None:
    """The final certificate is due later than was reckoned. Raises LeaseLost."""
    _held(claim, "final_from = %s::timestamptz", [until])


def step_done(claim: Claim) -> None:
    """On to the next step, with when this one ended and an entry in the audit. Raises LeaseLost."""
    after = ORDER[ORDER.index(claim.step) + 1]
    with control_plane(), transaction.atomic():
        _held(
            claim,
            "step = %s, problem = '', ended = ended || jsonb_build_object(%s::text, to_jsonb(clock_timestamp())),"
            " leased_until = clock_timestamp() + %s::interval",
            [after, claim.step, LEASE],
        )
        about: dict[str, str | int] = {"project": str(claim.project), "step": claim.step.value}
        audit.record("deletion step done", by=None, organisation=claim.organisation, about=about)
    claim.step = after


def release(claim: Claim, *, problem: str = "", rest: timedelta | None = None) -> None:
    """Let others go on, at the next tick or after a rest. A worker that was replaced lets go of nothing."""
    with control_plane():
        change(_RELEASE, [problem[:_LONGEST_PROBLEM], rest, claim.project, claim.fence])


def days_since_completion(project: UUID) -> float:
    """By the database's clock."""
    with control_plane():
        found = row(
            "SELECT extract(epoch FROM clock_timestamp() - completed_at) FROM deletion_purge WHERE project = %s",
            [project],
        )
    return float(found[0]) / 86400 if found else 0.0


def now() -> datetime:
    """The database's clock."""
    with control_plane():
        found = row("SELECT clock_timestamp()")
    assert found is not None  # noqa: S101  (a clock always answers)
    at: datetime = found[0]
    return at


def supersede(tenant: Tenant) -> None:
    """At the deletion of an organisation, which takes all that its projects' deletions still had to do."""
    with control_plane():
        change(_SUPERSEDE, [tenant.organisation])


def due_reminders(days: tuple[int, ...]) -> list[tuple[UUID, UUID, int]]:
    """Projects with their organisation and the last of these days that passed without a reminder."""
    with control_plane():
        return [(project, organisation, day) for project, organisation, day in rows(_LATE, [list(days)])]


def claim_reminder(project: UUID, day: int) -> bool:
    """Whether this one is ours to send. Claimed before it is sent: each leaves once."""
    with control_plane():
        return bool(
            change(
                "UPDATE deletion_purge SET reminded_day = %s WHERE project = %s AND reminded_day < %s",
                [day, project, day],
            )
        )


def unclaim_reminder(project: UUID, day: int, before: int) -> None:
    """Nobody could be reached: the next tick tries again."""
    with control_plane():
        change(
            "UPDATE deletion_purge SET reminded_day = %s WHERE project = %s AND reminded_day = %s",
            [before, project, day],
        )


def _held(claim: Claim, assignments: str, values: list[Any]) -> None:
    with control_plane():
        statement = f"UPDATE deletion_purge SET {assignments} WHERE project = %s AND fence = %s"  # noqa: S608
        if not change(statement, [*values, claim.project, claim.fence]):
            raise LeaseLost


_BEGIN = """
    INSERT INTO deletion_purge (project, organisation, completed_at, step)
    SELECT p.id, p.organisation_id, c.completed_at, 'freeze'
    FROM tenants_completion c JOIN tenants_project p ON p.id = c.project_id
    ON CONFLICT DO NOTHING
"""
_CLAIM = """
    UPDATE deletion_purge SET fence = fence + 1, leased_until = clock_timestamp() + %s::interval
    WHERE project = (
        SELECT project FROM deletion_purge
        WHERE final_at IS NULL AND superseded_at IS NULL
          AND (leased_until IS NULL OR leased_until < clock_timestamp())
          AND NOT project = ANY(%s::uuid[]) AND (%s::uuid IS NULL OR project = %s::uuid)
          AND completed_at + %s::interval <= clock_timestamp()
          AND (provisional_at IS NULL OR final_from <= clock_timestamp())
          AND (%s::bool OR rests_until IS NULL OR rests_until <= clock_timestamp())
          AND NOT EXISTS (
              SELECT FROM tenants_organisation o WHERE o.id = organisation AND o.restoring_since IS NOT NULL
          )
        ORDER BY completed_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING project, organisation, step, fence, counts, provisional_at
"""
_RELEASE = """
    UPDATE deletion_purge
    SET leased_until = NULL, problem = %s, rests_until = clock_timestamp() + %s::interval
    WHERE project = %s AND fence = %s
"""
_SUPERSEDE = """
    UPDATE deletion_purge SET superseded_at = clock_timestamp(), fence = fence + 1, leased_until = NULL
    WHERE organisation = %s AND final_at IS NULL AND superseded_at IS NULL
"""
# Not those that only wait for the backups' last day.
_LATE = """
    SELECT project, organisation, max(day) FROM deletion_purge, unnest(%s::int[]) AS day
    WHERE final_at IS NULL AND superseded_at IS NULL
      AND (provisional_at IS NULL OR final_from < clock_timestamp())
      AND completed_at + make_interval(days => day) <= clock_timestamp() AND day > reminded_day
    GROUP BY project, organisation
"""
