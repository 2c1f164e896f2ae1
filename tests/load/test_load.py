"""A quarter of a minute of `make load`, small: the whole of it is too long for every run."""

import os
import subprocess
import sys

import pytest

from tests.load.plan import Plan

_SMALL = {
    "LOAD_SECONDS": "14",
    "LOAD_RATE": "12",
    "LOAD_POSTS": "500",
    "LOAD_VOTES": "2000",
    "LOAD_PEOPLE": "30",
    "LOAD_SIGN_INS": "6",
    "LOAD_VISITORS": "6",
    # What else runs beside this is not measured here.
    "LOAD_P95_MS": "10000",
}


def test_under_load_with_servers_started_anew_nothing_is_lost_and_nothing_is_mixed_up() -> None:
    """R70, F4, F5: PostgreSQL and Valkey fall and rise; every acknowledged post is there, every body its own."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}

    run = subprocess.run(
        [sys.executable, "-m", "tests.load"],
        env={**known, **_SMALL},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "0 foreign canaries" in run.stdout
    assert "acknowledged posts lost" in run.stdout


def test_a_run_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOAD_TENANTS", "51")

    with pytest.raises(ValueError, match="LOAD_TENANTS is at most 50"):
        Plan.from_environment()
