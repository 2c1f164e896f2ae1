"""The ground everything is measured on: embedded servers that do wait for the disk, and granian."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import services
from config.embedded.services import Services

_OPTIONS = {"shared_buffers": "1GB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB"}


_BUFFER = 1 << 20
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Result:
    """One line of the table. `ratio` is what the goal speaks of; `floor` and `ours` have a unit."""

    goal: str
    what: str
    floor: float
    ours: float
    unit: str
    ratio: float
    wanted: str
    is_met: bool

    def __str__(self) -> str:
        mark = "yes" if self.is_met else "NO"
        return f"{self.goal:<4} {self.what:<58} {self.floor:>10.2f} {self.ours:>10.2f} {self.unit:<8} {self.ratio:>6.2f}x  {self.wanted:<9} {mark}"


@dataclass
class Report:
    results: list[Result] = field(default_factory=list)

    def at_most(self, goal: str, what: str, *, floor: float, ours: float, unit: str, most: float) -> None:
        ratio = ours / floor
        self._add(Result(goal, what, floor, ours, unit, ratio, f"<= {most}x", ratio <= most))

    def at_least(self, goal: str, what: str, *, floor: float, ours: float, unit: str, least: float) -> None:
        ratio = ours / floor
        self._add(Result(goal, what, floor, ours, unit, ratio, f">= {least}x", ratio >= least))

    def bound(self, goal: str, what: str, *, ours: float, unit: str, most: float) -> None:
        self._add(
            Result(goal, what, most, ours, unit, ours / most if most else 0.0, f"<= {most:g}", ours <= most)
        )

    def say(self, line: str) -> None:
        sys.stdout.write(f"     {line}\n")
        sys.stdout.flush()

    def _add(self, result: Result) -> None:
        self.results.append(result)
        sys.stdout.write(f"{result}\n")
        sys.stdout.flush()


@contextmanager
def ground() -> Iterator[Services]:
    """Servers of their own, migrated, with Django set up over them."""
    base = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        with services.running(base, options=_OPTIONS) as running:
            os.environ |= {**running.environment(), "BASE_DOMAIN": "localhost:8000", "LOG_LEVEL": "CRITICAL"}
            os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
            for command in (["migrate"], ["collectstatic", "--noinput", "--verbosity", "0"]):
                subprocess.run(
                    [sys.executable, "-m", "config.manage", *command], check=True, stdout=subprocess.DEVNULL
                )
            import django

            django.setup()
            yield running
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def server(application: str, **environment: str) -> Iterator[int]:
    """An application under granian, one worker with four threads; yields its port."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--no-ws",
        "--log-level",
        "critical",
        application,
    ]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _try in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("granian did not start within 20 seconds")


class Line:
    """One kept connection that asks again and again: little of its own to measure."""

    def __init__(self, port: int, request: bytes) -> None:
        self.request = request
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> bytes:
        self.socket.sendall(self.request)
        received = self.socket.recv(_BUFFER)
        head, _gap, body = received.partition(b"\r\n\r\n")
        missing = int(_LENGTH.search(head)[1]) - len(body)  # type: ignore[index]  # all of ours say their length
        while missing > 0:
            more = self.socket.recv(_BUFFER)
            missing -= len(more)
            received += more
        return received


def get(path: str, host: str, cookie: str = "") -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *([f"Cookie: {cookie}"] if cookie else [])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def interleaved(rounds: int, each: int, **asks: Callable[[], object]) -> dict[str, float]:
    """Median milliseconds of each, asked in turns so that the machine's moods hit all alike."""
    times: dict[str, list[float]] = {name: [] for name in asks}
    for _round in range(rounds):
        for name, ask in asks.items():
            for _time in range(each):
                started = time.perf_counter()
                ask()
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}
