"""
Changing and deleting one's own. Somebody else's and what is not there are the same "nothing here".

No address here carries an id, because addresses stand in the logs of networks: the form names the
contribution, the first time to open the page, the second time to do it (decision 011).
"""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

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


@require_POST
@auth.signed_in
def change(request: ParticipantRequest) -> HttpResponse:
    kind, contribution = named(request)
    if "text" not in request.POST:
        own = _changeable(request, kind, contribution)
        return _page(request, kind, own, typed=own.text)
    typed = request.POST["text"]
    found = unseen_hints(request, typed)
    if found:
        return _page(request, kind, _own(request, kind, contribution), typed=typed, hints=found)
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
        own = _own(request, kind, contribution)
        return _page(request, kind, own, typed=typed, trouble=refusal.sentence, status=refusal.status)
    return HttpResponseRedirect(f"{reverse('mine', args=[request.conversation.slug])}?changed=1")


@require_POST
@auth.signed_in
def delete(request: ParticipantRequest) -> HttpResponse:
    kind, contribution = named(request)
    if "confirm" not in request.POST:
        own = _changeable(request, kind, contribution)
        return render(request, "conversations/delete.html", {"kind": kind, "own": own, "id": contribution})
    count_post(request)
    editing.delete_contribution(
        kind=kind,
        conversation=request.conversation,
        contribution=contribution,
        by=request.participant.ticket,
        at=timezone.now(),
    )
    return HttpResponseRedirect(f"{reverse('mine', args=[request.conversation.slug])}?deleted=1")


def named(request: ParticipantRequest) -> tuple[Kind, UUID]:
    """The contribution that a form names. Raises NotFound for anything that is none."""
    try:
        return Kind(request.POST.get("kind", "")), UUID(request.POST.get("post", ""))
    except ValueError as reason:
        raise NotFound from reason


def _changeable(request: ParticipantRequest, kind: Kind, contribution: UUID) -> OwnText:
    """Raises NotFound for somebody else's, TooLateToChange."""
    own = _own(request, kind, contribution)
    if not own.can_change:
        raise TooLateToChange
    return own


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
        "id": request.POST["post"],
        "typed": typed,
        "hints": hints or [],
        "trouble": trouble,
        "most": MOST_CHARACTERS[kind],
    }
    return render(request, "conversations/change.html", context, status=status)
