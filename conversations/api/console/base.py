"""Staff at one project of an organisation."""

from rest_framework.request import Request

from conversations.models import Conversation
from conversations.queries import conversations
from tenants.api.staff import OrganisationEndpoint


class ProjectEndpoint(OrganisationEndpoint):
    """The address names the project besides; its conversation has the same id."""

    conversation: Conversation

    def enter(self, request: Request) -> None:
        super().enter(request)
        self.conversation = conversations.project_with(self.kwargs.pop("project"))
