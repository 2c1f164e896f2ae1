"""How the ideas of an open page stand now: one small request for the whole page, once a minute."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.queries import ideas
from conversations.queries.ideas import Counters
from kernel import languages, limits
from kernel.errors import NotFound

_ASKED = "120/10minutes"
_MOST_IDEAS = 60


@require_safe
@auth.signed_in
def counts(request: ParticipantRequest) -> HttpResponse:
    """JSON: for each idea's id the words of its counters, as they stand on the page."""
    limits.count_here(what="counts", who=request.seat, rate=_ASKED, today=timezone.localdate())
    try:
        shown = [UUID(idea) for idea in request.GET.getlist("idea")[:_MOST_IDEAS]]
    except ValueError as reason:
        raise NotFound from reason
    found = ideas.counters(request.conversation, shown, by=request.participant.ticket)
    is_page = request.GET.get("place") == "page"
    return JsonResponse({str(standing.id): _words(standing, is_page=is_page) for standing in found})


def _words(standing: Counters, *, is_page: bool) -> dict[str, Any]:
    likes, dislikes, comments = standing.likes, standing.dislikes, standing.comment_count
    number = languages.number
    words = {
        "like": gettext("Like")
        if standing.hides_votes
        else ngettext("%(num)s like", "%(num)s likes", likes) % {"num": number(likes)},
        "dislike": gettext("Dislike")
        if standing.hides_votes
        else ngettext("%(num)s dislike", "%(num)s dislikes", dislikes) % {"num": number(dislikes)},
        "comments": ngettext("%(num)s comment", "%(num)s comments", comments) % {"num": number(comments)}
        if comments
        else gettext("Read and comment"),
    }
    if is_page:
        words["balance"] = render_to_string("conversations/_balance.html", {"standing": standing})
    return words
