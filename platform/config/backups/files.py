"""The files of organisations, where they lie in a folder. A bucket keeps its own versions instead."""

import shutil
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

# Uploaded rosters live for minutes until they are read: no backup prolongs that.
_LEFT_OUT = ("rosters",)


def folder_of_files() -> Path | None:
    """None where files are kept in a bucket."""
    files = storages["files"]
    return Path(files.location) if isinstance(files, FileSystemStorage) else None


def keep_files(schema_name: str, to: Path) -> None:
    own = _of(schema_name)
    if own.is_dir():
        shutil.copytree(own, to / schema_name, ignore=_at_the_top(own))


def return_files(schema_name: str, kept: Path) -> None:
    """Put them in the place of what is there. Killed in between it is run again."""
    own = _of(schema_name)
    coming = own.with_name(f"{schema_name}.restoring")
    shutil.rmtree(coming, ignore_errors=True)
    if (kept / schema_name).is_dir():
        shutil.copytree(kept / schema_name, coming)
    shutil.rmtree(own, ignore_errors=True)
    if coming.is_dir():
        coming.rename(own)


def _of(schema_name: str) -> Path:
    base = folder_of_files()
    if base is None:
        raise RuntimeError("Files are in a bucket.")
    return base / schema_name


def _at_the_top(own: Path):  # noqa: ANN202  (shutil's own shape of a callback)
    return lambda folder, names: [name for name in names if Path(folder) == own and name in _LEFT_OUT]
