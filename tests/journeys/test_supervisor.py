"""One command starts everything, tells what it does, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import start_product, stop_product, wait_until_ready
from tests.topology import free_port


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="serve-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def _processes_over(folder: Path) -> list[str]:
    """Every process whose command line or environment names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            known = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in known and int(process.name) != os.getpid():
            found.append(f"{process.name} {known[:80]!r}")
    return found


def _none_left(folder: Path) -> list[str]:
    for _try in range(200):
        if not (left := _processes_over(folder)):
            return []
        time.sleep(0.05)
    return left


def test_control_c_stops_everything_and_it_starts_again_on_the_same_data(folder: Path) -> None:
    for _round in range(2):
        port = free_port()
        process = start_product(folder, port)
        printed = wait_until_ready(process, port)
        assert f"http://localhost:{port}/" in printed

        told = stop_product(process)

        assert process.returncode == 0, told
        assert _none_left(folder) == []


def test_a_killed_supervisor_takes_everything_along(folder: Path) -> None:
    port = free_port()
    process = start_product(folder, port)
    wait_until_ready(process, port)

    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert _none_left(folder) == []


def test_a_child_that_dies_is_started_again_and_a_second_one_is_told_in_a_sentence(folder: Path) -> None:
    """F1: the runner is killed; there is another. Over the same folder nothing else may run meanwhile."""
    port = free_port()
    process = start_product(folder, port)
    wait_until_ready(process, port)
    (before,) = _runners(folder)

    os.kill(before, signal.SIGKILL)
    second = start_product(folder, free_port())
    told, _nothing = second.communicate(timeout=30)

    assert second.returncode == 1
    assert "already running over" in told
    assert "Traceback" not in told
    for _try in range(200):
        if _runners(folder) - {before}:
            break
        time.sleep(0.05)
    assert _runners(folder) - {before}
    stop_product(process)


def _runners(folder: Path) -> set[int]:
    return {
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"vault-run" in _read(path) and str(folder).encode() in _read(path.with_name("environ"))
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_port_that_is_taken_is_told_in_a_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        process = start_product(folder, port)
        told, _nothing = process.communicate(timeout=30)

    assert process.returncode == 1
    assert f"Port {port} is taken by another program." in told
    assert "Traceback" not in told
