from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from conversations.models import Conversation
from conversations.queries.conversations import conversation_at
from kernel.errors import DomainError
from kernel.tenancy import tenant_context
from privacy.vault.interface import vault
from tenants.management.named import organisation_named


class Command(BaseCommand):
    help = (
        "Show in numbers how a conversation's mailings are doing, or send the invitation again: to those added"
        " since, and to those whom it failed to reach or perhaps did not reach."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organisation", help="short name of the organisation")
        parser.add_argument("conversation", help="last part of the conversation's address")
        parser.add_argument("act", nargs="?", choices=["show", "resend"], default="show")

    def handle(self, *_args: Any, **options: Any) -> None:
        organisation = organisation_named(options["organisation"])
        try:
            with tenant_context(organisation.tenant):
                conversation = conversation_at(options["conversation"])
                if options["act"] == "resend":
                    self._resend(conversation)
                self._show(conversation)
        except DomainError as refusal:
            raise CommandError(refusal.sentence) from refusal

    def _resend(self, conversation: Conversation) -> None:
        count = vault().resend(conversation=conversation.pk)
        self.stdout.write(f"{count:,} invitations leave now.")

    def _show(self, conversation: Conversation) -> None:
        found = vault().mailings(conversation=conversation.pk)
        if not found:
            self.stdout.write("Nothing has been sent, and nothing is planned.")
            return
        self.stdout.write(f"{'':<11}{'due':<22}{'waiting':>9}{'sent':>9}{'failed':>9}{'unknown':>9}")
        for mailing in found:
            due = timezone.localtime(mailing.due_at, conversation.zone)
            numbers = (mailing.waiting, mailing.sent, mailing.failed, mailing.unknown)
            self.stdout.write(
                f"{mailing.kind:<11}{due:%Y-%m-%d %H:%M %Z}".ljust(33) + "".join(f"{n:>9,}" for n in numbers)
            )
