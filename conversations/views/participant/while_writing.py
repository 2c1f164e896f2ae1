"""What is said to somebody who is still writing. The text comes by POST and is kept nowhere."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.queries.similar import SimilarIdea, similar_ideas
from conversations.services.hints import Hint, hints
from kernel import limits
from kernel.errors import TooMany
from kernel.text import plain

# One asking for each pause in typing.
_ASKED = "300/10minutes"


@require_POST
@auth.signed_in
def idea(request: ParticipantRequest) -> HttpResponse:
    """Hints, and ideas that say something like it."""
    return _answer(request, with_similar=True)


@require_POST
@auth.signed_in
def comment(request: ParticipantRequest) -> HttpResponse:
    """Hints alone."""
    return _answer(request, with_similar=False)


def unseen_hints(request: HttpRequest, text: str) -> list[Hint]:
    """The hints to a text, when there is one of a kind that the author has not been shown yet."""
    found, seen = hints(plain(text)), set(request.POST.getlist("seen"))
    return found if any(hint.kind not in seen for hint in found) else []


def similar_to(request: ParticipantRequest, text: str) -> Sequence[SimilarIdea]:
    return similar_ideas(request.conversation, text, by=request.participant.ticket) if text else ()


def _answer(request: ParticipantRequest, *, with_similar: bool) -> HttpResponse:
    try:
        limits.count_here(what="writing", who=request.seat, rate=_ASKED, today=timezone.localdate())
    except TooMany as refusal:
        # Nobody asked for this by hand, so there is nobody to tell: the help stays away for a while.
        return HttpResponse(status=refusal.status)
    text = plain(request.POST.get("text", "")[: 2 * MOST_CHARACTERS_OF_IDEA])
    context = {"hints": hints(text), "similar": similar_to(request, text) if with_similar else ()}
    return render(request, "conversations/_while_writing.html", context)
