"""Staff at one conversation: the decorator of every console page about a project."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpResponse

from conversations.models import Conversation
from conversations.queries import conversations as conversation_queries
from tenants.auth import ClientRequest, in_organisation
from tenants.models import Role

P = ParamSpec("P")


class ProjectRequest(ClientRequest):
    """A request by staff about one conversation, which is `project` in addresses: both have one id."""

    conversation: Conversation


def in_project(
    *roles: Role,
) -> Callable[[Callable[Concatenate[ProjectRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """
    For staff with one of the roles in the organisation; the address names the project besides.

    Raises NotFound for a project of another organisation, and what `in_organisation` raises.
    """

    def decorate(view: Callable[Concatenate[ProjectRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        def inside(
            request: ProjectRequest, /, project: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            request.conversation = conversation_queries.project_with(project)
            return view(request, *args, **kwargs)

        functools.update_wrapper(inside, view)
        return in_organisation(*roles)(inside)  # type: ignore[arg-type]  # a client request, with the conversation put on it

    return decorate
