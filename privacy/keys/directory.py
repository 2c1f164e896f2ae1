"""
Keys as files in two folders: the embedded default.

Each key lies in both folders, because a lost key file would lose the conversation's people.
Both copies are removed together. Removing a file is not the destruction of a disk: see decision 005.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import UUID

import structlog

from privacy.keys.store import ConversationKeys, KeysUnavailable, packed, unpacked

log = structlog.get_logger("privacy.keys")


class DirectoryKeyStore:
    """`folder` is read first; `copy` answers, with an alarm, when the first was lost."""

    days_pending = 0
    destroys_by = (
        "Both key files were overwritten and removed. That is best effort: what a disk, a snapshot or a copy of"
        " the folder made outside this system keeps is not reached by it."
    )

    def __init__(self, folder: Path, copy: Path) -> None:
        if folder.resolve() == copy.resolve():
            raise KeysUnavailable
        self.folders = (folder, copy)

    def create(self, organisation: UUID, conversation: UUID, keys: ConversationKeys) -> None:
        files = self._files(organisation, conversation, "keys")
        if any(file.exists() for file in files) or self.is_destroyed(organisation, conversation):
            raise KeysUnavailable
        for file in files:
            _write(file, packed(keys))

    def read(self, organisation: UUID, conversation: UUID) -> ConversationKeys:
        return unpacked(self._first(organisation, conversation, "keys", _read_complete))

    def add_tombstones(self, organisation: UUID, conversation: UUID, indexes: list[bytes]) -> None:
        self._add(organisation, conversation, "left", indexes)

    def tombstones(self, organisation: UUID, conversation: UUID) -> set[bytes]:
        return self._listed(organisation, conversation, "left")

    def add_withdrawn(self, organisation: UUID, conversation: UUID, entries: Iterable[bytes]) -> None:
        self._add(organisation, conversation, "withdrawn", entries)

    def withdrawn(self, organisation: UUID, conversation: UUID) -> set[bytes]:
        return self._listed(organisation, conversation, "withdrawn")

    def destroy(self, organisation: UUID, conversation: UUID) -> None:
        for file in self._files(organisation, conversation, "destroyed"):
            _write(file, b"")
        for what in ("keys", "left", "withdrawn"):
            for file in self._files(organisation, conversation, what):
                _destroy(file)

    def is_destroyed(self, organisation: UUID, conversation: UUID) -> bool:
        return any(file.exists() for file in self._files(organisation, conversation, "destroyed"))

    def end_organisation(self, organisation: UUID) -> None:
        for folder in self.folders:
            _write(_ended(folder, organisation), b"")

    def has_ended(self, organisation: UUID) -> bool:
        return any(_ended(folder, organisation).exists() for folder in self.folders)

    def copies_missing(self) -> int:
        first, copy = ({file.relative_to(folder) for file in _kept(folder)} for folder in self.folders)
        return len(first ^ copy)

    def _add(self, organisation: UUID, conversation: UUID, what: str, entries: Iterable[bytes]) -> None:
        """One sorted list: it tells neither order nor which entries belong to one person."""
        known = self._listed(organisation, conversation, what)
        after = known.union(entries)
        files = self._files(organisation, conversation, what)
        if after == known and all(file.exists() for file in files):
            return
        for file in files:
            _write(file, "\n".join(sorted(entry.hex() for entry in after)).encode())

    def _listed(self, organisation: UUID, conversation: UUID, what: str) -> set[bytes]:
        found: set[bytes] = set()
        for file in self._files(organisation, conversation, what):
            if file.exists():
                found |= {bytes.fromhex(line) for line in file.read_text().split()}
        return found

    def _files(self, organisation: UUID, conversation: UUID, what: str) -> list[Path]:
        return [folder / organisation.hex / f"{conversation.hex}.{what}" for folder in self.folders]

    def _first(
        self, organisation: UUID, conversation: UUID, what: str, read: Callable[[Path], bytes]
    ) -> bytes:
        first, copy = self._files(organisation, conversation, what)
        try:
            return read(first)
        except (OSError, KeysUnavailable):
            found = self._copy(copy, read)
        log.critical("key_file_lost", which="first")
        return found

    def _copy(self, copy: Path, read: Callable[[Path], bytes]) -> bytes:
        try:
            return read(copy)
        except OSError as reason:
            raise KeysUnavailable from reason


def _kept(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".part"]


def _ended(folder: Path, organisation: UUID) -> Path:
    return folder / f"{organisation.hex}.ended"


def _read_complete(file: Path) -> bytes:
    raw = file.read_bytes()
    unpacked(raw)  # a truncated file is as lost as a missing one
    return raw


def _write(file: Path, content: bytes) -> None:
    """All or nothing, and on the disk before anything depends on it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_suffix(f"{file.suffix}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.rename(file)


def _destroy(file: Path) -> None:
    if file.exists():
        size = file.stat().st_size
        with file.open("r+b") as opened:
            opened.write(os.urandom(size))
            opened.flush()
            os.fsync(opened.fileno())
        file.unlink()
