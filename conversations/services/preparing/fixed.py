"""What can be changed until when. Participants rely on what they could read."""

from uuid import UUID

from conversations.models import Conversation
from kernel.errors import DomainError, NotFound
from tenants.models import Role
from tenants.permissions import Staff, require_role


class FixedSinceScheduled(DomainError):
    code = "fixed_since_scheduled"
    message = (
        "This is fixed since the project was scheduled, because participants can read it already."
        " Until it opens you can take it back to draft on the checklist; after that it stays."
    )


class FixedOnceComplete(DomainError):
    code = "fixed_once_complete"
    message = "This project is complete, so nothing in it changes any more."


def draft_for(by: Staff, conversation: UUID, *roles: Role) -> Conversation:
    """The conversation, locked in the caller's transaction. Raises RoleMissing, NotFound, FixedSinceScheduled."""
    found = running_for(by, conversation, *roles)
    if found.opens_at is not None:
        raise FixedSinceScheduled
    return found


def running_for(by: Staff, conversation: UUID, *roles: Role) -> Conversation:
    """The same for what may change also later. Raises RoleMissing, NotFound, FixedOnceComplete."""
    require_role(by, Role.OPERATOR, *roles)
    found = Conversation.objects.select_for_update().filter(pk=conversation).first()
    if found is None:
        raise NotFound
    if found.completed_at is not None:
        raise FixedOnceComplete
    return found


def require_not_complete(conversation: UUID) -> None:
    """Raises FixedOnceComplete: what is written then would come too late to be deleted."""
    if Conversation.objects.filter(pk=conversation, completed_at__isnull=False).exists():
        raise FixedOnceComplete
