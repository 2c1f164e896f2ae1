"""The pages participants read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.backends.utils import csrf_input
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from markupsafe import escape

from conversations import auth
from conversations.auth import ConversationRequest, ParticipantRequest
from conversations.models.contribution import MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_IDEA
from conversations.queries import changeable, conversations, ideas, own
from conversations.queries.gone import gone_idea
from conversations.queries.ideas import Sort
from conversations.services.hints import Hint
from conversations.views.participant.cards import cards
from conversations.views.participant.today import today_for
from kernel.errors import NotFound
from tenants.branding.queries import branding
from web.kept import Bystander, KeptPages, hole

_streams = KeptPages("conversations/stream.html", seconds=5, most=2_000)


def front(request: HttpRequest) -> HttpResponse:
    """The organisation's front page: its conversations."""
    context = {"conversations": conversations.listed(), "now": timezone.now(), "welcome": branding().welcome}
    return render(request, "conversations/front.html", context)


@auth.in_conversation
def home(request: ConversationRequest) -> HttpResponse:
    now = timezone.now()
    if request.conversation.is_complete(at=now):
        return render(request, "conversations/complete.html")
    context = {"days": conversations.days(request.conversation, at=now), "now": now}
    if request.participant is None:
        return render(request, "conversations/welcome.html", context)
    if conversations.must_answer(request.conversation, request.participant.ticket):
        return HttpResponseRedirect(reverse("survey", args=[request.conversation.slug]))
    area = request.participant.ticket.area
    context |= {
        "streams": conversations.streams(request.conversation, area=area),
        "totals": conversations.totals(request.conversation),
        "announcements": conversations.announcements(request.conversation, at=now),
        "has_several_areas": conversations.has_several_areas(request.conversation),
    }
    return render(request, "conversations/home.html", context)


@auth.signed_in
def stream(request: ParticipantRequest, stream: UUID) -> HttpResponse:
    sort, after = sort_of(request), request.GET.get("after")
    session = request.participant
    today = today_for(request)
    shown = conversations.stream_at(request.conversation, stream, at=today["now"])
    page = ideas.page_of(
        request.conversation, stream, sort=sort, after=after, by=session.ticket, known=session.ideas
    )
    context = {
        "stream": shown,
        "page": page,
        "cards": cards(request, page.ideas, today=today["today"], may_write=today["may_write"]),
        "sort": sort,
        "sorts": list(Sort),
        "after": after,
        "form_id": uuid4(),
        "most": MOST_CHARACTERS_OF_IDEA,
        **today,
    }
    if request.headers.get("HX-Request") == "true" and after is not None:
        return render(request, "conversations/_ideas.html", context)
    if not page.ideas:
        return render(request, "conversations/stream.html", context)
    return HttpResponse(_around_the_cards(request, context))


def _around_the_cards(request: ParticipantRequest, context: dict[str, Any]) -> str:
    """Everything but the cards is the same for all who may write, or may not, and is kept for seconds."""
    stream, sort, may_write = context["stream"], context["sort"], context["may_write"]
    site, talk = request.organisation, request.conversation
    back = request.get_full_path()
    return _streams.page(
        (site.tenant.schema_name, talk.slug, stream.pk, sort, may_write, site, get_language()),
        Bystander(site, talk, request.resolver_match, path=request.path),
        lambda: {
            **{name: context[name] for name in ("stream", "sort", "sorts", "most", "may_write")},
            "listing": hole("cards"),
            "form_id": hole("id"),
        },
        {
            "cards": render_to_string("conversations/_ideas.html", {**context, "request": request}),
            "form": str(csrf_input(request)),
            "id": str(context["form_id"]),
            "back": str(escape(back)),
            "quoted": quote(back),
        },
    )


@auth.signed_in
def idea(request: ParticipantRequest, idea: UUID) -> HttpResponse:
    return show_idea(request, idea, after=request.GET.get("after"))


@dataclass(frozen=True, slots=True)
class Again:
    """A comment that was not posted: what was typed, and the sentence or hints that say why."""

    typed: str = ""
    form: str | None = None
    trouble: str | None = None
    hints: Sequence[Hint] = ()
    status: int = 200


def show_idea(
    request: ParticipantRequest, idea: UUID, *, after: str | None = None, again: Again | None = None
) -> HttpResponse:
    """
    An idea with its comments. With `again` it is the answer to a comment that was not posted: the reason
    stands beside the field and what was typed stands in it.
    """
    session, today = request.participant, today_for(request)
    try:
        card, question = ideas.idea_at(request.conversation, idea, by=session.ticket, known=session.ideas)
        conversations.stream_at(request.conversation, card.stream, at=today["now"])
    except NotFound:
        return _gone(request, idea, again=again)
    again = again or Again()
    page = ideas.comments_of(idea, after=after, by=session.ticket, known=session.comments)
    own = [comment.id for comment in page.comments if comment.is_own] if today["may_write"] else []
    is_today_or_alone = card.day == today["today"] or not card.reactions
    context = {
        "idea": card,
        "question": question,
        "page": page,
        "after": after,
        "form_id": again.form or uuid4(),
        "again": again,
        "can_change": card.is_own and today["may_write"] and is_today_or_alone and not card.is_dealt_with,
        "changeable": changeable.changeable_comments(own, today=today["today"]),
        "most": MOST_CHARACTERS_OF_COMMENT,
        **today,
    }
    is_more = request.headers.get("HX-Request") == "true" and after is not None
    template = "conversations/_comments.html" if is_more else "conversations/idea.html"
    return render(request, template, context, status=again.status)


def _gone(request: ParticipantRequest, idea: UUID, *, again: Again | None) -> HttpResponse:
    """
    An idea that is shown no more: what became of it, and what somebody had typed there.

    Whoever had it open when it was merged is led on. Raises NotFound where there is nothing to say.
    """
    ticket = request.participant.ticket
    found = gone_idea(request.conversation, idea, area=ticket.area)
    if found is None:
        raise NotFound
    if found.leads_to is not None and again is None:
        way_on = reverse("idea", args=[request.conversation.slug, found.leads_to])
        return HttpResponseRedirect(f"{way_on}?merged=1")
    if found.leads_to is not None:
        return show_idea(request, found.leads_to, again=again)
    context = {"gone": found, "typed": again.typed if again else "", "most": MOST_CHARACTERS_OF_COMMENT}
    return render(request, "conversations/gone.html", context, status=404)


@auth.signed_in
def mine(request: ParticipantRequest) -> HttpResponse:
    today = today_for(request)
    posts = own.posts(request.conversation, request.participant.ticket.secret, today=today["today"])
    context = {"posts": posts, **today}
    return render(request, "conversations/mine.html", context)


def sort_of(request: HttpRequest) -> Sort:
    """Raises NotFound for an order that is not ours."""
    try:
        return Sort(request.GET.get("sort", Sort.NEWEST))
    except ValueError as reason:
        raise NotFound from reason
