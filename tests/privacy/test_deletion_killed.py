"""
F1: a deletion whose worker is killed at any moment, and F2 besides. Real processes, killed with SIGKILL.

A worker's moments are counted: before and after each call to a store, to the ledger, and to the vault's
signature. It dies at one that a seed draws, over and over, until the deletion ends; the end is the same.
"""

import os
import random
import signal
import subprocess
import sys
from uuid import UUID

import pytest

from kernel.tenancy import control_plane
from privacy.deletion.models import Purge
from tenants.models import Organisation
from tests.deleting import Ended, make_ended, purge_of, take_further
from tests.ends import end_of

# One worker that takes a deletion as far as it goes, with a vault's runner of its own beside it.
WORKER = """
import os, signal, sys
from datetime import timedelta
import django
django.setup()
from privacy.deletion.services import certificates, ledger, steps
from privacy.stores import stores
from privacy.vault import runner
from uuid import UUID

moments, deadly = 0, int(sys.argv[2])

def moment():
    global moments
    moments += 1
    if moments == deadly:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(work):
    def call(*args, **kwargs):
        moment()
        answer = work(*args, **kwargs)
        moment()
        return answer
    return call

for module, names in (
    (ledger, ("claim", "note_counts", "note_scan", "step_done", "release")),
    (steps, ("write_digests", "scan")),
    (certificates, ("_enter", "_keep_file")),
):
    for name in names:
        setattr(module, name, watched(getattr(module, name)))
for step, store in stores():
    object.__setattr__(store, "erase", watched(store.erase))
    object.__setattr__(store, "remaining", watched(store.remaining))

ledger.LEASE = timedelta(seconds=0)
steps.PATIENCE = 0.0
for _round in range(40):
    steps.run_due(only=UUID(sys.argv[1]), is_waiting_over=True)
    runner.run_waiting()
"""


def _worker(project: UUID, *, dies_at: int) -> int:
    """Its exit code."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, "-c", WORKER, str(project), str(dies_at)]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode


@pytest.fixture(scope="module")
def undisturbed(acme: Organisation) -> dict[str, object]:
    ended = make_ended(acme)
    take_further(ended.project)
    return end_of(ended)


def _killed_until_it_ends(ended: Ended, seed: int) -> int:
    """How often it was killed."""
    draw, killed = random.Random(seed), 0
    while not purge_of(ended.project).provisional_at:
        assert killed < 60
        # Mostly soon after the start, sometimes late: every call has its turn.
        code = _worker(ended.project, dies_at=draw.choice([draw.randint(3, 12), draw.randint(12, 90)]))
        assert code in {0, -signal.SIGKILL}
        killed += code != 0
    return killed


@pytest.mark.parametrize("seed", range(1))
def test_killed_anywhere_it_ends_the_same(
    acme: Organisation, undisturbed: dict[str, object], seed: int
) -> None:
    """F1."""
    ended = make_ended(acme)

    killed = _killed_until_it_ends(ended, seed)

    assert killed
    assert end_of(ended) == undisturbed


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(1, 20))
def test_killed_anywhere_it_ends_the_same_many_times(
    acme: Organisation, undisturbed: dict[str, object], seed: int
) -> None:
    """F1."""
    ended = make_ended(acme)
    _killed_until_it_ends(ended, seed)

    assert end_of(ended) == undisturbed


@pytest.mark.faults
def test_eight_workers_at_once_end_it_once(acme: Organisation, undisturbed: dict[str, object]) -> None:
    """F2, F3: they even take it from each other, since no lease lasts."""
    ended = make_ended(acme)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, "-c", WORKER, str(ended.project), "0"]
    workers = [subprocess.Popen(command, env=environment) for _n in range(8)]
    for worker in workers:
        assert worker.wait(timeout=240) == 0

    take_further(ended.project)

    assert end_of(ended) == undisturbed
    with control_plane():
        assert Purge.objects.get(pk=ended.project).problem == ""
