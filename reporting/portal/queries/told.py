"""What the organisation was told of what facilitators do."""

from conversations.models import Conversation
from reporting.portal.models import Telling


def told_of(conversation: Conversation) -> list[Telling]:
    """The newest first. Nothing where the project chose that nothing is told, whatever was written down before."""
    if not conversation.client_is_told:
        return []
    return list(Telling.objects.filter(conversation=conversation).order_by("-until", "kind"))
