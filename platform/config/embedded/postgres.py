"""One PostgreSQL server in a folder of its own, reachable through a private socket only."""

import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from config.embedded.child import spawn, stop
from config.embedded.folders import make_private, require_space, run_as
from config.embedded.trouble import CannotStart

ADMIN = "postgres"
_SECONDS_TO_START = 60
_SETTINGS = {
    "listen_addresses": "",
    "jit": "off",
    "max_connections": "100",
    "timezone": "UTC",
    # Statements and their values may hold what somebody wrote: they never reach a log.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    # The server's own words about an error may quote a value; what it dies of is all that is kept.
    "log_min_messages": "fatal",
    "log_connections": "off",
    "track_commit_timestamp": "off",
    "track_activities": "off",
}


@dataclass
class PostgresServer:
    """`folder` holds data, socket and log; `options` override or add settings."""

    folder: Path
    programs: Path
    options: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def url(self, user: str, database: str) -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def start(self) -> None:
        """
        Create the cluster if there is none, start it, and wait until it answers.

        Raises CannotStart.
        """
        require_space(self.folder)
        make_private(self.folder, for_servers=True)
        if not (self.data / "PG_VERSION").exists():
            self._create()
        settings = {**_SETTINGS, "unix_socket_directories": str(self.folder), **self.options}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("wb") as log:
            self._process = spawn(
                [self.programs / "postgres", "-D", self.data, *arguments],
                output=log,
                account=run_as(),
                dies_with=signal.SIGINT,
            )
        self._wait()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, a checkpoint is written."""
        if self._process is not None:
            stop(self._process, with_signal=signal.SIGINT, seconds=30)
            self._process = None

    def _create(self) -> None:
        result = subprocess.run(
            [
                *(self.programs / "initdb", "-D", self.data, "-U", ADMIN, "-E", "UTF8", "--auth=trust"),
                *("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C"),
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **run_as(),
        )
        if result.returncode:
            raise CannotStart(
                f"PostgreSQL could not make its data folder {self.data}: {_last_line(result.stderr)}"
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                psycopg.connect(self.url(ADMIN, "postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        self.stop()
        raise CannotStart(f"PostgreSQL in {self.folder} did not start: {_last_line(self.log.read_text())}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if "FATAL" in line or "error" in line.lower()]
    return (
        lines[-1]
        if lines
        else "it said nothing. Remove the folder if its data is not needed, and start again."
    )
