"""A release while everything serves: new tables arrive under the old code, then the new code beside it."""

import shutil
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import Product
from tests.topology import ROOT, Topology, free_port

_PACKAGES = ("platform", "tenants", "conversations", "privacy", "reporting")
_MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", {before!r})]
    operations = [
        migrations.AddField("stream", "mood", models.CharField(max_length=9, default="", db_default="")),
        migrations.CreateModel("Mood", fields=[("id", models.UUIDField(primary_key=True))]),
    ]
"""


@pytest.fixture
def next_release(tmp_path: Path) -> Path:
    """What runs here with one migration more, that only adds."""
    skipped = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in _PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skipped)
    known = sorted((tmp_path / "conversations" / "migrations").glob("[0-9]*.py"))
    before = known[-1].stem
    (known[-1].with_name("9999_mood.py")).write_text(_MIGRATION.format(before=before))
    return tmp_path


def _environment(topology: Topology, service: str, release: Path) -> dict[str, str]:
    return {**topology.environment(service), "PYTHONPATH": f"{release}:{release / 'platform'}"}


def test_old_code_serves_while_new_tables_arrive_and_new_code_waits_for_them(
    topology: Topology, product: Product, next_release: Path
) -> None:
    """R72: no answer fails; the new process is ready once the migrations are there, and not before."""
    port = free_port()
    environment = {
        **_environment(topology, "web", next_release),
        "LISTEN": f"127.0.0.1:{port}",
        "METRICS_LISTEN": "",
    }
    with (topology.folder / "next-web.log").open("wb") as log:
        # From its own folder: the web server imports from where it stands.
        new = subprocess.Popen(
            topology.command("web"), env=environment, cwd=next_release, stdout=log, stderr=log
        )
    seen: list[int] = []
    stopped = threading.Event()
    reading = threading.Thread(target=_read_until, args=(stopped, product, seen))
    reading.start()
    try:
        assert _readiness(port, expected="down") == 503

        done = subprocess.run(
            topology.command("migrate"),
            env=_environment(topology, "migrate", next_release),
            cwd=next_release,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        assert " migrated, 0 already up to date" in done.stdout

        assert _readiness(port, expected="up") == 200
        assert _page(port, product) == 200
        assert _page(product.port, product) == 200
    finally:
        stopped.set()
        reading.join(30)
        new.terminate()
        new.wait(40)
    assert len(seen) > 5
    assert set(seen) == {200}


def _readiness(port: int, *, expected: str) -> int:
    """The status of /readyz once it says so about migrations."""
    for _try in range(600):
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
            continue
        if answer.json()["migrations"] == expected:
            return answer.status_code
        time.sleep(0.1)
    raise AssertionError(f"/readyz never said that migrations are {expected}")


def _page(port: int, product: Product) -> int:
    host = {"host": f"demo-hospital.localhost:{product.port}"}
    answer = httpx.get(f"http://127.0.0.1:{port}/workplace/", headers=host, trust_env=False, timeout=30)
    return answer.status_code


def _read_until(stopped: threading.Event, product: Product, seen: list[int]) -> None:
    while not stopped.is_set():
        seen.append(_page(product.port, product))
        time.sleep(0.05)
