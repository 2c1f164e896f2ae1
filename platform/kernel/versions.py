"""
Everything the object store really keeps: each version, each delete marker, each upload that was never finished.

A plain delete on a bucket with versions only hides a file. Here it is removed, whatever was done to it before.
A directory keeps one version of each file, and nothing else.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import storages

from kernel.errors import Unavailable

_MOST_IN_MEMORY = 8 * 1024 * 1024
_FAILURES = (BotoCoreError, ClientError, OSError)


class FilesAway(Unavailable):
    code = "files_away"
    message = "Files cannot be reached at the moment. Please try again in a few minutes."


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a file (`version` empty in a directory), a delete marker, or an unfinished upload."""

    name: str
    version: str = ""
    is_marker: bool = False
    is_upload: bool = False


def stored(prefix: str = "") -> Iterator[Stored]:
    """All of it below a folder, over all organisations where none is named. Raises FilesAway."""
    with _reached():
        if hasattr(storages["files"], "bucket"):
            yield from _in_bucket(prefix)
        else:
            yield from _in_folder(prefix)


def remove(what: Stored) -> None:
    """For good. Nothing happens where it is gone already. Raises FilesAway."""
    with _reached():
        if what.is_upload:
            _abort(what)
        elif what.version:
            client, bucket = _s3()
            client.delete_object(Bucket=bucket, Key=what.name, VersionId=what.version)
        else:
            storages["files"].delete(what.name)


@contextmanager
def reading(what: Stored) -> Iterator[IO[bytes]]:
    """The content of one version, in memory while it is small. Raises FilesAway."""
    with _reached(), tempfile.SpooledTemporaryFile(max_size=_MOST_IN_MEMORY) as kept:
        if what.version:
            client, bucket = _s3()
            found = client.get_object(Bucket=bucket, Key=what.name, VersionId=what.version)
            for part in found["Body"].iter_chunks():
                kept.write(part)
            kept.seek(0)
            yield kept
        else:
            with storages["files"].open(what.name) as file:
                yield file


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except _FAILURES as reason:
        raise FilesAway from reason


def _s3() -> tuple[Any, str]:
    bucket = storages["files"].bucket  # type: ignore[attr-defined]  # S3Storage has one
    return bucket.meta.client, bucket.name


def _in_bucket(prefix: str) -> Iterator[Stored]:
    client, bucket = _s3()
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Versions", []):
            yield Stored(found["Key"], found["VersionId"])
        for found in page.get("DeleteMarkers", []):
            yield Stored(found["Key"], found["VersionId"], is_marker=True)
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Uploads", []):
            yield Stored(found["Key"], found["UploadId"], is_upload=True)


def _abort(what: Stored) -> None:
    client, bucket = _s3()
    try:
        client.abort_multipart_upload(Bucket=bucket, Key=what.name, UploadId=what.version)
    except ClientError as reason:
        if reason.response.get("Error", {}).get("Code") != "NoSuchUpload":
            raise


def _in_folder(prefix: str) -> Iterator[Stored]:
    base = Path(storages["files"].path(""))
    for path in sorted((base / prefix).rglob("*")) if (base / prefix).is_dir() else []:
        if path.is_file():
            yield Stored(str(path.relative_to(base)))
