import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from psycopg.conninfo import conninfo_to_dict

from config import cluster, install


class Command(BaseCommand):
    help = "Prepare PostgreSQL servers of your own: logins, databases, and what nobody may look at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        known, vault = os.environ.get("ADMIN_DATABASE_URL"), os.environ.get("VAULT_ADMIN_DATABASE_URL")
        said = "superuser's URL with {database} in it"
        parser.add_argument("--conversation-admin-url", default=known, help=f"{said} (ADMIN_DATABASE_URL)")
        parser.add_argument("--vault-admin-url", default=vault, help=f"{said} (VAULT_ADMIN_DATABASE_URL)")
        parser.add_argument("--database", default="conversations")
        parser.add_argument("--vault-database", default="vault")
        parser.add_argument(
            "--node-admin-url",
            action="append",
            default=[],
            help="with CITUS: superuser's URL of a node, with {database} in it; once for each",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        conversation, vault = options["conversation_admin_url"], options["vault_admin_url"]
        if not conversation and not vault:
            raise CommandError("Name a server: ADMIN_DATABASE_URL, VAULT_ADMIN_DATABASE_URL, or both.")
        if conversation:
            install.conversation_server(conversation, options["database"], on_cluster=settings.CITUS)
            install.set_passwords(conversation, _known("DATABASE_URL", "OWNER_DATABASE_URL"))
        if vault:
            install.vault_server(vault, options["vault_database"])
            install.set_passwords(vault, _known("VAULT_DATABASE_URL"))
        for node in options["node_admin_url"]:
            install.cluster_node(node, options["database"])
        self.stdout.write(
            "Ready. Logins have the passwords of the URLs that were set. Now run `manage migrate`."
        )
        if settings.CITUS and conversation:
            self._about_the_cluster([conversation, *options["node_admin_url"]], options["database"])

    def _about_the_cluster(self, servers: list[str], database: str) -> None:
        hosts = [str(conninfo_to_dict(url.format(database=database)).get("host", "")) for url in servers]
        self.stdout.write("\nEvery server of the cluster says in postgresql.conf:")
        self.stdout.write("\n".join(f"  {line}" for line in cluster.configuration()))
        self.stdout.write("and in pg_hba.conf, above everything else:")
        self.stdout.write("\n".join(f"  {line}" for line in cluster.admissions(database, hosts)))
        for host, url in zip(hosts, servers, strict=True):
            for sentence in cluster.missing(url, database):
                self.stdout.write(self.style.WARNING(f"{host}: {sentence}"))


def _known(*names: str) -> list[str]:
    return [os.environ[name] for name in names if os.environ.get(name)]
