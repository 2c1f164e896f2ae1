"""Projects: a new draft, where one stands, and what is still to be put right before it opens."""

from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.console.base import ProjectEndpoint
from conversations.api.console.shapes import ChecklistLine, NewProject, ProjectShape
from conversations.models import Conversation
from conversations.queries import preparing
from conversations.services.checklist import checklist_of
from conversations.services.conversations import AddressNotUsable
from conversations.services.preparing import drafts
from conversations.services.preparing.drafts import ProjectNameMissing
from kernel.errors import NotFound
from tenants.api.organisations import Projects as ProjectList
from tenants.models import Role
from tenants.permissions import RoleMissing
from web.api.endpoint import operation
from web.api.scopes import Scope
from web.api.shapes import list_of

_EXAMPLE = {"name": "A better place to work", "slug": "a-better-place"}


class Projects(ProjectList):
    roles = {"post": (Role.OPERATOR,)}

    @operation(
        "create_project",
        takes=NewProject,
        gives=ProjectShape,
        status=201,
        scope=Scope.WRITE,
        refuses=[RoleMissing, NotFound, ProjectNameMissing, AddressNotUsable],
        sent=_EXAMPLE,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """A draft with one area for everybody. It is prepared and scheduled at the console."""
        said = self.taken(NewProject)
        made = drafts.create_project(by=self.staff, name=said["name"], slug=said["slug"].strip().lower())
        return self.given(ProjectShape, _told(self, made), status=201)


class OneProject(ProjectEndpoint):
    tag = "Projects"

    @operation("get_project", gives=ProjectShape, refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Where a project stands, and its questions."""
        return self.given(ProjectShape, _told(self, self.conversation))


class Checklist(ProjectEndpoint):
    tag = "Projects"

    @operation("get_checklist", gives=list_of(ChecklistLine), refuses=[NotFound])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """What has to be right before it opens. Nothing opens while a line is red."""
        return self.given(list_of(ChecklistLine), {"items": checklist_of(self.conversation, at=self.now)})


def _told(endpoint: ProjectList | ProjectEndpoint, conversation: Conversation) -> dict[str, object]:
    standing = preparing.standing_of(conversation, at=endpoint.now)
    return {
        "id": conversation.pk,
        "slug": conversation.slug,
        "name": conversation.name,
        "phase": standing.phase.value,
        "opens": standing.opens,
        "closes": standing.closes,
        "completes": standing.completes,
        "gone_by": standing.gone_by,
        "streams": preparing.streams(conversation),
    }
