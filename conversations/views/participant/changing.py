"""Changing and deleting one's own. Somebody else's and what is not there are the same "nothing here"."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.queries.changeable import OwnText, own_text
from conversations.services import editing
from conversations.services.editing import MOST_CHARACTERS, TooLateToChange
from conversations.services.hints import Hint
from conversations.views.participant.today import today_for
from conversations.views.participant.while_writing import unseen_hints
from conversations.views.participant.writing import count_post
from kernel.errors import DomainError, NotFound
from privacy.anonymity import Kind


@auth.signed_in
def change_idea(request: ParticipantRequest, idea: UUID) -> HttpResponse:
    return _change(request, Kind.IDEA, idea)


@auth.signed_in
def change_comment(request: ParticipantRequest, comment: UUID) -> HttpResponse:
    return _change(request, Kind.COMMENT, comment)


@auth.signed_in
def delete_idea(request: ParticipantRequest, idea: UUID) -> HttpResponse:
    return _delete(request, Kind.IDEA, idea)


@auth.signed_in
def delete_comment(request: ParticipantRequest, comment: UUID) -> HttpResponse:
    return _delete(request, Kind.COMMENT, comment)


def _change(request: ParticipantRequest, kind: Kind, contribution: UUID) -> HttpResponse:
    own = _own(request, kind, contribution)
    if request.method != "POST":
        if not own.can_change:
            raise TooLateToChange
        return _page(request, kind, own, typed=own.text)
    typed = request.POST.get("text", "")
    found = unseen_hints(request, typed)
    if found:
        return _page(request, kind, own, typed=typed, hints=found)
    try:
        count_post(request)
        editing.edit_contribution(
            kind=kind,
            conversation=request.conversation,
            contribution=contribution,
            by=request.participant.ticket,
            text=typed,
            at=timezone.now(),
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(request, kind, own, typed=typed, trouble=refusal.sentence, status=refusal.status)
    anchor = f"#comment-{contribution}" if kind is Kind.COMMENT else ""
    address = reverse("idea", args=[request.conversation.slug, own.idea])
    return HttpResponseRedirect(f"{address}?changed=1{anchor}")


def _delete(request: ParticipantRequest, kind: Kind, contribution: UUID) -> HttpResponse:
    own = _own(request, kind, contribution)
    if request.method != "POST":
        if not own.can_change:
            raise TooLateToChange
        return render(request, "conversations/delete.html", {"kind": kind, "own": own})
    count_post(request)
    editing.delete_contribution(
        kind=kind,
        conversation=request.conversation,
        contribution=contribution,
        by=request.participant.ticket,
        at=timezone.now(),
    )
    return HttpResponseRedirect(f"{reverse('mine', args=[request.conversation.slug])}?deleted=1")


def _own(request: ParticipantRequest, kind: Kind, contribution: UUID) -> OwnText:
    """Raises NotFound for somebody else's."""
    today = today_for(request)["today"]
    return own_text(request.conversation, kind, contribution, by=request.participant.ticket, today=today)


def _page(
    request: ParticipantRequest,
    kind: Kind,
    own: OwnText,
    *,
    typed: str,
    hints: list[Hint] | None = None,
    trouble: str | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "kind": kind,
        "own": own,
        "typed": typed,
        "hints": hints or [],
        "trouble": trouble,
        "most": MOST_CHARACTERS[kind],
    }
    return render(request, "conversations/change.html", context, status=status)
