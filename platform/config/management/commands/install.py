from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from psycopg.conninfo import conninfo_to_dict

from config import cluster, install


class Command(BaseCommand):
    help = "Prepare PostgreSQL servers of your own: logins, databases, and what nobody may look at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--conversation-admin-url", required=True, help="superuser's URL with {database} in it"
        )
        parser.add_argument("--vault-admin-url", required=True, help="superuser's URL with {database} in it")
        parser.add_argument("--database", default="conversations")
        parser.add_argument("--vault-database", default="vault")
        parser.add_argument(
            "--node-admin-url",
            action="append",
            default=[],
            help="with CITUS: superuser's URL of a node, with {database} in it; once for each",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        coordinator, nodes = options["conversation_admin_url"], options["node_admin_url"]
        install.conversation_server(coordinator, options["database"], on_cluster=settings.CITUS)
        install.vault_server(options["vault_admin_url"], options["vault_database"])
        for node in nodes:
            install.cluster_node(node, options["database"])
        self.stdout.write("All servers are ready. Give the logins passwords, then run `manage migrate`.")
        if settings.CITUS:
            self._about_the_cluster([coordinator, *nodes], options["database"])

    def _about_the_cluster(self, servers: list[str], database: str) -> None:
        hosts = [str(conninfo_to_dict(url.format(database=database)).get("host", "")) for url in servers]
        self.stdout.write("\nEvery server of the cluster says in postgresql.conf:")
        self.stdout.write("\n".join(f"  {line}" for line in cluster.configuration()))
        self.stdout.write("and in pg_hba.conf, above everything else:")
        self.stdout.write("\n".join(f"  {line}" for line in cluster.admissions(database, hosts)))
        for host, url in zip(hosts, servers, strict=True):
            for sentence in cluster.missing(url, database):
                self.stdout.write(self.style.WARNING(f"{host}: {sentence}"))
