from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kernel.errors import DomainError
from tenants import queries
from tenants.management.named import organisation_named
from tenants.services import organisations


class Command(BaseCommand):
    help = "Create, list, suspend, resume or delete organisations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser(
            "create", help="Create an organisation with its schema, role, domain and branding."
        )
        create.add_argument("slug", help="short name: the first part of its address")
        create.add_argument("name", help="the name participants know it by")
        create.add_argument("--domain", help="host name of its site (default: SLUG.<base domain>)")
        create.add_argument("--colour", default="#00625a", help="brand colour, such as #00625a")
        verbs.add_parser("list", help="List organisations, their state and their schema's migrations.")
        for verb in ("suspend", "resume", "delete"):
            named = verbs.add_parser(verb, help=f"{verb.capitalize()} an organisation.")
            named.add_argument("slug")
            if verb == "delete":
                named.add_argument(
                    "--yes-delete", required=True, metavar="SLUG", help="the short name once more"
                )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _create(self, options: dict[str, Any]) -> None:
        base = settings.BASE_DOMAIN.split(":")[0]
        made = organisations.create_organisation(
            name=options["name"],
            slug=options["slug"],
            domain=options["domain"] or f"{options['slug']}.{base}",
            brand_colour=options["colour"],
            on=timezone.localdate(),
        )
        self.stdout.write(f"{made.name} answers at {queries.primary_host(made.tenant)}.")

    def _list(self, _options: dict[str, Any]) -> None:
        for found in queries.organisations():
            problem = f"  migration failed: {found.migration_problem}" if found.migration_problem else ""
            self.stdout.write(f"{found.slug:<40} {found.state:<10} migration {found.migrated_to}{problem}")

    def _suspend(self, options: dict[str, Any]) -> None:
        organisations.suspend_organisation(organisation_named(options["slug"]))
        self.stdout.write("Suspended. Its site says so within half a minute.")

    def _resume(self, options: dict[str, Any]) -> None:
        organisations.resume_organisation(organisation_named(options["slug"]))
        self.stdout.write("Resumed.")

    def _delete(self, options: dict[str, Any]) -> None:
        if options["yes_delete"] != options["slug"]:
            raise CommandError("The two names differ, so nothing was deleted. Type the short name twice.")
        organisations.delete_organisation(organisation_named(options["slug"]))
        self.stdout.write("Deleted, with everything it held.")
