from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector

from kernel.migrating import run_migrations
from kernel.tenancy import owner_in
from kernel.zones import Zone


class Command(BaseCommand):
    """Owns the name `migrate`: django-tenants' own would also try the vault, and crash."""

    # Django checks that `makemigrations` and `migrate` agree on this.
    autodetector = MigrationAutodetector
    help = "Migrate the control plane, the vault, and then every organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--without-tenants", action="store_true", help="leave the organisations for later"
        )

    def handle(self, *_args: Any, without_tenants: bool, **_options: Any) -> None:
        if "owner" in connections.settings:
            with owner_in("public") as owner:
                run_migrations(owner, Zone.CONTROL)
        if "vault" in connections.settings:
            run_migrations(connections["vault"], Zone.VAULT)
        if "owner" in connections.settings and not without_tenants:
            call_command("migrate_tenants")
