"""Reading files, and what is in them where they are archives of a common kind."""

import gzip
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from privacy.traces.looking import Eye

_CHUNK = 1 << 20
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
# What one archive may unpack to before it is left alone and named as not read.
_MOST_UNPACKED = 2 << 30


def look_through_folder(folder: Path, eye: Eye) -> None:
    """All files below a folder, however deep; links are not followed. What cannot be read is named."""
    for path in _below(folder, eye):
        try:
            with path.open("rb") as file:
                look_through_file(file, path.name, eye)
        except FileNotFoundError:
            continue  # gone since it was listed
        except OSError:
            eye.looked.problem = "some files could not be read"


def look_through_file(file: IO[bytes], name: str, eye: Eye) -> None:
    """A file and its name, and what it holds if it is a zip (also XLSX, DOCX) or gzip."""
    eye.look(name.encode("utf-8", "replace"))
    eye.looked.read += 1
    head = file.read(len(_ZIP))
    with tempfile.TemporaryFile() as kept:
        is_archive = head.startswith((_ZIP, _GZIP))
        if is_archive:
            kept.write(head)
            while part := file.read(_CHUNK):
                kept.write(part)
            kept.seek(0)
            _unpack(kept, head, eye)
            kept.seek(0)
        source = kept if is_archive else file
        start = b"" if is_archive else head

        def read(length: int) -> bytes:
            nonlocal start
            first, start = start, b""
            return first + source.read(length - len(first))

        eye.looked.size += eye.look_through(read, _CHUNK)


def _unpack(kept: IO[bytes], head: bytes, eye: Eye) -> None:
    try:
        if head == _ZIP:
            with zipfile.ZipFile(kept) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                    eye.looked.problem = "some archives are too large to unpack"
                    return
                for entry in archive.infolist():
                    eye.look(entry.filename.encode("utf-8", "replace"))
                    with archive.open(entry) as inner:
                        eye.look_through(inner.read, _CHUNK)
        else:
            with gzip.GzipFile(fileobj=kept) as inner_file:
                eye.look_through(_bounded(inner_file), _CHUNK)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError):
        # Damaged or with a password: looked at as it is, and named.
        eye.looked.problem = "some archives could not be unpacked"


def _bounded(file: gzip.GzipFile) -> Callable[[int], bytes]:
    """Reads so much and no more. Raises ValueError."""
    left = _MOST_UNPACKED

    def read(length: int) -> bytes:
        nonlocal left
        if left <= 0:
            raise ValueError("too large")
        part = file.read(length)
        left -= len(part)
        return part

    return read


def _below(folder: Path, eye: Eye) -> Iterator[Path]:
    def note(_trouble: OSError) -> None:
        eye.looked.problem = "some folders could not be read"

    for inner, _folders, names in os.walk(folder, onerror=note):
        paths = (Path(inner) / name for name in names)
        yield from (path for path in paths if path.is_file() and not path.is_symlink())
