"""
The state of the whole for Prometheus: what is up, what is late, what waits. Served by `manage watch` alone.

Labels are names in our code. Nothing here is told by organisation, project or person, and what waits for somebody
is told when it is late, not when it is there: a mail that waits for a second is somebody who signs in.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from conversations.queries.operations import Operations, operations
from kernel.backups import Kind
from kernel.database import row
from kernel.errors import Unavailable
from kernel.postgresql.base import WrongPlace
from kernel.tenancy import control_plane
from kernel.tls import Unproven, certificates, visit
from kernel.versions import FilesAway
from privacy.deletion.queries import late_deletions
from privacy.oversight.services import anchors
from privacy.vault.shapes import Standing

T = TypeVar("T")

# One scrape asks once; a second Prometheus is told the same.
_SECONDS_REMEMBERED = 10.0
_LATE_MAIL = 120.0
_LATE_JOB = 3600.0
_HEARD_LATELY = 600.0
_DAY = 86400.0
_AWAY = (Unavailable, DatabaseError, InterfaceError, WrongPlace, OSError)


class WholeState(Collector):
    """Asked by Prometheus, asks everything else; what is away is told as away."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: list[Metric] = []
        self._asked_at = float("-inf")

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if time.monotonic() - self._asked_at > _SECONDS_REMEMBERED:
                try:
                    self._found = list(_state(timezone.now()))
                finally:
                    close_old_connections()
                self._asked_at = time.monotonic()
            yield from self._found


def _state(at: datetime) -> Iterator[Metric]:
    began = time.perf_counter()
    found = operations(at=at)
    anchored, files = _or_none(anchors.is_anchored), _or_none(_files_answer)
    parts = {
        "database": found.database.found,
        "valkey": found.valkey.found,
        "broker": found.tasks.found is not None,
        "vault": found.vault.found is not None,
        "files": files is not None,
    }
    yield _by("part_up", "Whether each part answers.", "part", {name: bool(up) for name, up in parts.items()})
    yield from _tasks(found, at)
    yield from _organisations(found)
    if found.vault.found is not None:
        yield from _vault(found.vault.found, at)
    yield from _promises(found, at, anchored)
    # Nothing by name where the way to the vault needs no certificate.
    days = _days_left(at)
    yield _by("certificate_days_left", "Until a certificate between our own ends.", "certificate", days)
    folders = {"files": settings.FILES_DIR, "backups": settings.BACKUPS_DIR, "outbox": settings.OUTBOX_DIR}
    room = {name: ratio for name, path in folders.items() if (ratio := _free(Path(path))) is not None}
    yield _by("disk_free_ratio", "Room left where a folder lies.", "folder", room)
    yield _one("asking_seconds", "How long asking all of this took.", time.perf_counter() - began)


def _tasks(found: Operations, at: datetime) -> Iterator[Metric]:
    tasks = found.tasks.found
    if tasks is None:
        return
    yield _by("queue_length", "Tasks that wait.", "queue", tasks.queues)
    late = {schedule.task: schedule.is_late for schedule in tasks.schedules}
    yield _by("schedule_late", "Whether a schedule was not heard of for too long.", "task", late)
    heard = sum((at - seen).total_seconds() < _HEARD_LATELY for seen in tasks.workers.values())
    yield _one("workers_heard", "Workers that ended a task in the last ten minutes.", heard)


def _organisations(found: Operations) -> Iterator[Metric]:
    if found.organisations.found is not None:
        behind = found.organisations.found.behind
        yield _one("organisations_behind", "Organisations whose schema waits for a migration.", behind)
    if found.jobs.found is not None:
        states = {"waiting": 0, "running": 0, "failed": 0}
        for line in found.jobs.found:
            states[line.job.state] = states.get(line.job.state, 0) + 1
        yield _by("organisation_jobs", "Organisations being made or deleted.", "state", states)


def _vault(standing: Standing, at: datetime) -> Iterator[Metric]:
    # Not how many wait: a job may be one person who leaves.
    failed_jobs, late = (
        standing.jobs_by_state.get("failed", 0),
        [_age(job.asked_at, at) for job in standing.jobs],
    )
    yield _one("vault_jobs_failed", "Jobs of the vault's ledger that failed.", failed_jobs)
    yield _one(
        "vault_jobs_late",
        "Jobs that were asked for more than an hour ago.",
        sum(age > _LATE_JOB for age in late),
    )
    seen = standing.runner_seen_at
    if seen is not None:
        silence = (at - seen).total_seconds()
        yield _one("vault_runner_silent_seconds", "Since the vault's runner was heard of.", max(0.0, silence))
    oldest = standing.oldest_letter_at
    waited = 0.0 if oldest is None else (at - oldest).total_seconds()
    yield _one(
        "mail_late_seconds",
        "How long the oldest mail waits, once it is late.",
        waited if waited > _LATE_MAIL else 0,
    )
    failed = sum(one.counts.failed + one.counts.unknown for one in standing.mailings)
    yield _one("mailing_lost", "Letters of mailings that failed or are unknown, in tens.", failed // 10 * 10)
    yield _one("key_copies_missing", "Key files that lie in one folder only.", standing.key_copies_missing)


def _promises(found: Operations, at: datetime, anchored: bool | None) -> Iterator[Metric]:
    late = _or_none(partial(late_deletions, at=at))
    if late is not None:
        yield _by("deletions_late", "Deletions past a day that was promised.", "what", late)
    if anchored is not None:
        yield _one(
            "audit_anchor_missing", "Whether the newest entry of the audit has no anchor.", not anchored
        )
    taken = dict(found.backups)
    if found.vault.found is not None and taken.get(Kind.VAULT) is None:
        taken[Kind.VAULT] = found.vault.found.backup_at
    ages = {kind.value: (at - taken_at).total_seconds() for kind, taken_at in taken.items() if taken_at}
    yield _by("backup_age_seconds", "Since the newest backup was taken, where it can be seen.", "kind", ages)
    clock = _or_none(_clock_difference)
    if clock is not None:
        yield _one("clock_difference_seconds", "Between this machine's clock and the database's.", clock)


def _days_left(at: datetime) -> dict[str, float]:
    """Of what the vault's service shows, of this process's own and of the authority; 0 where one is not believed."""
    papers = settings.VAULT_PAPERS
    files = {"own": papers.certificate, "authority": papers.authority}
    left = {name: _until(file, at) for name, file in files.items() if file}
    try:
        shown = visit(settings.VAULT_URL, papers).until if papers.authority and settings.VAULT_URL else None
        if shown is not None:
            left["service"] = (shown - at).total_seconds() / _DAY
    except Unproven:
        left["service"] = 0.0
    except OSError:
        pass  # it is away, and `part_up` says so
    return left


def _until(file: str, at: datetime) -> float:
    try:
        return min((one.not_valid_after_utc - at).total_seconds() for one in certificates(file)) / _DAY
    except (OSError, ValueError):
        return 0.0


def _age(since: datetime, at: datetime) -> float:
    return (at - since).total_seconds()


def _clock_difference() -> float:
    with control_plane():
        found = row("SELECT clock_timestamp()")
    return abs((timezone.now() - found[0]).total_seconds()) if found else 0.0


def _files_answer() -> bool:
    try:
        return storages["files"].exists("audit/nothing") or True
    except Exception as reason:  # the library of the object store has kinds of its own
        raise FilesAway from reason


def _free(folder: Path) -> float | None:
    existing = next((path for path in (folder, *folder.parents) if path.exists()), None)
    if existing is None:
        return None
    usage = shutil.disk_usage(existing)
    return usage.free / usage.total


def _or_none(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except _AWAY:
        return None


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"conversations_{name}", words, value=float(value))


def _by(name: str, words: str, label: str, values: Any) -> Metric:  # noqa: ANN401  (a mapping of numbers)
    family = GaugeMetricFamily(f"conversations_{name}", words, labels=[label])
    for said, value in sorted(values.items()):
        family.add_metric([str(said)], float(value))
    return family
