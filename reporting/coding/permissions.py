"""Who may code, and until when. Services ask here before they write."""

from datetime import datetime

from conversations.models import Conversation
from kernel.errors import DomainError
from tenants.models import Role
from tenants.permissions import Staff, require_role


class CodingIsOver(DomainError):
    code = "coding_is_over"
    message = "This project is complete, so its coding stays as it is. Reports can still be made from it."


def require_analyst(by: Staff) -> None:
    """Raises RoleMissing."""
    require_role(by, Role.ANALYST)


def require_may_code(by: Staff, conversation: Conversation, *, at: datetime) -> None:
    """Raises RoleMissing, CodingIsOver."""
    require_analyst(by)
    if conversation.emptying or conversation.is_complete(at=at):
        raise CodingIsOver
