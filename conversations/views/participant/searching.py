"""Looking for ideas by their words."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.models import Stream
from conversations.permissions import SEARCHES
from conversations.queries import conversations
from conversations.queries import search as found
from conversations.queries.ideas import Sort
from conversations.views.participant.cards import marked_cards
from conversations.views.participant.pages import sort_of
from conversations.views.participant.today import today_for
from kernel import limits
from kernel.errors import NotFound


@auth.signed_in
def search(request: ParticipantRequest) -> HttpResponse:
    """The person's own area; one question or all of them."""
    limits.count_here(what="search", who=request.seat, rate=SEARCHES, today=timezone.localdate())
    session, today = request.participant, today_for(request)
    asked, stream = found.asked(request.GET.get("q", "")), _stream(request)
    sort, after = sort_of(request), request.GET.get("after")
    page = found.ideas_with(
        request.conversation,
        asked.words,
        stream=stream.pk if stream else None,
        sort=sort,
        after=after,
        by=session.ticket,
        known=session.ideas,
    )
    context = {
        "asked": asked,
        "stream": stream,
        "all_streams": conversations.questions(request.conversation, at=today["now"]),
        "page": page,
        "cards": marked_cards(
            request, page.ideas, page.texts, today=today["today"], may_write=today["may_write"]
        ),
        "sort": sort,
        "sorts": list(Sort),
        "after": after,
        "results_at": f"{request.path}?{urlencode({'q': asked.words, 'stream': stream.pk if stream else ''})}",
        "most": found.MOST_CHARACTERS,
        "most_counted": found.MOST_COUNTED,
        **today,
    }
    is_more = request.headers.get("HX-Request") == "true" and after is not None
    return render(request, "conversations/_results.html" if is_more else "conversations/search.html", context)


def _stream(request: ParticipantRequest) -> Stream | None:
    """Raises NotFound for a stream of another conversation, and for what is none."""
    typed = request.GET.get("stream", "")
    if not typed:
        return None
    try:
        return conversations.stream_at(request.conversation, UUID(typed), at=timezone.now())
    except ValueError as reason:
        raise NotFound from reason
