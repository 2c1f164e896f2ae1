"""One process that runs the others: prefixed output, restarts with patience, and a clean end."""

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from config.embedded.child import spawn, stop
from config.embedded.trouble import CannotStart

_RESTARTS = 5
_WITHIN_SECONDS = 60
_SECONDS_TO_STOP = 15


@dataclass
class Child:
    """One process of the product: a name for its output, a command, and all it may know."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)


class Supervisor:
    """Starts children in order, restarts those that end, stops all in reverse order."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)
        self.stopped = threading.Event()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._width = max(len(child.name) for child in self.children)

    def run(self) -> None:
        """Return after Ctrl-C or a termination signal. Raises CannotStart when a child keeps failing."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._hear)
        try:
            for child in self.children:
                self._start(child)
            while not self.stopped.is_set():
                self._print_lines(seconds=0.5)
                self._look_after_children()
        finally:
            self._stop_all()

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopped.set()

    def _start(self, child: Child) -> None:
        child.process = spawn(child.command, output=subprocess.PIPE, environment=child.environment)
        child.started.append(time.monotonic())
        threading.Thread(target=self._listen, args=(child, child.process), daemon=True).start()

    def _listen(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or ():
            self._lines.put(f"{child.name:<{self._width}} | {line.decode(errors='replace').rstrip()}")

    def _print_lines(self, *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.stopped.is_set():
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    def _look_after_children(self) -> None:
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            recent = [at for at in child.started if at > time.monotonic() - _WITHIN_SECONDS]
            if len(recent) >= _RESTARTS:
                raise CannotStart(
                    f"The process {child.name} ended {_RESTARTS} times in a minute. Its output says why."
                )
            child.started = recent
            self._lines.put(f"{child.name:<{self._width}} | ended, and is started again")
            self._start(child)

    def _stop_all(self) -> None:
        for child in reversed(self.children):
            if child.process is not None:
                stop(child.process, with_signal=signal.SIGTERM, seconds=_SECONDS_TO_STOP)
