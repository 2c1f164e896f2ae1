"""
Backups as folders: what is in one, how old it is, and when it goes.

There are two kinds, in folders of their own: of conversations (control plane, organisations, files) and
of the vault. Keys are in neither. A backup is a folder named by its moment, with a manifest of digests;
until it is complete its name ends in `.part`.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec
from django.conf import settings

from kernel.errors import DomainError

MANIFEST = "manifest.json"
_NAME = "%Y%m%dT%H%M%SZ"
_UNFINISHED = ".part"
_DAY = timedelta(days=1)


class Kind(StrEnum):
    CONVERSATIONS = "conversations"
    VAULT = "vault"


class NoBackup(DomainError):
    code = "no_backup"
    message = "This folder holds no complete backup. Name one that lies beside a manifest.json."


class BackupDamaged(DomainError):
    code = "backup_damaged"
    message = "A file of this backup is missing or was changed, so nothing was restored. Take another one."


class Included(msgspec.Struct, frozen=True):
    """An organisation in a backup, with the last migration that its schema had."""

    id: UUID
    schema_name: str
    slug: str
    migrated_to: int


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself. `digests` are SHA-256 by path in the folder."""

    kind: Kind
    taken_at: datetime
    finished_at: datetime
    organisations: list[Included]
    has_files: bool
    digests: dict[str, str]


@dataclass
class Unfinished:
    """A backup while it is being made."""

    kind: Kind
    taken_at: datetime
    folder: Path
    organisations: list[Included] = field(default_factory=list)
    has_files: bool = False

    def finish(self, *, at: datetime) -> Path:
        """Digests, manifest, and then the name by which it is found."""
        manifest = Manifest(
            kind=self.kind,
            taken_at=self.taken_at,
            finished_at=at,
            organisations=self.organisations,
            has_files=self.has_files,
            digests=dict(sorted(_digests(self.folder))),
        )
        with (self.folder / MANIFEST).open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest)))
            file.flush()
            os.fsync(file.fileno())
        done = self.folder.with_suffix("")
        self.folder.rename(done)
        return done


def home(kind: Kind, base: Path | None = None) -> Path:
    """Where backups of a kind lie, one folder for each."""
    return (base or Path(settings.BACKUPS_DIR)) / kind


def begin(kind: Kind, base: Path | None, *, at: datetime) -> Unfinished:
    """An empty folder for one more, which only we can enter."""
    folder = home(kind, base) / f"{at.astimezone(UTC).strftime(_NAME)}{_UNFINISHED}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    home(kind, base).chmod(0o700)
    return Unfinished(kind=kind, taken_at=at, folder=folder)


def read(folder: Path) -> Manifest:
    """Raises NoBackup."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as reason:
        raise NoBackup from reason


def check(folder: Path, manifest: Manifest) -> None:
    """Raises BackupDamaged where a file is not what the manifest says."""
    if dict(_digests(folder)) != manifest.digests:
        raise BackupDamaged


def kept(kind: Kind, base: Path | None = None) -> list[tuple[Path, Manifest]]:
    """The complete ones, oldest first."""
    found = []
    for folder in _folders(home(kind, base)):
        try:
            found.append((folder, read(folder)))
        except NoBackup:
            continue
    return sorted(found, key=lambda one: one[1].taken_at)


def last_at(kind: Kind) -> datetime | None:
    """When the newest was begun, as far as this machine holds them."""
    found = kept(kind)
    return found[-1][1].taken_at if found else None


def prune(base: Path | None = None, *, at: datetime) -> int:
    """Remove what has lived its days, and what was never finished; returns how many went."""
    gone = 0
    for kind in Kind:
        for folder in _folders(home(kind, base)):
            if _taken_at(folder) <= at - (_DAY if folder.suffix == _UNFINISHED else life(kind)):
                # First the name: half of a backup is none.
                doomed = folder.with_suffix(_UNFINISHED)
                folder.rename(doomed)
                shutil.rmtree(doomed)
                gone += 1
    return gone


def life(kind: Kind) -> timedelta:
    days = settings.VAULT_BACKUP_DAYS if kind is Kind.VAULT else settings.BACKUP_DAYS
    return timedelta(days=days)


def horizon(*, since: datetime) -> datetime:
    """Until when a backup may still hold what was removed at a moment."""
    return since + max(life(kind) for kind in Kind)


def holding(organisation: UUID, *, before: datetime) -> int:
    """How many backups on this machine hold something of an organisation from before a moment."""
    found = [manifest for kind in Kind for _folder, manifest in kept(kind) if manifest.taken_at <= before]
    return sum(
        manifest.kind is Kind.VAULT or any(one.id == organisation for one in manifest.organisations)
        for manifest in found
    )


def _folders(where: Path) -> Iterator[Path]:
    for folder in sorted(where.iterdir()) if where.is_dir() else ():
        if folder.is_dir() and _taken_at(folder) != datetime.max.replace(tzinfo=UTC):
            yield folder


def _taken_at(folder: Path) -> datetime:
    """By its name, because the manifest of an unfinished one is missing; never, where it is none of ours."""
    try:
        return datetime.strptime(folder.name.removesuffix(_UNFINISHED), _NAME).replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*"):
        if path.is_file() and path != folder / MANIFEST:
            with path.open("rb") as file:
                yield path.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()
