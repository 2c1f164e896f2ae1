"""Who comes in: client users alone, and only to conversations of the organisation whose site this is."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpResponse

from conversations.models import Conversation
from reporting.portal.queries.conversations import conversation_called
from tenants.auth import PortalRequest, client_only

P = ParamSpec("P")


class ConversationRequest(PortalRequest):
    """A request by a client user about one of their organisation's conversations."""

    conversation: Conversation


def about_conversation(
    view: Callable[Concatenate[ConversationRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The address names the conversation, also a draft. Raises NotFound for one there is not."""

    def inside(request: ConversationRequest, /, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.conversation = conversation_called(slug)
        return view(request, *args, **kwargs)

    functools.update_wrapper(inside, view)
    return client_only(inside)  # type: ignore[arg-type]  # a client user's request, with the conversation put on it
