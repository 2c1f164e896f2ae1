from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.backups.making import back_up, kinds_here
from kernel import backups


class Command(BaseCommand):
    help = "Back up what this process may read - conversations, vault, never keys - and remove old backups."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", type=Path, metavar="FOLDER", help="where backups lie (default: BACKUPS_DIR)"
        )
        parser.add_argument(
            "--organisation",
            action="append",
            default=[],
            metavar="SLUG",
            help="of organisations only this one; may be said more than once",
        )
        parser.add_argument(
            "--prune", action="store_true", help="only remove those that have lived their days"
        )

    def handle(
        self, *_args: Any, to: Path | None, prune: bool, organisation: list[str], **_options: Any
    ) -> None:
        for kind in [] if prune else kinds_here():
            self.stdout.write(f"{kind}: {back_up(kind, to, only=organisation)}")
        gone = backups.prune(to, at=timezone.now())
        self.stdout.write(
            f"{gone} old backups removed. Keys are in none: without them a deletion would not be one."
        )
