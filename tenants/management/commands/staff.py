from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.errors import DomainError
from tenants.management.named import organisation_named
from tenants.models import Role
from tenants.services import staff


class Command(BaseCommand):
    help = "Create somebody on the staff: the first operator, who then does the rest at the console."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="Create somebody and tell them by mail how to sign in.")
        create.add_argument("email")
        create.add_argument("name")
        create.add_argument("--role", default=Role.OPERATOR, choices=Role.values)
        create.add_argument("--organisation", help="short name; without it the role is for all of them")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            place = organisation_named(options["organisation"]) if options["organisation"] else None
            made = staff.create_staff(email=options["email"], name=options["name"], by=None)
            staff.assign(account=made.pk, role=Role(options["role"]), organisation=place, by=None)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{made.name} is {options['role']} and can sign in at the console.")
