"""
Restoring: pause, load in one transaction, replay what was erased since, and only then serve.

Each organisation by itself: what fails stays paused and says why, and the command may be run again.
"""

import time
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from config.backups.dumps import load
from config.backups.files import folder_of_files, return_files, return_platforms_files
from config.backups.making import CONTROL_PLANE, VAULT, schema_file
from config.embedded.trouble import CannotStart
from conversations.services.replaying import replay
from kernel import backups
from kernel.backups import Included, Kind, Manifest
from kernel.errors import DomainError
from kernel.migrating import run_migrations
from kernel.tenancy import owner_in, tenant_context
from kernel.zones import Zone
from privacy.vault import restoring as vault_restoring
from privacy.vault.interface import vault_for
from privacy.vault.restoring import STAGE, Returned
from tenants import queries
from tenants.models import Organisation
from tenants.services import restoring

Tell = Callable[[str], object]
# A site is remembered as serving for so long, and its last request then ends.
_SECONDS_TO_FORGET = queries.SECONDS_REMEMBERED + 5


def restore(folder: Path, *, slug: str | None, nothing_runs: bool, tell: Tell) -> bool:
    """
    Bring a backup back; returns whether everything was replayed and may be served.

    Raises NoBackup, BackupDamaged, CannotStart.
    """
    manifest = backups.read(folder)
    backups.check(folder, manifest)
    if timezone.now() - manifest.taken_at > backups.life(manifest.kind):
        tell("This backup is older than backups may become. Remove it when you are done.")
    if manifest.kind is Kind.VAULT:
        _restore_vault(folder, slug, tell)
        return True
    return _restore_conversations(folder, manifest, slug, nothing_runs=nothing_runs, tell=tell)


# The vault ------------------------------------------------------------------------------


def _restore_vault(folder: Path, slug: str | None, tell: Tell) -> None:
    if "vault" not in connections.settings:
        raise CannotStart(
            "This process has no way into the vault. Run the command where VAULT_DATABASE_URL is set."
        )
    organisation = None if slug is None else _named(slug).pk
    run_migrations(connections["vault"], Zone.VAULT)
    try:
        with transaction.atomic(using="vault"):
            _run(
                f"DROP SCHEMA IF EXISTS {STAGE} CASCADE",
                "ALTER SCHEMA public RENAME TO live",
                "CREATE SCHEMA public",
            )
            load("vault", folder / VAULT)
            _run(f"ALTER SCHEMA public RENAME TO {STAGE}", "ALTER SCHEMA live RENAME TO public")
            returned = vault_restoring.take_over(organisation=organisation, at=timezone.now())
            _run(f"DROP SCHEMA {STAGE} CASCADE")
    finally:
        connections["vault"].close()  # what the dump set for its session ends with it
    tell(_about(returned))


def _run(*statements: str) -> None:
    with connections["vault"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _about(returned: Returned) -> str:
    return (
        f"The vault is back: {returned.people} people of {returned.conversations} conversations."
        f" Let go again: {returned.erased} people who left since, {returned.purged} conversations that were purged."
    )


# Conversations --------------------------------------------------------------------------


def _restore_conversations(
    folder: Path, manifest: Manifest, slug: str | None, *, nothing_runs: bool, tell: Tell
) -> bool:
    if "owner" not in connections.settings:
        raise CannotStart(
            "This process may not change tables. Run the command where OWNER_DATABASE_URL is set."
        )
    if slug is None and restoring.is_control_plane_empty():
        _load_control_plane(folder)
        return_platforms_files(folder / "files")
        tell("The control plane is back as it was. States and dates decided since must be decided again.")
    included = {one.id: one for one in manifest.organisations if slug in {None, one.slug, _slug_now(one)}}
    found = restoring.to_restore(included)
    if slug is not None and not found:
        raise CannotStart("This backup and the control plane do not both hold that organisation.")
    if len(found) < len(included):
        tell(f"Deleted since, and left so: {len(included) - len(found)} organisations.")
    for missing in restoring.waiting(without={organisation.pk for organisation in found}):
        tell(f"{missing}: paused, and not in this backup. Restore it from another one.")
    for organisation in found:
        restoring.begin_restore(organisation, at=timezone.now(), backup=folder.name)
    if found and not nothing_runs:
        tell(f"Paused. Waiting {_SECONDS_TO_FORGET} seconds until no process remembers otherwise.")
        time.sleep(_SECONDS_TO_FORGET)
    for organisation in found:
        load_organisation(folder, manifest, organisation, included[organisation.pk])
    call_command("migrate_tenants", verbosity=0)
    replayed = [_replay(organisation, tell) for organisation in found]
    return all(replayed)


def _slug_now(one: Included) -> str:
    found = restoring.to_restore([one.id])
    return found[0].slug if found else ""


def _load_control_plane(folder: Path) -> None:
    """Only into an empty one: over a living one it would undo deletions, suspensions and deadlines."""
    try:
        with owner_in("public") as owner, transaction.atomic(using="owner"):
            with owner.cursor() as cursor:
                cursor.execute("DROP SCHEMA IF EXISTS pattern CASCADE")
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
            load("owner", folder / CONTROL_PLANE)
            tenants = restoring.loaded_tenants()
            ended = [tenant.organisation for tenant in tenants if vault_for(tenant).has_ended()]
            restoring.close_all(ended, at=timezone.now())
    finally:
        connections["owner"].close()
    queries.forget_sites()
    call_command("migrate", without_tenants=True, verbosity=0)


def load_organisation(
    folder: Path, manifest: Manifest, organisation: Organisation, included: Included
) -> None:
    """Its schema in one transaction, then its files. It is paused, and stays so until the replay."""
    try:
        with owner_in("public"), transaction.atomic(using="owner"):
            restoring.make_room(organisation, migrated_to=included.migrated_to)
            load("owner", folder / schema_file(included.schema_name))
            restoring.take_place(organisation)
    finally:
        connections["owner"].close()
    if manifest.has_files and folder_of_files() is not None:
        return_files(included.schema_name, folder / "files")


def _replay(organisation: Organisation, tell: Tell) -> bool:
    try:
        with tenant_context(organisation.tenant):
            done = replay(at=timezone.now())
    except DomainError as refusal:
        tell(
            f"{organisation.slug}: loaded, and still paused: {refusal.sentence} ({refusal.code})"
            " Restore the vault or give it its keys, then run this again."
        )
        return False
    restoring.end_restore(organisation)
    tell(
        f"{organisation.slug}: {done.conversations} conversations are back. Taken away again: {done.withdrawn} that were"
        f" withdrawn since, {done.purged} conversations that were purged."
    )
    return True


def _named(slug: str) -> Organisation:
    found = queries.organisation(slug)
    if found is None:
        raise CannotStart("There is no organisation of this name. `manage organisation list` shows all.")
    return found
