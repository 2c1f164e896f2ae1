import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import install


class Command(BaseCommand):
    help = "Prepare PostgreSQL servers of your own: logins, databases, and what nobody may look at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        known, vault = os.environ.get("ADMIN_DATABASE_URL"), os.environ.get("VAULT_ADMIN_DATABASE_URL")
        said = "superuser's URL with {database} in it"
        parser.add_argument("--conversation-admin-url", default=known, help=f"{said} (ADMIN_DATABASE_URL)")
        parser.add_argument("--vault-admin-url", default=vault, help=f"{said} (VAULT_ADMIN_DATABASE_URL)")
        parser.add_argument("--database", default="conversations")
        parser.add_argument("--vault-database", default="vault")

    def handle(self, *_args: Any, **options: Any) -> None:
        conversation, vault = options["conversation_admin_url"], options["vault_admin_url"]
        if not conversation and not vault:
            raise CommandError("Name a server: ADMIN_DATABASE_URL, VAULT_ADMIN_DATABASE_URL, or both.")
        if conversation:
            install.conversation_server(conversation, options["database"])
            install.set_passwords(conversation, _known("DATABASE_URL", "OWNER_DATABASE_URL"))
        if vault:
            install.vault_server(vault, options["vault_database"])
            install.set_passwords(vault, _known("VAULT_DATABASE_URL"))
        self.stdout.write(
            "Ready. Logins have the passwords of the URLs that were set. Now run `manage migrate`."
        )


def _known(*names: str) -> list[str]:
    return [os.environ[name] for name in names if os.environ.get(name)]
