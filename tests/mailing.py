"""Mailings as tests make and see them."""

from datetime import UTC, datetime
from email.message import Message

from django.utils import timezone

from conversations.models import Conversation
from kernel.messages import letters
from privacy.vault import runner
from privacy.vault.interface import vault
from privacy.vault.shapes import MailingCounts, MailingKind
from tests.postbox import Postbox

OPENS, CLOSES = datetime(2026, 3, 28, 9, tzinfo=UTC), datetime(2026, 3, 30, 16, tzinfo=UTC)


def invite(talk: Conversation, key: str = "opening") -> None:
    vault().invite(conversation=talk.pk, key=key, opens_at=OPENS, closes_at=CLOSES)
    runner.run_waiting()


def announce(talk: Conversation, kind: MailingKind = MailingKind.REMINDER, **more: object) -> None:
    values = {"key": "a", "subject": "", "text": "", "due_at": timezone.now(), **more}
    vault().announce(conversation=talk.pk, kind=kind, **values)  # type: ignore[arg-type]


def subjects_to(address: str) -> list[str]:
    """What lies in the outbox for an address, oldest first."""
    return [letter.subject for letter in reversed(letters(to=address))]


def counts(talk: Conversation) -> tuple[int, int, int, int]:
    """Waiting, sent, failed and unknown of the only mailing there is."""
    (found,) = vault().mailings(conversation=talk.pk)
    assert isinstance(found, MailingCounts)
    return (found.waiting, found.sent, found.failed, found.unknown)


def body(mail: Message) -> str:
    return bytes(mail.get_payload(decode=True)).decode()


def text_to(postbox: Postbox, address: str) -> str:
    return body(postbox.mail_to(address)[-1])
