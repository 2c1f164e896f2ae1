from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from web.api.client import python_client
from web.api.schema import document


class Command(BaseCommand):
    help = "Write a typed Python client for one site's interface to the output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", choices=["participant", "client", "console"])

    def handle(self, **options: Any) -> None:
        self.stdout.write(python_client(document(f"config.urls.api_{options['site']}")))
