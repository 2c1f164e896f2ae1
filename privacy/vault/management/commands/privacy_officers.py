from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.zones import inside_vault
from privacy.vault import officers
from privacy.vault.refusals import NoOfficer
from tenants.management.named import organisation_named


class Command(BaseCommand):
    help = "The vault's own list of who hears of every identification in an organisation. Runs where the vault does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb in ("add", "remove", "list"):
            named = verbs.add_parser(verb)
            named.add_argument("organisation", help="the organisation's short name")
            if verb != "list":
                named.add_argument("email", help="where the officer is told")

    def handle(self, *_args: Any, **options: Any) -> None:
        organisation = organisation_named(options["organisation"]).pk
        with inside_vault():
            if options["verb"] == "add" and not officers.add(organisation, options["email"]):
                raise CommandError("This is no e-mail address. Check it and add it again.")
            if options["verb"] == "remove" and not officers.remove(organisation, options["email"]):
                raise CommandError("This address is not on the list. `list` shows all.")
            try:
                self.stdout.write("\n".join(officers.listed(organisation)))
            except NoOfficer:
                self.stdout.write("Nobody is on the list, so nobody can be identified.")
