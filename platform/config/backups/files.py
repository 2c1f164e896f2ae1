"""The files of organisations, where they lie in a folder. A bucket keeps its own versions instead."""

import shutil
from collections.abc import Callable
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

# Uploaded rosters live for minutes until they are read: no backup prolongs that.
_LEFT_OUT = ("rosters",)
_OF_ORGANISATION = "t_"


def folder_of_files() -> Path | None:
    """None where files are kept in a bucket."""
    files = storages["files"]
    return Path(files.location) if isinstance(files, FileSystemStorage) else None


def keep_files(schema_name: str, to: Path) -> None:
    own = _of(schema_name)
    if own.is_dir():
        shutil.copytree(own, to / schema_name, ignore=_at_the_top(own))


def keep_platforms_files(to: Path) -> None:
    """Certificates, anchors of the audit chain: whatever belongs to no organisation."""
    base = folder_of_files()
    for own in sorted(base.iterdir()) if base and base.is_dir() else ():
        if own.is_dir() and not own.name.startswith(_OF_ORGANISATION):
            shutil.copytree(own, to / own.name)


def return_platforms_files(kept: Path) -> None:
    """Where they are missing: these are written once, and none is replaced."""
    base = folder_of_files()
    if base is None or not kept.is_dir():
        return
    for found in kept.rglob("*"):
        own = base / found.relative_to(kept)
        is_platforms = not found.relative_to(kept).parts[0].startswith(_OF_ORGANISATION)
        if is_platforms and found.is_file() and not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, own)


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


def _at_the_top(own: Path) -> Callable[[str, list[str]], list[str]]:
    return lambda folder, names: [name for name in names if Path(folder) == own and name in _LEFT_OUT]
