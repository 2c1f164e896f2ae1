from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from privacy.keys import signing


class Command(BaseCommand):
    help = "The keys that sign certificates. Runs where the vault does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="Every key there ever was, and which of them signs.")
        verbs.add_parser(
            "rotate", help="A new key signs from now on; what the others signed stays verifiable."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["verb"] == "rotate":
            signing.rotate(now=timezone.now().isoformat())
        for key in signing.known_keys():
            self.stdout.write(f"{key.id} since {key.since}: {'signs' if key.private else 'retired'}")
