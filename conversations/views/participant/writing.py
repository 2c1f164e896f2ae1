"""What participants do: post, comment, vote. Each view calls one service."""

from dataclasses import replace
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.forms import TextForm
from conversations.models import Stream
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.permissions import POSTS, VOTES
from conversations.queries import conversations
from conversations.services import posting, voting
from conversations.services.hints import hints
from conversations.views.participant.pages import Again, show_idea
from conversations.views.participant.while_writing import similar_to, unseen_hints
from kernel import limits
from kernel.errors import DomainError, NotFound
from kernel.text import plain
from privacy.anonymity import Kind

_VALUES = {"1": voting.LIKE, "-1": voting.DISLIKE, "0": 0}


@auth.signed_in
def write_idea(request: ParticipantRequest, stream: UUID) -> HttpResponse:
    """The page for writing: with a preview that shows exactly what others will see."""
    shown = conversations.stream_at(request.conversation, stream, at=timezone.now())
    if request.method != "POST":
        return _page_for_writing(request, shown)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page_for_writing(request, shown, trouble=trouble_of(form), status=422)
    text = form.cleaned_data["text"]
    if "preview" in request.POST or unseen_hints(request, text):
        return _page_for_writing(request, shown, preview=plain(text))
    try:
        count_post(request)
        posted = posting.post_idea(
            conversation=request.conversation,
            stream=stream,
            by=request.participant.ticket,
            form=str(form.cleaned_data["form"]),
            text=text,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _page_for_writing(request, shown, trouble=refusal.sentence, status=refusal.status)
    auth.note_post(request, Kind.IDEA)
    return HttpResponseRedirect(f"{reverse('idea', args=[request.conversation.slug, posted])}?posted=1")


def _page_for_writing(
    request: ParticipantRequest,
    stream: Stream,
    *,
    preview: str | None = None,
    trouble: str | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "stream": stream,
        "most": MOST_CHARACTERS_OF_IDEA,
        "typed": request.POST.get("text", ""),
        "form_id": request.POST.get("form") or uuid4(),
        "preview": preview,
        "trouble": trouble,
        "hints": hints(preview or ""),
        "similar": similar_to(request, preview or ""),
    }
    return render(request, "conversations/write.html", context, status=status)


@require_POST
@auth.signed_in
def comment(request: ParticipantRequest, idea: UUID) -> HttpResponse:
    typed = Again(typed=request.POST.get("text", ""), form=request.POST.get("form"))
    form = TextForm(request.POST)
    if not form.is_valid():
        return show_idea(request, idea, again=replace(typed, trouble=trouble_of(form), status=422))
    text = form.cleaned_data["text"]
    found = unseen_hints(request, text)
    if found:
        return show_idea(request, idea, again=replace(typed, hints=found))
    try:
        count_post(request)
        posted = posting.add_comment(
            conversation=request.conversation,
            idea=idea,
            by=request.participant.ticket,
            form=str(form.cleaned_data["form"]),
            text=text,
            at=timezone.now(),
        )
    except DomainError as refusal:
        again = replace(typed, trouble=refusal.sentence, status=refusal.status)
        return show_idea(request, idea, again=again)
    auth.note_post(request, Kind.COMMENT)
    return HttpResponseRedirect(
        f"{reverse('idea', args=[request.conversation.slug, idea])}?posted=1#comment-{posted}"
    )


@require_POST
@auth.signed_in
def vote(request: ParticipantRequest, idea: UUID) -> HttpResponse:
    """Like, dislike, or take it back; htmx swaps the control, a plain form comes back to the page."""
    value = _VALUES.get(request.POST.get("value", ""))
    if value is None:
        raise NotFound
    limits.count_here(what="vote", who=request.seat, rate=VOTES, today=timezone.localdate())
    conversation, by, at = request.conversation, request.participant.ticket, timezone.now()
    if value:
        standing = voting.cast_vote(conversation=conversation, idea=idea, by=by, value=value, at=at)
    else:
        standing = voting.withdraw_vote(conversation=conversation, idea=idea, by=by, at=at)
    if request.headers.get("HX-Request") == "true":
        context = {"idea_id": idea, "standing": standing, "place": request.POST.get("place", "card")}
        return render(request, "conversations/_vote.html", context)
    return HttpResponseRedirect(f"{_back(request, idea)}#idea-{idea}")


def trouble_of(form: TextForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _back(request: HttpRequest, idea: UUID) -> str:
    """Back to the page the form stood on: one of ours, or else the idea's own."""
    back = request.POST.get("back", "")
    conversation = request.resolver_match.kwargs["slug"] if request.resolver_match else ""
    own = reverse("home", args=[conversation])
    return back if back.startswith(own) and "\\" not in back else reverse("idea", args=[conversation, idea])


def count_post(request: ParticipantRequest) -> None:
    """Limits are counted for the browser's seat, which says nothing about the person."""
    limits.count(what="post", who=request.seat, rate=POSTS, today=timezone.localdate())
