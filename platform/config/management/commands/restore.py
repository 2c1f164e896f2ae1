from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backups.restoring import restore
from kernel.errors import DomainError


class Command(BaseCommand):
    help = "Bring a backup back: pause, load, take away what was erased since, and only then serve."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup: a folder with a manifest.json")
        parser.add_argument("--organisation", metavar="SLUG", help="only this one; nothing else is touched")
        parser.add_argument(
            "--nothing-runs", action="store_true", help="do not wait: neither web nor workers are running"
        )

    def handle(
        self, *_args: Any, folder: Path, organisation: str | None, nothing_runs: bool, **_options: Any
    ) -> None:
        try:
            is_done = restore(
                folder.resolve(), slug=organisation, nothing_runs=nothing_runs, tell=self.stdout.write
            )
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        if not is_done:
            raise CommandError("Not everything could be replayed. What could not stays paused.")
