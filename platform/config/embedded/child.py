"""Child processes that never outlive their parent."""

import ctypes
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1


def dies_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before its program: ask Linux for a signal when the parent is gone."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(with_signal))

    return ask


def spawn(
    command: Sequence[str | Path],
    *,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    account: Mapping[str, Any] | None = None,
    dies_with: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches only the supervisor."""
    return subprocess.Popen[bytes](
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd="/" if account else None,
        start_new_session=True,
        preexec_fn=dies_with_parent(dies_with),
        **(account or {}),
    )


def stop(process: subprocess.Popen[bytes], *, with_signal: signal.Signals, seconds: float) -> None:
    """Ask a process to stop and wait; kill it when it takes longer."""
    if process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
