from argparse import ArgumentParser
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kernel.errors import DomainError
from tenants import queries
from tenants.management.named import organisation_named
from tenants.queries import jobs
from tenants.services import organisations, provisioning
from tenants.services.client_users import readable_addresses
from tenants.services.provisioning import NewOrganisation


class Command(BaseCommand):
    help = "Create, list, suspend, resume, archive or delete organisations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser(
            "create", help="Create an organisation with its schema, role, domain and branding."
        )
        create.add_argument("slug", help="short name: the first part of its address")
        create.add_argument("name", help="the name participants know it by")
        create.add_argument("--domain", help="host name of its site (default: SLUG.<base domain>)")
        create.add_argument(
            "--client", action="append", metavar="ADDRESS", help="a client user to invite; may be repeated"
        )
        create.add_argument("--colour", default="#00625a", help="brand colour, such as #00625a")
        verbs.add_parser("list", help="List organisations, their state and their schema's migrations.")
        for verb in ("suspend", "resume", "archive", "delete"):
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
        now = timezone.now()
        wanted = NewOrganisation(
            name=options["name"],
            slug=options["slug"],
            brand_colour=options["colour"],
            domain=options["domain"] or "",
            client_addresses=tuple(readable_addresses("\n".join(options["client"] or []))),
        )
        job = provisioning.ask_for_organisation(by=None, form=uuid4(), wanted=wanted, at=now)
        self._do(job)
        made = organisation_named(options["slug"])
        self.stdout.write(f"{made.name} answers at {queries.primary_host(made.tenant)}.")

    def _list(self, _options: dict[str, Any]) -> None:
        for found in queries.organisations():
            problem = f"  migration failed: {found.migration_problem}" if found.migration_problem else ""
            self.stdout.write(f"{found.slug:<40} {found.state:<10} migration {found.migrated_to}{problem}")

    def _suspend(self, options: dict[str, Any]) -> None:
        organisations.suspend_organisation(by=None, organisation=organisation_named(options["slug"]))
        self.stdout.write("Suspended. Its site says so within half a minute.")

    def _resume(self, options: dict[str, Any]) -> None:
        organisations.resume_organisation(by=None, organisation=organisation_named(options["slug"]))
        self.stdout.write("Resumed.")

    def _archive(self, options: dict[str, Any]) -> None:
        organisations.archive_organisation(by=None, organisation=organisation_named(options["slug"]))
        self.stdout.write("Archived. Its site is paused for good; the console still reads what is there.")

    def _delete(self, options: dict[str, Any]) -> None:
        if options["yes_delete"] != options["slug"]:
            raise CommandError("The two names differ, so nothing was deleted. Type the short name twice.")
        found = organisation_named(options["slug"])
        job = provisioning.ask_to_delete(
            by=None, organisation=found, typed=options["yes_delete"], form=uuid4(), at=timezone.now()
        )
        self._do(job)
        self.stdout.write("Deleted, with everything it held.")

    def _do(self, job: UUID) -> None:
        """Here and now; where this ends in the middle, the worker of provisioning goes on. Raises CommandError."""
        provisioning.run(job, at=timezone.now())
        done = jobs.job(job)
        if done.problem:
            raise CommandError(done.problem)
