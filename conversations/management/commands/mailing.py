from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conversations.models import Conversation
from conversations.queries.conversations import conversation_at
from conversations.services import letters
from kernel.errors import DomainError
from kernel.tenancy import tenant_context
from privacy.vault.shapes import MailingKind
from tenants.management.named import organisation_named


class Command(BaseCommand):
    help = "Send a reminder or news to everybody on a conversation's roster who has not stopped messages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organisation", help="short name of the organisation")
        parser.add_argument("conversation", help="last part of the conversation's address")
        parser.add_argument("kind", choices=[MailingKind.REMINDER.value, MailingKind.NEWS.value])
        parser.add_argument("--subject", default="", help="a reminder may leave it out, with the text")
        parser.add_argument("--text", type=Path, help="file with the text, plain and without formatting")
        parser.add_argument(
            "--at", metavar="WHEN", help="2026-12-01T09:00 on the conversation's clocks (default: now)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        organisation = organisation_named(options["organisation"])
        try:
            with tenant_context(organisation.tenant):
                conversation = conversation_at(options["conversation"])
                due_at = self._moment(options["at"], conversation)
                letters.announce(
                    conversation=conversation,
                    kind=MailingKind(options["kind"]),
                    subject=options["subject"],
                    text=self._text(options["text"]),
                    due_at=due_at,
                )
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"It leaves at {timezone.localtime(due_at, conversation.zone):%Y-%m-%d %H:%M %Z}.")

    def _text(self, path: Path | None) -> str:
        if path is None:
            return ""
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as reason:
            raise CommandError(f"{path} cannot be read as text. Check its name and its encoding.") from reason

    def _moment(self, typed: str | None, conversation: Conversation) -> datetime:
        """To the minute, so that the same command typed twice sends one mailing."""
        if typed is None:
            return timezone.now().replace(second=0, microsecond=0)
        try:
            moment = datetime.fromisoformat(typed)
        except ValueError as reason:
            raise CommandError("Write the moment as in 2026-12-01T09:00.") from reason
        return moment if moment.tzinfo else moment.replace(tzinfo=conversation.zone)
