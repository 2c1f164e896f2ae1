"""What is sent to everybody on a roster. The vault knows whom it reaches; here nobody does."""

from datetime import datetime

from conversations.models import Conversation
from conversations.queries.conversations import open_conversations
from kernel.errors import NotFound
from kernel.notifications import confirm_subscription, read_notification
from privacy.vault.interface import vault, vault_of_nobody
from privacy.vault.refusals import UnknownConversation
from privacy.vault.shapes import MailingKind

# One invitation for each conversation, however often its dates are moved.
_OPENING = "opening"


def invite_to_opened(*, at: datetime) -> None:
    """Hand the invitation of each open conversation to the vault, which makes it once."""
    for conversation in open_conversations(at=at):
        assert conversation.opens_at is not None  # noqa: S101  (it is open)
        try:
            vault().invite(
                conversation=conversation.pk,
                key=_OPENING,
                opens_at=conversation.opens_at,
                closes_at=conversation.closes_at,
            )
        except UnknownConversation:
            continue  # its people are gone already; the others are still invited


def announce(
    *, conversation: Conversation, kind: MailingKind, subject: str, text: str, due_at: datetime
) -> None:
    """A reminder or news, the same for everybody. The same kind and moment is sent once. Raises MailingRefused."""
    vault().announce(
        conversation=conversation.pk,
        kind=kind,
        key=due_at.isoformat(),
        subject=subject,
        text=text,
        due_at=due_at,
    )


def take_notification(body: bytes, *, topic: str) -> None:
    """
    Hand what SNS posted to the vault, as it is, once its signature was verified.

    Raises NotFound where no topic is configured, NotificationRefused, Unavailable.
    """
    if not topic:
        raise NotFound
    found = read_notification(body, topic=topic)
    if found.type == "SubscriptionConfirmation":
        confirm_subscription(found)
    else:
        vault_of_nobody().bounced(notification=found.message.encode())
