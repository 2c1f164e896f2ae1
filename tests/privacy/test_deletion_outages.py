"""
F4, F6 and a database's crash while a deletion runs: servers of this file's own are killed with SIGKILL.

The worker is a process of its own that only ever tries again, as ticks do. A seed draws which moment each
server dies at and how long it stays away; what is left in the end is the same as without any of it.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

from config.embedded import services
from config.embedded.services import Services

_REPOSITORY = Path(__file__).parents[2]
_SECONDS = 180
_PREPARE = """
import django
django.setup()
from tests.deleting import make_ended
from tests.making import make_organisation
print(make_ended(make_organisation()).project)
"""
# Ticks and the vault's runner in turns, whatever fails, until it is certified.
_WORKER = """
import sys, time
from datetime import timedelta
from uuid import UUID
import django
django.setup()
from django.db import close_old_connections
from privacy.deletion.services import ledger, steps
from privacy.vault import ledger as vault_ledger
from privacy.vault import runner
from tests.deleting import purge_of

ledger.LEASE, steps.PATIENCE = timedelta(seconds=0), 0.0
vault_ledger.LEASE = timedelta(seconds=1)
project = UUID(sys.argv[1])
while True:
    for work in (lambda: steps.run_due(only=project, is_waiting_over=True), runner.run_waiting):
        try:
            work()
        except Exception:
            close_old_connections()
            time.sleep(0.05)
    try:
        if purge_of(project).provisional_at:
            break
    except Exception:
        close_old_connections()
"""
_TELL = """
import json, sys
from uuid import UUID
import django
django.setup()
from conversations.models import Conversation
from tenants.queries import organisation_by_id
from tests.deleting import Ended, purge_of
from tests.ends import end_of
from kernel.tenancy import tenant_context
project = UUID(sys.argv[1])
owner = organisation_by_id(purge_of(project).organisation)
with tenant_context(owner.tenant):
    talk = Conversation.objects.get(pk=project)
print(json.dumps(end_of(Ended(owner, talk, (), ())), default=str, sort_keys=True))
"""


@pytest.fixture(scope="module")
def own() -> Iterator[Services]:
    """Two databases and a Valkey that no other test uses."""
    base = Path(tempfile.mkdtemp(prefix="conversations-test-"))
    try:
        # What was committed outlives a killed server, as it does everywhere else: no disk has to be waited for.
        with services.running(base, options={"fsync": "off"}) as running:
            _python(running, "-m", "config.manage", "migrate")
            yield running
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="module")
def undisturbed(own: Services) -> dict[str, object]:
    project = _python(own, "-c", _PREPARE).split()[-1]
    _python(own, "-c", _WORKER, project)
    return _end(own, project)


def _environment(own: Services) -> dict[str, str]:
    more = {"BASE_DOMAIN": "localhost:8000", "LOG_LEVEL": "CRITICAL", "PYTHONPATH": os.pathsep.join(sys.path)}
    return {**os.environ, **own.environment(), **more, "SECRET_KEY": settings.SECRET_KEY}


def _python(own: Services, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=_environment(own),
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _end(own: Services, project: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(_python(own, "-c", _TELL, project).splitlines()[-1])
    return told


def _server_dies(own: Services, which: str, draw: random.Random) -> None:
    server = getattr(own, which)
    server._process.kill()
    server._process.wait()
    time.sleep(draw.uniform(0, 1.5))
    if which != "valkey":
        # What a killed server's children still hold, the next one waits for.
        (server.data / "postmaster.pid").unlink(missing_ok=True)
    server.start()


def _ends_though_it_dies(own: Services, which: str, seed: int) -> tuple[dict[str, object], int]:
    """What is left, and how often the server was killed."""
    draw, killed = random.Random(f"{which} {seed}"), 0
    project = _python(own, "-c", _PREPARE).split()[-1]
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, project], env=_environment(own), cwd=_REPOSITORY
    )
    try:
        until = time.monotonic() + _SECONDS
        time.sleep(draw.uniform(0.5, 3))
        while worker.poll() is None:
            assert time.monotonic() < until, "The deletion does not end."
            if killed < 4:
                _server_dies(own, which, draw)
                killed += 1
            with suppress(subprocess.TimeoutExpired):
                worker.wait(draw.uniform(0.3, 2))
        assert worker.returncode == 0
    finally:
        worker.kill()
        worker.wait()
    return _end(own, project), killed


@pytest.mark.parametrize("which", ["valkey", "vault", "conversation"])
def test_a_server_that_dies_meanwhile_changes_nothing(
    own: Services, undisturbed: dict[str, object], which: str
) -> None:
    """F4, F6: nothing that matters is in Valkey alone, and a database that comes back is gone on with."""
    end, killed = _ends_though_it_dies(own, which, 0)

    assert killed
    assert end == undisturbed


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(1, 20))
@pytest.mark.parametrize("which", ["valkey", "vault", "conversation"])
def test_a_server_that_dies_meanwhile_changes_nothing_many_times(
    own: Services, undisturbed: dict[str, object], which: str, seed: int
) -> None:
    """F4, F6."""
    end, _killed = _ends_though_it_dies(own, which, seed)

    assert end == undisturbed
