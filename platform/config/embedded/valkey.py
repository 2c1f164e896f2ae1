"""Valkey without persistence on a private socket, with one user for the web and one for the vault."""

import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import redis

from config.embedded.child import spawn, stop
from config.embedded.folders import make_private, run_as
from config.embedded.trouble import CannotStart

_SECONDS_TO_START = 20
# The vault may end sessions, whose records it cannot open, and sees nothing else of the web's keys.
_USERS = """\
user default off
user web on >{web} ~web:* &web:* +@all -@admin -@dangerous +info
user vault on >{vault} ~vault:* ~web:*:session:* ~web:*:handle:* &vault:* +@all -@admin -@dangerous +info
"""


def users_file(passwords: Mapping[str, str]) -> str:
    """Valkey's own list of users, by the passwords of `web` and `vault`."""
    return _USERS.format(**passwords)


@dataclass
class ValkeyServer:
    """`folder` holds socket, users and log; nothing it knows survives a restart."""

    folder: Path
    program: Path
    _process: subprocess.Popen[bytes] | None = None
    _passwords: dict[str, str] = field(default_factory=dict)

    @property
    def socket(self) -> Path:
        return self.folder / "valkey.sock"

    def url(self, user: str) -> str:
        return f"unix://{user}:{self._passwords[user]}@{self.socket}?db=0"

    def broker_url(self) -> str:
        return f"redis+socket://web:{self._passwords['web']}@{self.socket}?virtual_host=0"

    def start(self) -> None:
        """Raises CannotStart."""
        make_private(self.folder, for_servers=True)
        # Started again, it lets the same in.
        self._passwords = self._passwords or {user: secrets.token_hex(16) for user in ("web", "vault")}
        users = self.folder / "users.acl"
        users.write_text(users_file(self._passwords))
        # Only the server's account can enter the folder; it must be able to read this file.
        users.chmod(0o644)
        command: list[str | Path] = [
            self.program,
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--unixsocketperm",
            "700",
        ]
        command += [
            "--save",
            "",
            "--appendonly",
            "no",
            "--aclfile",
            users,
            "--maxmemory-policy",
            "noeviction",
        ]
        with (self.folder / "log").open("wb") as log:
            self._process = spawn(command, output=log, account=run_as())
        self._wait()

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process, with_signal=signal.SIGTERM, seconds=10)
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        client = redis.Redis.from_url(self.url("web"))
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                client.close()
                return
        self.stop()
        raise CannotStart(
            f"Valkey in {self.folder} did not start: {(self.folder / 'log').read_text()[-300:]}"
        )
