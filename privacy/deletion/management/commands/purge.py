from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from privacy.deletion import queries
from privacy.deletion.queries import Line
from privacy.deletion.services import ledger, steps


class Command(BaseCommand):
    help = "Deletions of completed projects: list them, take them further now, or show one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="Every deletion with its deadline and its step.")
        run = verbs.add_parser("run", help="Once, now: what the schedule does every two minutes.")
        run.add_argument("project", nargs="?", type=UUID, help="this one alone")
        run.add_argument(
            "--at-once",
            action="store_true",
            help="without the days that participants have for their own copy",
        )
        verbs.add_parser("status", help="One deletion, step by step.").add_argument("project", type=UUID)

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["verb"] == "run":
            count = steps.run_due(only=options["project"], is_waiting_over=options["at_once"])
            self.stdout.write(f"{count} deletions were due and nobody else was at them.")
        lines = queries.all_deletions(at=ledger.now())
        if options["verb"] == "status":
            self._show(lines, options["project"])
        else:
            self.stdout.write("\n".join(_line(line) for line in lines) or "No project is complete.")

    def _show(self, lines: list[Line], project: UUID) -> None:
        found = [line for line in lines if line.purge.project == project]
        if not found:
            raise CommandError("There is no deletion of this project. `manage purge list` shows all.")
        self.stdout.write(_line(found[0]))
        for step in found[0].steps:
            ended = f"{step.ended_at:%Y-%m-%d %H:%M}" if step.ended_at else "now" if step.is_now else "-"
            self.stdout.write(f"  {step.words:<40} {ended}")
            for store, count in step.counts:
                self.stdout.write(f"    {store}: {count}")


def _line(line: Line) -> str:
    state = (
        "over"
        if line.is_over
        else f"{line.done}/{len(line.steps)} until {line.purge.deadline:%Y-%m-%d %H:%M}"
    )
    waits = f" - {line.purge.problem}" if line.purge.problem else ""
    return f"{line.purge.project} {line.organisation} / {line.project}: {state}{waits}"
