"""Everything that is no database: the way to the vault, keys, Valkey, files, mail, room."""

import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from django.core.mail import get_connection

from config.doctor.findings import Finding, away, fine, look, mend
from config.doctor.wires import service_proves_itself
from kernel.errors import Unavailable
from kernel.valkey import vault_client, web_client
from privacy.keys.configured import key_store
from privacy.keys.store import KeysUnavailable

_LEAST_FREE, _LEAST_BYTES = 0.15, 1024**3


def way_to_the_vault() -> Iterator[Finding]:
    """From a process that serves pages there is one way: the service, with a token."""
    if not settings.DATABASES["default"]["NAME"]:
        return
    direct = [name for name in ("VAULT_DATABASE_URL", "VAULT_VALKEY_URL", "KEY_STORE") if _knows(name)]
    if not settings.VAULT_URL:
        yield look(
            "The vault runs inside this process: whoever takes over the site has people and posts in one place."
            " In production run `manage run vault-service` elsewhere and set VAULT_URL and VAULT_TOKEN."
        )
    elif direct:
        yield mend(f"This process has a way around the vault service: take {', '.join(direct)} away from it.")
    else:
        yield from service_proves_itself()


def keys_are_apart() -> Iterator[Finding]:
    if not settings.KEY_STORE:
        return
    scheme, _colon, rest = settings.KEY_STORE.partition(":")
    if scheme == "kms":
        yield from _bucket_of_keys(rest)
        return
    if scheme != "directory" or ":" not in rest:
        yield mend("KEY_STORE names no place. Write directory:FOLDER:COPY or kms:BUCKET.")
        return
    first, copy = (Path(part) for part in rest.split(":", 1))
    if (
        settings.FILES_DIR and not settings.S3_BUCKET and _overlaps(first, copy, Path(settings.FILES_DIR))
    ) or _overlaps(first, copy, Path(settings.BACKUPS_DIR)):
        yield mend(
            "Keys lie where files or backups are kept: a backup with its keys can never be made unreadable."
        )
    if (device := _device(first)) is not None and device == _device(copy):
        yield look(
            "Both folders of keys lie on one disk: if it is lost, so are all people's data. Use two disks."
        )
    for folder in (first, copy):
        if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
            yield mend(f"{folder} can be entered by others on this machine. Make it 0700.")
    missing = key_store().copies_missing()
    if missing:
        yield mend(
            f"{missing} key files lie in one folder only. The runbook says how to mend it: KeyCopyLost."
        )
    else:
        yield fine("Every key lies in both folders.")


def valkey_users_are_apart() -> Iterator[Finding]:
    asked: list[tuple[str, Any, str]] = []
    if settings.VALKEY_URL:
        asked.append(("web", web_client(), "vault:doctor"))
    if settings.VAULT_VALKEY_URL:
        asked.append(("vault", vault_client(), "web:doctor"))
    for name, client, strange in asked:
        try:
            with suppress(redis.exceptions.NoPermissionError):
                client.get(strange)
                yield mend(
                    f"Valkey's user `{name}` can read keys that are not its own. Use the users of `users.acl`."
                )
                continue
            kept = client.info("persistence").get("aof_enabled")
            policy = client.info("memory").get("maxmemory_policy")
        except redis.RedisError:
            yield away(f"Valkey does not answer its user `{name}`. Look at its address and password.")
            continue
        if kept:
            yield mend(
                "Valkey writes to disk, where sessions and times would lie for days. Start it with --appendonly no."
            )
        if policy != "noeviction":
            yield mend(
                "Valkey throws keys away when it is full, tasks among them. Set maxmemory-policy noeviction."
            )
        yield fine(f"Valkey's user `{name}` sees its own keys and nothing else.")


def files_have_versions() -> Iterator[Finding]:
    if settings.ROLE.startswith("vault"):
        return
    if not settings.S3_BUCKET:
        yield look("Files lie in a folder of this machine. With more than one machine, set S3_BUCKET.")
        return
    bucket = storages["files"].bucket  # type: ignore[attr-defined]  # S3Storage has one
    try:
        status = bucket.meta.client.get_bucket_versioning(Bucket=bucket.name).get("Status")
    except (BotoCoreError, ClientError):
        yield away(
            "The bucket of files does not answer. Look at S3_BUCKET, S3_ENDPOINT and the role's policy."
        )
        return
    if status == "Enabled":
        yield fine("The bucket of files keeps versions; its lifecycle must end them after BACKUP_DAYS.")
    else:
        yield mend(
            "The bucket of files keeps no versions, so a file that is lost is lost. Switch versions on."
        )


def mail_leaves() -> Iterator[Finding]:
    if "Outbox" in settings.EMAIL_BACKEND:
        yield look("Mails are written into a folder instead of being sent. Set EMAIL_BACKEND and EMAIL_HOST.")
        return
    if not settings.EMAIL_USE_TLS:
        yield mend("Mails, with their codes, travel readable to the mail server. Set EMAIL_USE_TLS.")
    connection = get_connection()
    try:
        connection.open()
    except OSError:
        yield away("The mail server does not answer, or refuses the password. Look at the settings EMAIL_...")
    else:
        connection.close()
        yield fine("The mail server answers.")


def disk_has_room() -> Iterator[Finding]:
    tight = False
    for folder in sorted({settings.FILES_DIR, settings.BACKUPS_DIR, settings.OUTBOX_DIR}):
        existing = next((path for path in (Path(folder), *Path(folder).parents) if path.exists()), None)
        if existing is None:
            continue
        usage = shutil.disk_usage(existing)
        if usage.free < _LEAST_BYTES or usage.free / usage.total < _LEAST_FREE:
            tight = True
            yield mend(f"The disk under {existing} has {usage.free // 2**20} MB left. Make room there.")
    if not tight:
        yield fine("There is room on every disk this process writes to.")


def _bucket_of_keys(bucket: str) -> Iterator[Finding]:
    import boto3

    try:
        client = boto3.client("s3", endpoint_url=settings.S3_ENDPOINT or None)
        status = client.get_bucket_versioning(Bucket=bucket).get("Status")
        key_store().copies_missing()
    except (BotoCoreError, ClientError, KeysUnavailable, Unavailable):
        yield away(
            "The bucket of keys does not answer. Look at KEY_STORE and the policy of the vault's role."
        )
        return
    if status == "Enabled":
        yield mend(
            "The bucket of keys keeps versions: a destroyed key would still be there. It must have none."
        )
    elif bucket == settings.S3_BUCKET:
        yield mend("Keys and files lie in one bucket. Give the keys a bucket of their own.")
    else:
        yield fine("Wrapped keys lie in a bucket of their own, without versions.")


def _knows(name: str) -> bool:
    import os

    return bool(os.environ.get(name))


def _overlaps(first: Path, copy: Path, other: Path) -> bool:
    places = [first.resolve(), copy.resolve()]
    there = other.resolve()
    return any(place.is_relative_to(there) or there.is_relative_to(place) for place in places)


def _device(folder: Path) -> int | None:
    existing = next((path for path in (folder, *folder.parents) if path.exists()), None)
    return None if existing is None else existing.stat().st_dev
