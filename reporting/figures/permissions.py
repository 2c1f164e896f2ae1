"""Who may ask for figures about groups, and when."""

from datetime import datetime

from conversations.models import Conversation
from kernel.errors import DomainError
from tenants.models import Role
from tenants.permissions import Staff, require_role

ASKS_FOR_FIGURES = (Role.ANALYST,)


class NotClosedYet(DomainError):
    code = "figures_not_closed_yet"
    message = (
        "Figures about groups are released once, after the conversation has closed. Come back when it has."
    )


class CompleteAlready(DomainError):
    code = "figures_complete_already"
    message = (
        "This project is complete, so nothing new is released about it. What was released is still here."
    )


def require_may_ask(by: Staff, conversation: Conversation, *, at: datetime) -> None:
    """Raises NotClosedYet, CompleteAlready, and what `require_role` raises."""
    require_role(by, *ASKS_FOR_FIGURES)
    if not conversation.has_closed(at=at):
        raise NotClosedYet
    if conversation.is_complete(at=at) or conversation.emptying:
        raise CompleteAlready
