from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring databases and static files up to date: everything before the first page, in one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demonstration as well")

    def handle(self, *_args: Any, **options: Any) -> None:
        call_command("migrate", stdout=self.stdout)
        call_command("collectstatic", interactive=False, verbosity=0)
        if options["demo"]:
            call_command("load_demo", stdout=self.stdout)
