"""Who may do what to a conversation, and how often. Services ask here before they write; views and the interface count."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from kernel.errors import DomainError
from privacy.anonymity import Ticket

# For each seat or token, which says nothing about the person.
POSTS, VOTES, MESSAGES = "30/10minutes", "600/10minutes", "30/10minutes"
REPORTS, SEARCHES = "30/10minutes", "600/10minutes"
# A whole hospital may share one address on the network; these only stop machines.
CODES_PER_NETWORK, TRIES_PER_NETWORK = "3000/10minutes", "6000/10minutes"


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
