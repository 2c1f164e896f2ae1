from argparse import ArgumentParser
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from conversations.models import Conversation
from conversations.services import conversations, importing
from conversations.services.conversations import Question
from conversations.services.exports import Check, Export, check_export, read_export
from kernel.errors import DomainError
from kernel.tenancy import Tenant, login_as, tenant_context
from tenants.management.named import organisation_named

_DAYS_TO_GO = 16


class Command(BaseCommand):
    help = (
        "Take over a conversation from a Polis export: a folder with summary.csv, comments.csv and votes.csv."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--organisation", required=True, help="short name of the organisation that gets it"
        )
        parser.add_argument("--slug", required=True, help="last part of the conversation's address")
        parser.add_argument("--name", help="name of the conversation (default: the export's topic)")
        parser.add_argument("--question", help="question the statements answer (default: the name)")
        parser.add_argument("--introduction", default="")
        parser.add_argument("--notice", default="", help="shown at the foot of every page, such as a credit")
        parser.add_argument(
            "--reopen", action="store_true", help="move its days up to yesterday and leave it open"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        organisation = organisation_named(options["organisation"])
        try:
            export = read_export(options["folder"])
            self._tell_troubles(export)
            self._tell_check(export, check_export(export))
            if not export.statements:
                raise CommandError("The export has no statement that can be used, so nothing was imported.")
            self._import(organisation.tenant, export, options)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _import(self, tenant: Tenant, export: Export, options: dict[str, Any]) -> None:
        now = timezone.now()
        name = options["name"] or export.topic
        with tenant_context(tenant):
            conversations.discard_draft(slug=options["slug"])
            made = conversations.create_conversation(
                slug=options["slug"],
                name=name,
                introduction=options["introduction"],
                notice=options["notice"],
                questions=[Question(options["question"] or name)],
                areas=[("everybody", "Everybody")],
            )
        opens_at, closes_at, shift = _dates(made, export, reopen=options["reopen"], now=now)
        with login_as(tenant), tqdm(unit="row", disable=None, leave=False) as bar:
            filled = importing.fill_conversation(
                conversation=made, export=export, shift=shift, progress=bar.update
            )
        with tenant_context(tenant):
            importing.date_import(conversation=made, opens_at=opens_at, closes_at=closes_at, at=now)
            importing.finish_import(conversation=made, at=now)
        self.stdout.write(
            f"{filled.ideas:,} ideas, {filled.votes:,} votes of {filled.voices:,} voices imported."
        )

    def _tell_troubles(self, export: Export) -> None:
        for trouble in export.troubles:
            self.stderr.write(f"{trouble.file}, row {trouble.row}: {trouble.reason}; the row is left out.")

    def _tell_check(self, export: Export, check: Check) -> None:
        total = len(export.statements)
        same = total - len(check.not_reproduced)
        self.stdout.write(
            f"Counting every row of votes.csv gives the export's own totals for {same} of {total} statements."
        )
        self.stdout.write(
            f"With one vote per person (the last stands) {len(check.differing)} of {total} statements differ"
            + (":" if check.differing else ".")
        )
        for difference in check.differing:
            was, now = difference.exported, difference.standing
            self.stdout.write(
                f"  statement {difference.statement:>4}: {was[0]} likes, {was[1]} dislikes -> {now[0]} and {now[1]}"
            )


def _dates(
    conversation: Conversation, export: Export, *, reopen: bool, now: datetime
) -> tuple[datetime, datetime, timedelta]:
    """Opening, closing, and how far the source's days are moved."""
    first, last = importing.first_and_last(export)
    if not reopen:
        return first, last + timedelta(seconds=1), timedelta(0)
    zone = conversation.zone
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    shift = timedelta(days=(yesterday - last.astimezone(zone).date()).days)
    opening = (first + shift).astimezone(zone).date()
    opens_at = datetime.combine(opening, time(0), tzinfo=zone)
    closes_at = datetime.combine(yesterday + timedelta(days=_DAYS_TO_GO), time(17), tzinfo=zone)
    return opens_at, closes_at, shift
