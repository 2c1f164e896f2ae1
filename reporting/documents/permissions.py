"""When a report may be written, frozen and published. Services ask here before they write."""

from datetime import datetime

from conversations.models import Conversation, Emptying
from kernel.errors import DomainError


class NotToFreeze(DomainError):
    code = "not_to_freeze"
    message = "The project is complete, so its analysis is not frozen again. Reports go on from the newest snapshot."


class NotToPublishYet(DomainError):
    code = "not_to_publish_yet"
    message = (
        "The conversation is still open. A report is published after it has closed; until then it is a draft."
    )


class NotToPublishAnyMore(DomainError):
    code = "not_to_publish_any_more"
    message = "What people wrote has been deleted or is being deleted. The reports that were published stay as they are."


def require_may_freeze(conversation: Conversation, *, at: datetime) -> None:
    """Raises NotToFreeze from the moment the project is complete."""
    if conversation.is_complete(at=at) or conversation.emptying != Emptying.NO:
        raise NotToFreeze


def require_may_publish(conversation: Conversation, *, at: datetime) -> None:
    """Raises NotToPublishYet before closing and NotToPublishAnyMore once its deletion has begun."""
    if conversation.emptying != Emptying.NO:
        raise NotToPublishAnyMore
    if not conversation.has_closed(at=at):
        raise NotToPublishYet
