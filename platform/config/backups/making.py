"""Making backups: of what this process may read, and never of keys."""

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone

from config.backups.dumps import dump
from config.backups.files import folder_of_files, keep_files, keep_platforms_files
from config.embedded.trouble import CannotStart
from kernel import backups
from kernel.backups import Included, Kind
from tenants.queries import organisations

CONTROL_PLANE = "control-plane.sql.gz"
VAULT = "vault.sql.gz"
_OF_CONTROL_PLANE = ["public", "pattern"]


def kinds_here() -> list[Kind]:
    """By the logins this process has: beside a vault service each side makes its own."""
    known = {"owner": Kind.CONVERSATIONS, "vault": Kind.VAULT}
    return [kind for alias, kind in known.items() if alias in connections.settings]


def back_up(kind: Kind, base: Path | None, *, only: Sequence[str] = ()) -> Path:
    """
    One backup; returns its folder. `only` names organisations whose schemas and files are wanted.

    Raises CannotStart.
    """
    refuse_keys(base)
    before = os.umask(0o077)
    try:
        made = backups.begin(kind, base, at=timezone.now())
        if kind is Kind.VAULT:
            dump("vault", ["public"], made.folder / VAULT)
        else:
            _conversations(made, only)
        return made.finish(at=timezone.now())
    finally:
        os.umask(before)


def refuse_keys(base: Path | None) -> None:
    """Raises CannotStart where keys lie inside what is copied, or backups beside keys."""
    scheme, _colon, rest = settings.KEY_STORE.partition(":")
    copied = [place.resolve() for place in (folder_of_files(), base or Path(settings.BACKUPS_DIR)) if place]
    for keys in rest.split(":") if scheme == "directory" else ():
        folder = Path(keys).resolve()
        for place in copied:
            if folder == place or place in folder.parents or folder in place.parents:
                raise CannotStart(
                    f"Keys and backups would lie in one place ({place}). Keys are never backed up: that is what"
                    " makes a deletion final. Choose another folder."
                )


def _conversations(made: backups.Unfinished, only: Sequence[str]) -> None:
    dump("owner", _OF_CONTROL_PLANE, made.folder / CONTROL_PLANE)
    has_files = folder_of_files() is not None
    keep_platforms_files(made.folder / "files")
    for organisation in organisations():
        # What is half restored still holds what was erased since; the next backup takes it again.
        is_wanted = not only or organisation.slug in only
        if organisation.restoring_since is not None or not is_wanted:
            continue
        name = organisation.schema_name
        dump("owner", [name], made.folder / schema_file(name))
        if has_files:
            keep_files(name, made.folder / "files")
        made.organisations.append(
            Included(
                id=organisation.pk,
                schema_name=name,
                slug=organisation.slug,
                migrated_to=organisation.migrated_to,
            )
        )
    made.has_files = has_files


def schema_file(schema_name: str) -> str:
    return f"{schema_name}.sql.gz"
