"""The scan of what only the vault's process reaches: its database, its keys in Valkey, its folders."""

from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import connections

from kernel.valkey import answering, vault_client
from privacy.traces import databases, files, keys
from privacy.traces.digests import Digests
from privacy.traces.looking import Eye
from privacy.traces.planting import Example
from privacy.traces.report import Kind, Looked, Part
from privacy.vault.models import Planted

_ALIAS = "vault"
# Addresses stand here for another reason than that their people took part.
_KNOWN = {
    "vault_officer": "privacy officers, as they are told of identifications",
    "vault_mailing": "what other organisations' mails say, with the contacts they give",
}
_SYSTEM = ("pg_catalog", "information_schema", "pg_toast")


def scan_vault(digests: Digests) -> Part:
    """Look for everybody whose digests these are. Nothing is kept of what was read."""
    part = Part()
    _database(digests, part)
    _valkey(digests, part)
    _folders(digests, part)
    return part


def _eye(digests: Digests, example: Example, looked: Looked) -> Eye:
    return Eye(digests.salt, digests.known.intersection, example.digests(digests.salt), looked)


def _database(digests: Digests, part: Part) -> None:
    example = Example.new()
    seen: set[bytes] = set()
    for schema in _schemas():
        for table, found in databases.columns(_ALIAS, schema).items():
            plant = _plant(example) if table == Planted._meta.db_table else None
            eyes = {
                column.name: _eye(
                    digests,
                    example,
                    Looked(Kind.VAULT, f"{table}.{column.name}", known=_KNOWN.get(table, "")),
                )
                for column in found
            }
            databases.look_through_table(_ALIAS, found, eyes, plant=plant)
            part.places += [eye.close() for eye in eyes.values()]
            seen.update(digested for eye in eyes.values() for digested in eye.seen)
    part.proven[Kind.VAULT] = seen >= example.digests(digests.salt)


def _plant(example: Example) -> databases.Plant:
    return lambda: Planted.objects.create(
        name=example.person, text=example.text, content=example.content, data={"name": [example.person]}
    )


def _schemas() -> list[str]:
    with connections[_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT schema_name::text FROM information_schema.schemata WHERE schema_name <> ALL(%s)",
            [list(_SYSTEM)],
        )
        return sorted(name for (name,) in cursor.fetchall())


def _valkey(digests: Digests, part: Part) -> None:
    example = Example.new()
    eye = _eye(digests, example, Looked(Kind.VAULT_KEYS, "vault:"))
    with answering():
        keys.look_with_example(vault_client(), "vault", example.content, eye)
    part.places.append(eye.close())
    part.proven[Kind.VAULT_KEYS] = eye.seen >= example.digests_without_name(digests.salt)


def _folders(digests: Digests, part: Part) -> None:
    """The outbox and, where keys are files, their folders; the example lies in the outbox."""
    example = Example.new()
    outbox = Path(settings.OUTBOX_DIR)
    outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    planted = outbox / f"{uuid4().hex}.planted"
    seen: set[bytes] = set()
    planted.write_bytes(example.content)
    try:
        for name, folder in _own_folders(outbox):
            eye = _eye(digests, example, Looked(Kind.FOLDERS, name))
            files.look_through_folder(folder, eye)
            part.places.append(eye.close())
            seen |= eye.seen
    finally:
        planted.unlink()
    part.proven[Kind.FOLDERS] = seen >= example.digests_without_name(digests.salt)


def _own_folders(outbox: Path) -> list[tuple[str, Path]]:
    scheme, _colon, rest = settings.KEY_STORE.partition(":")
    keeping = [("keys", Path(part)) for part in rest.split(":")] if scheme == "directory" else []
    return [("outbox", outbox), *keeping]
