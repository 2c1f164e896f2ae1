"""Who may do what to a conversation. Services ask here before they write."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from kernel.errors import DomainError
from privacy.anonymity import Ticket


class ReadOnly(DomainError):
    code = "read_only"
    status = 403
    message = _("You can read this conversation, but at the moment you cannot post or vote in it.")


class NotOpenYet(DomainError):
    code = "not_open_yet"
    message = _("This conversation has not opened yet. Come back when it has.")


class ConversationClosed(DomainError):
    code = "conversation_closed"
    message = _("This conversation is closed. You can still read it, but nothing can be added.")


def require_may_write(by: Ticket, conversation: Conversation, *, at: datetime) -> None:
    """
    Raises ReadOnly, NotOpenYet or ConversationClosed.

    The statements that write ask for the dates once more, so nothing slips in between.
    """
    if not by.may_write:
        raise ReadOnly
    if not conversation.has_opened(at=at):
        raise NotOpenYet
    if conversation.has_closed(at=at):
        raise ConversationClosed
