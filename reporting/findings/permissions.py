"""Who may have opinion groups found, and when."""

from datetime import datetime

from conversations.models import Conversation
from kernel.errors import DomainError
from tenants.models import Role
from tenants.permissions import Staff, require_role


class NotClosedYet(DomainError):
    code = "not_closed_yet"
    message = "Opinion groups are found once, from all votes. Come back after the conversation has closed."


class FindingIsOver(DomainError):
    code = "finding_is_over"
    message = "This project is complete, so no new figures about groups are made."


def require_may_find_groups(by: Staff, conversation: Conversation, *, at: datetime) -> None:
    """Raises RoleMissing, NotClosedYet, FindingIsOver."""
    require_role(by, Role.ANALYST)
    if not conversation.has_closed(at=at):
        raise NotClosedYet
    if conversation.emptying or conversation.is_complete(at=at):
        raise FindingIsOver
