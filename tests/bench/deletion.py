"""
The deletion of a whole project: 20,000 people with addresses, 100,000 posts, 1,000,000 votes.

From the first step to the provisional certificate, by a worker and a vault's runner in processes of their own.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

from tests.bench.ground import Report
from tests.bench.rosters import _most_held, _runner

PEOPLE, POSTS, VOTES = 20_000, 100_000, 1_000_000
_MINUTES, _MEBIBYTES = 10, 1024
_MOST_TICKS = 20


def measure(report: Report, *, people: int = PEOPLE, posts: int = POSTS, votes: int = VOTES) -> None:
    import config.celery  # noqa: F401  (completing asks for a task)
    from tests.making import make_organisation

    organisation = make_organisation()
    with _runner() as runner:
        project = _project(organisation, people, posts, votes)
        started = time.perf_counter()
        ticks, held = _delete(project)
        seconds = time.perf_counter() - started
        held_by_runner = _most_held(runner.pid)
    _tell_steps(project, report)
    report.say(f"{ticks} ticks; the vault's runner held {held_by_runner:.0f} MiB")
    what = f"deleting {people:,} people, {posts:,} posts, {votes:,} votes"
    report.bound("D1", what, ours=seconds / 60, unit="min", most=_MINUTES)
    report.bound("D2", "most memory of the worker", ours=held, unit="MiB", most=_MEBIBYTES)
    report.bound("D2", "most memory of the runner", ours=held_by_runner, unit="MiB", most=_MEBIBYTES)


def _project(organisation: object, people: int, posts: int, votes: int) -> UUID:
    from django.db import connection
    from django.utils import timezone

    from conversations.services import lifecycle
    from kernel.tenancy import tenant_context
    from privacy.vault.interface import vault
    from tenants.models import Organisation, Role
    from tests.bench import discussion
    from tests.making import make_conversation
    from tests.staffing import make_staff

    assert isinstance(organisation, Organisation)
    with tenant_context(organisation.tenant):
        talk = make_conversation(questions=tuple(f"Question {n}?" for n in range(discussion.STREAMS)))
        roster = "\n".join(
            ["email,mobile", *(f"person-{n}@people.example,07{400_000_000 + n}" for n in range(people))]
        )
        job = vault().enrol(conversation=talk.pk, roster=roster.encode(), areas=["everybody"])
        while vault().job(conversation=talk.pk, job=job).report is None:
            time.sleep(0.1)
        streams = list(talk.streams.values_list("pk", flat=True))
        area = talk.areas.values_list("pk", flat=True)[0]
        with connection.cursor() as cursor:
            cursor.execute(discussion._IDEAS, [streams, discussion.STREAMS, area, posts])
            cursor.execute(discussion.RANDOM_VOTES, [posts, votes, posts])
            cursor.execute(discussion.COUNT_VOTES)
            cursor.execute("ANALYZE")
        type(talk).objects.filter(pk=talk.pk).update(closes_at=timezone.now())
        operator = make_staff(Role.OPERATOR)
        lifecycle.complete(by=operator, conversation=talk.pk, typed=talk.slug, at=timezone.now())
    return talk.pk


def _delete(project: UUID) -> tuple[int, float]:
    """Ticks until it is certified, and the most any of them held."""
    from kernel.tenancy import control_plane
    from privacy.deletion.models import Purge

    command = [sys.executable, "-m", "config.manage", "purge", "run", str(project), "--at-once"]
    held = 0.0
    for tick in range(1, _MOST_TICKS + 1):
        worker = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
        while worker.poll() is None:
            if Path(f"/proc/{worker.pid}/status").exists():
                held = max(held, _held_now(worker.pid))
            time.sleep(0.2)
        with control_plane():
            purge = Purge.objects.get(pk=project)
        if purge.provisional_at:
            return tick, held
    raise AssertionError(purge.problem)


def _held_now(process: int) -> float:
    try:
        return _most_held(process)
    except (OSError, StopIteration):  # it has just ended
        return 0.0


def _tell_steps(project: UUID, report: Report) -> None:
    from datetime import datetime
    from itertools import pairwise

    from kernel.tenancy import control_plane
    from privacy.deletion.models import Purge

    with control_plane():
        ended = Purge.objects.get(pk=project).ended
    moments = sorted((datetime.fromisoformat(at), step) for step, at in ended.items())
    parts = [
        f"{step} {(at - before).total_seconds():.0f} s" for (before, _step), (at, step) in pairwise(moments)
    ]
    report.say(", ".join(parts))
