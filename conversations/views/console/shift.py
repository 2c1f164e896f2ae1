"""What facilitators write for each other: saved replies, and notes for the next shift."""

from uuid import UUID, uuid4

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from conversations.models.queue import MOST_CHARACTERS_OF_HANDOVER, MOST_CHARACTERS_OF_REPLY
from conversations.queries import queue
from conversations.services.queue import words
from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError
from kernel.text import uuid_of
from tenants.models import Role
from tenants.queries.staff import names

_LONGEST_NUMBER = 18


@in_project(Role.FACILITATOR)
def replies(request: ProjectRequest) -> HttpResponse:
    """All saved replies of the organisation, each in a form to change it, and an empty one."""
    trouble, status, given = None, 200, request.POST
    reply = uuid_of(given.get("reply", ""))
    if request.method == "POST":
        try:
            _change_reply(request, reply or uuid4())
        except DomainError as refusal:
            trouble, status = refusal.sentence, refusal.status
        else:
            here = reverse("console_replies", args=[request.client.pk, request.conversation.pk])
            return HttpResponseRedirect(f"{here}?saved=1")
    context = {
        "replies": queue.saved_replies(),
        "new": uuid4(),
        "trouble": trouble,
        "typed": {"reply": reply, "title": given.get("title", ""), "text": given.get("text", "")},
        "most": MOST_CHARACTERS_OF_REPLY,
        "most_title": words.MOST_CHARACTERS_OF_TITLE,
    }
    return render(request, "conversations/console/replies.html", context, status=status)


def _change_reply(request: ProjectRequest, reply: UUID) -> None:
    given = request.POST
    if given.get("what") == "delete":
        words.delete_reply(reply=reply, by=request.staff)
    else:
        words.save_reply(
            reply=reply, title=given.get("title", ""), text=given.get("text", ""), by=request.staff
        )


@in_project(Role.FACILITATOR)
def handover(request: ProjectRequest) -> HttpResponse:
    """The log of the shifts, the newest note first, and a form for another."""
    trouble, status, given = None, 200, request.POST
    if request.method == "POST":
        try:
            words.hand_over(
                conversation=request.conversation,
                form=uuid_of(given.get("form", "")) or uuid4(),
                text=given.get("text", ""),
                by=request.staff,
                at=timezone.now(),
            )
        except DomainError as refusal:
            trouble, status = refusal.sentence, refusal.status
        else:
            here = reverse("console_handover", args=[request.client.pk, request.conversation.pk])
            return HttpResponseRedirect(f"{here}?saved=1")
    before = request.GET.get("before", "")
    is_number = before.isdecimal() and len(before) <= _LONGEST_NUMBER
    notes = queue.handover_notes(request.conversation, before=int(before) if is_number else None)
    context = {
        "notes": notes[: queue.PAGE],
        "before": notes[queue.PAGE - 1].pk if len(notes) > queue.PAGE else None,
        "names": names(note.by for note in notes),
        "form_id": given.get("form") or uuid4(),
        "typed": given.get("text", "") if trouble else "",
        "trouble": trouble,
        "most": MOST_CHARACTERS_OF_HANDOVER,
        "today": timezone.now().astimezone(request.conversation.zone).date(),
    }
    return render(request, "conversations/console/handover.html", context, status=status)
