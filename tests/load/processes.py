"""The product as it is deployed: two web processes beside worker, scheduler, vault service and its runner."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from config.embedded.child import spawn, stop
from config.serve import children
from config.supervisor import Child
from tests.bench.ground import free_port

_SECONDS_TO_ANSWER = 60


@dataclass
class Processes:
    """Running children by name; the web ones answer at `ports`."""

    ports: list[int]
    running: list[Child]
    restarts: dict[str, int] = field(default_factory=dict)

    def look_after(self) -> None:
        """Start again what ended, as the supervisor does, and count it."""
        for child in self.running:
            if child.process is None or child.process.poll() is not None:
                if child.process is not None:
                    self.restarts[child.name] = self.restarts.get(child.name, 0) + 1
                child.process = _spawn(child)

    def mebibytes(self) -> dict[str, float]:
        """Each process with its children, shared pages counted in part."""
        parents = _parents()
        found = {}
        for child in self.running:
            if child.process is not None:
                family = [one for one in parents if _descends(one, child.process.pid, parents)]
                found[child.name] = sum(_proportional(process) for process in family)
        return found


@contextmanager
def running() -> Iterator[Processes]:
    """Everything but the databases, from the environment of this process."""
    port = _two_free_ports()
    started = children(os.environ, port=port, with_vault_service=True)
    web = next(child for child in started if child.name == "web")
    second = free_port()
    replica = [str(second) if part == str(port) else part for part in web.command]
    started.append(Child("web 2", replica, web.environment))
    processes = Processes(ports=[port, second], running=started)
    try:
        processes.look_after()
        for each in processes.ports:
            _wait_for(each)
        yield processes
    finally:
        for child in reversed(started):
            if child.process is not None:
                stop(child.process, with_signal=signal.SIGTERM, seconds=15)


def _spawn(child: Child) -> "subprocess.Popen[bytes]":
    return spawn(child.command, output=subprocess.DEVNULL, environment=child.environment)


def _two_free_ports() -> int:
    """The vault service listens at the port after that of the web."""
    for _try in range(50):
        port = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port
    raise AssertionError("no two ports side by side are free")


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"nothing answered at port {port} within {_SECONDS_TO_ANSWER} seconds")


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return found


def _descends(process: int, ancestor: int, parents: dict[int, int]) -> bool:
    while process in parents:
        if process == ancestor:
            return True
        process = parents[process]
    return False


def _proportional(process: int) -> float:
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
