"""Files of a tenant. Every name is led by the tenant's schema; no other prefix can be reached."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage, storages
from django.utils.deconstruct import deconstructible

from kernel.tenancy import current_tenant


@dataclass(frozen=True, slots=True)
class Usage:
    """Files and their bytes; `is_all` is False where counting stopped at its limit."""

    files: int
    size: int
    is_all: bool


def usage(*, most: int) -> Usage:
    """What the current organisation stores, looking at so many files at the most."""
    files = size = 0
    for found in _sizes(storages["files"], current_tenant().schema_name):
        if files == most:
            return Usage(files=files, size=size, is_all=False)
        files, size = files + 1, size + found
    return Usage(files=files, size=size, is_all=True)


def _sizes(files: Storage, folder: str) -> Iterator[int]:
    """The size of each file below a folder. S3 tells a thousand at a time."""
    bucket = getattr(files, "bucket", None)
    if bucket is not None:
        yield from (found.size for found in bucket.objects.filter(Prefix=f"{folder}/"))
        return
    try:
        folders, names = files.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        yield files.size(f"{folder}/{name}")
    for inner in folders:
        yield from _sizes(files, f"{folder}/{inner}")


@deconstructible
class TenantStorage(Storage):
    """Wraps the storage `files` (a directory or S3) and adds the tenant to each name."""

    def _open(self, name: str, mode: str = "rb") -> Any:  # noqa: ANN401  (Django's own signature)
        return self._all_files().open(self._full(name), mode)

    def _save(self, name: str, content: IO[Any]) -> str:
        return self._own(self._all_files().save(self._full(name), content))

    def delete(self, name: str) -> None:
        self._all_files().delete(self._full(name))

    def exists(self, name: str) -> bool:
        return self._all_files().exists(self._full(name))

    def size(self, name: str) -> int:
        return self._all_files().size(self._full(name))

    def url(self, name: str | None) -> str:
        return self._all_files().url(self._full(name or ""))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return self._all_files().listdir(self._full(path))

    def _all_files(self) -> Storage:
        return storages["files"]

    def _full(self, name: str) -> str:
        """Raises SuspiciousFileOperation for a name that would leave the tenant's own folder."""
        prefix = current_tenant().schema_name
        full = posixpath.normpath(posixpath.join(prefix, name))
        if "\\" in name or "\0" in name or not (full == prefix or full.startswith(f"{prefix}/")):
            raise SuspiciousFileOperation("A file name points outside the organisation's own files.")
        return full

    def _own(self, full: str) -> str:
        return full.removeprefix(f"{current_tenant().schema_name}/")


def forget_files() -> None:
    """Delete every file of the current tenant. May be run again, and then finds nothing."""
    files = TenantStorage()
    _forget(files, "")


def _forget(files: TenantStorage, folder: str) -> None:
    try:
        folders, names = files.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        files.delete(posixpath.join(folder, name))
    for name in folders:
        _forget(files, posixpath.join(folder, name))
        files.delete(posixpath.join(folder, name))
