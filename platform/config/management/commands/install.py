from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config import install


class Command(BaseCommand):
    help = "Prepare PostgreSQL servers of your own: logins, databases, and what nobody may look at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--conversation-admin-url", required=True, help="superuser's URL with {database} in it"
        )
        parser.add_argument("--vault-admin-url", required=True, help="superuser's URL with {database} in it")
        parser.add_argument("--database", default="conversations")
        parser.add_argument("--vault-database", default="vault")

    def handle(self, *_args: Any, **options: Any) -> None:
        install.conversation_server(options["conversation_admin_url"], options["database"])
        install.vault_server(options["vault_admin_url"], options["vault_database"])
        self.stdout.write("Both servers are ready. Give the logins passwords, then run `manage migrate`.")
