"""
Messages about one's own contributions: read them, answer, come forward for one of them.

No address here carries an id: what somebody does about their own posts stands in no log of a network.
"""

from uuid import UUID, uuid4

import structlog
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.models.thread import MOST_CHARACTERS_OF_MESSAGE
from conversations.permissions import MESSAGES
from conversations.queries import own
from conversations.services import threads
from conversations.services.threads import MOST_CHARACTERS_OF_NAME, NoThread, OwnContribution
from conversations.views.participant.changing import named
from conversations.views.participant.today import today_for
from kernel import limits
from kernel.errors import DomainError, Unavailable
from privacy import anonymity
from privacy.vault.interface import vault

log = structlog.get_logger("conversations.inbox")


@auth.signed_in
def inbox(request: ParticipantRequest) -> HttpResponse:
    return _show(request)


@require_POST
@auth.signed_in
def answer(request: ParticipantRequest) -> HttpResponse:
    contribution = _named(request)
    try:
        _count(request)
        threads.answer(
            to=contribution,
            form=request.POST.get("form", ""),
            text=request.POST.get("text", ""),
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _show(request, about=contribution.id, trouble=refusal.sentence, status=refusal.status)
    return HttpResponseRedirect(f"{reverse('inbox', args=[request.conversation.slug])}?answered=1")


@require_POST
@auth.signed_in
def come_forward(request: ParticipantRequest) -> HttpResponse:
    """Three steps on one address: type the name, see exactly what will be shown, confirm."""
    contribution = _named(request)
    thread = own.thread_on(request.conversation, request.participant.ticket.secret, contribution.id)
    if thread is None:
        raise NoThread
    name, contact = request.POST.get("name", "").strip(), request.POST.get("contact", "").strip()
    context = {"thread": thread, "name": name, "contact": contact, "trouble": None}
    context |= {"most": MOST_CHARACTERS_OF_NAME, "step": "write"}
    if "confirm" in request.POST or "preview" in request.POST:
        try:
            _count(request)
            if "confirm" in request.POST:
                threads.come_forward(on=contribution, name=name, contact=contact, at=timezone.now())
                return HttpResponseRedirect(f"{reverse('inbox', args=[request.conversation.slug])}?forward=1")
            threads.checked_name(name, contact)
            context["step"] = "preview"
        except DomainError as refusal:
            context["trouble"] = refusal.sentence
            return render(request, "conversations/come_forward.html", context, status=refusal.status)
    return render(request, "conversations/come_forward.html", context)


def _named(request: ParticipantRequest) -> OwnContribution:
    kind, contribution = named(request)
    return OwnContribution(request.conversation, kind, contribution, request.participant.ticket)


def _show(
    request: ParticipantRequest, *, about: UUID | None = None, trouble: str | None = None, status: int = 200
) -> HttpResponse:
    ticket = request.participant.ticket
    found = own.threads(request.conversation, ticket.secret)
    if found:
        _note_looking(request)
    context = {
        "threads": found,
        "about": about,
        "trouble": trouble,
        "typed": request.POST.get("text", ""),
        "form_id": uuid4(),
        "most": MOST_CHARACTERS_OF_MESSAGE,
        **today_for(request),
    }
    return render(request, "conversations/inbox.html", context, status=status)


def _note_looking(request: ParticipantRequest) -> None:
    """Nothing waits any more. Where the vault is away, the messages are read all the same."""
    try:
        vault().look(
            conversation=request.conversation.pk, proof=anonymity.prove(request.participant.ticket, "look")
        )
    except Unavailable:
        log.warning("looking_not_noted")


def _count(request: ParticipantRequest) -> None:
    limits.count(what="message", who=request.seat, rate=MESSAGES, today=timezone.localdate())
