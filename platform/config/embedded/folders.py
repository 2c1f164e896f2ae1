"""Where the embedded services keep their things, and as whom they run."""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.trouble import CannotStart

# PostgreSQL refuses to run as root, so it then runs as this account, which owns nothing else.
_UNPRIVILEGED = "nobody"
# The longest path of a Unix socket is 107 bytes, and PostgreSQL adds the name of its own.
_LONGEST_SOCKET_FOLDER = 80
_BYTES_NEEDED = 300 * 1024 * 1024


@dataclass(frozen=True)
class Folders:
    """The local folder of an installation. `servers` may lie elsewhere: see `choose`."""

    base: Path
    servers: Path

    @property
    def keys(self) -> Path:
        return self.base / "keys"

    @property
    def keys_copy(self) -> Path:
        return self.base / "keys-copy"

    @property
    def files(self) -> Path:
        return self.base / "files"

    @property
    def outbox(self) -> Path:
        return self.base / "outbox"

    @property
    def static(self) -> Path:
        return self.base / "static"

    @property
    def secret(self) -> Path:
        return self.base / "secret"

    @property
    def running(self) -> Path:
        """The environment of the running services, for `manage` in another terminal."""
        return self.base / "services.json"


def choose(base: Path) -> Folders:
    """Keep the servers below `base` where their account can reach it and sockets fit, else in /var/tmp."""
    base = base.resolve()
    if can_be_reached(base) and len(str(base)) <= _LONGEST_SOCKET_FOLDER:
        return Folders(base=base, servers=base / "servers")
    digest = hashlib.sha256(str(base).encode()).hexdigest()[:12]
    return Folders(base=base, servers=Path("/var/tmp") / f"conversations-{os.geteuid()}-{digest}")  # noqa: S108


def can_be_reached(path: Path) -> bool:
    """Whether the account of the servers may walk to this path."""
    if os.geteuid() != 0:
        return True
    existing = [parent for parent in (path, *path.parents) if parent.exists()]
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in existing)


def run_as() -> dict[str, Any]:
    """Arguments for subprocess that drop root; nothing to drop for anybody else."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(_UNPRIVILEGED)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def make_private(folder: Path, *, for_servers: bool = False) -> Path:
    """Make a folder that nobody else can enter, owned by whoever will use it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = run_as() if for_servers else {}
    if account:
        os.chown(folder, account["user"], account["group"])
    folder.chmod(0o700)
    return folder


def make_base(folder: Path) -> Path:
    """The installation's own folder: what lies in it is private, and the servers may walk through."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    return folder


def require_space(folder: Path, *, free: int | None = None) -> None:
    """Raises CannotStart while there is still room to say so."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free if free is None else free
    if free < _BYTES_NEEDED:
        raise CannotStart(
            f"The disk under {existing} has only {free // 2**20} MB left, and at least"
            f" {_BYTES_NEEDED // 2**20} MB are needed. Make room there, then start again."
        )
