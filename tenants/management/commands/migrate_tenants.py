from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from tenants.queries import organisations
from tenants.services import migrations


class Command(BaseCommand):
    help = "Bring every organisation's schema up to date: parallel, resumable, one failing organisation stops no other."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jobs", type=int, default=2, help="how many at the same time")

    def handle(self, *_args: Any, jobs: int, **_options: Any) -> None:
        migrations.record()
        with tqdm(total=len(organisations()), unit="organisation", disable=None, leave=False) as bar:
            outcome = migrations.migrate_tenants(jobs=jobs, each=bar.update)
        self.stdout.write(f"{outcome.migrated} migrated, {outcome.current} already up to date.")
        for slug, problem in outcome.problems.items():
            self.stderr.write(f"{slug}: {problem}")
        if outcome.problems:
            raise CommandError(
                f"{len(outcome.problems)} failed and are paused. Mend the cause and run this again."
            )
