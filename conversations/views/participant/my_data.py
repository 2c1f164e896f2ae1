"""My data: what is held, who can see it, until when; download it, go, or go and take everything along."""

from datetime import datetime

import msgspec
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conversations import auth
from conversations.auth import ConversationRequest, ParticipantRequest
from conversations.models import Conversation
from conversations.permissions import TRIES_PER_NETWORK
from conversations.queries import surveys
from conversations.services import leaving
from conversations.views.participant.door import count_by_network
from conversations.views.participant.today import today_for
from privacy import anonymity
from privacy.vault.interface import vault
from privacy.vault.refusals import UnknownReference
from privacy.vault.shapes import Contributions

_DOWNLOAD = "my-data.json"


@auth.at_the_door
def my_data(request: ParticipantRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "held": leaving.held_about(request.conversation, request.participant.ticket),
        "survey": surveys.survey_of(request.conversation),
        "days_left": _days_left(request.conversation, at=now),
        "now": now,
        "elsewhere": auth.signed_in_elsewhere(request),
    }
    return render(request, "conversations/my_data.html", context)


@require_POST
@auth.at_the_door
@auth.newly_signed_in
def sign_out_elsewhere(request: ParticipantRequest) -> HttpResponse:
    """Every other browser and program of this person's is out of this conversation."""
    auth.sign_out_elsewhere(request)
    return HttpResponseRedirect(reverse("my_data", args=[request.conversation.slug]))


@require_POST
@auth.at_the_door
def letters(request: ParticipantRequest) -> HttpResponse:
    """Stop reminders and news, or have them again."""
    vault().set_letters(
        conversation=request.conversation.pk,
        proof=anonymity.prove(request.participant.ticket, "set_letters"),
        wanted=request.POST.get("wanted") == "yes",
    )
    return HttpResponseRedirect(reverse("my_data", args=[request.conversation.slug]))


@require_POST
@auth.at_the_door
def download(request: ParticipantRequest) -> HttpResponse:
    """Everything as one file, made in this moment and kept nowhere."""
    found = leaving.everything_about(
        request.conversation,
        request.participant.ticket,
        today=today_for(request)["today"],
        at=timezone.now(),
    )
    body = msgspec.json.format(msgspec.json.encode(found), indent=2)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_DOWNLOAD}"'
    return response


@auth.at_the_door
def leave(request: ParticipantRequest) -> HttpResponse:
    """Choose what becomes of the contributions, and go. What follows is said on the page that answers."""
    chosen = request.POST.get("contributions", "")
    is_known = chosen in set(Contributions)
    if request.method != "POST" or not is_known or "confirm" not in request.POST:
        context = {"chosen": chosen, "trouble": None}
        if request.method == "POST":
            context["trouble"] = "contributions" if not is_known else "confirm"
        status = 422 if request.method == "POST" else 200
        return render(request, "conversations/leave.html", context, status=status)
    done = leaving.leave_conversation(
        conversation=request.conversation,
        by=request.participant.ticket,
        contributions=Contributions(chosen),
        at=timezone.now(),
    )
    request.participant = None  # type: ignore[assignment]  # from here on nobody is signed in
    response = render(
        request,
        "conversations/left.html",
        {
            "reference": done.reference,
            "number": done.number,
            "state": "waiting",
            "typed": "",
            "trouble": None,
        },
    )
    auth.sign_out(request, response)
    return response


@auth.in_conversation
def left(request: ConversationRequest) -> HttpResponse:
    """How far a leaving is, for somebody who noted its number."""
    typed = request.POST.get("reference", "").strip().upper()
    context: dict[str, object] = {
        "reference": None,
        "number": None,
        "state": None,
        "typed": typed,
        "trouble": None,
    }
    if request.method != "POST":
        return render(request, "conversations/left.html", context)
    count_by_network(request, "leaving asked", TRIES_PER_NETWORK)
    try:
        context |= {
            "reference": typed,
            "state": vault().departure(conversation=request.conversation.pk, reference=typed[:20]),
        }
    except UnknownReference as refusal:
        return render(
            request, "conversations/left.html", {**context, "trouble": refusal.sentence}, status=422
        )
    return render(request, "conversations/left.html", context)


def _days_left(conversation: Conversation, *, at: datetime) -> int:
    """Days until nothing about anybody exists any more, by the conversation's own calendar."""
    if conversation.gone_by is None:
        return 0
    return max(
        (
            conversation.gone_by.astimezone(conversation.zone).date()
            - at.astimezone(conversation.zone).date()
        ).days,
        0,
    )
