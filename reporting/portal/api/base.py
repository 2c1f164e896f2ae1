from rest_framework.request import Request

from conversations.models import Conversation
from reporting.portal.queries.conversations import conversation_called
from tenants.api.client import ClientEndpoint


class ConversationEndpoint(ClientEndpoint):
    """The address names a conversation of the organisation, also a draft."""

    conversation: Conversation

    def enter(self, request: Request) -> None:
        super().enter(request)
        self.conversation = conversation_called(self.kwargs.pop("slug"))
