"""Reporting an idea or a comment to the facilitators."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.models import Reason
from conversations.models.report import MOST_CHARACTERS_OF_REPORT
from conversations.permissions import REPORTS
from conversations.queries import ideas
from conversations.services import reporting
from kernel import limits
from kernel.errors import DomainError, NotFound
from privacy.anonymity import Kind


@auth.signed_in
def report_idea(request: ParticipantRequest, idea: UUID) -> HttpResponse:
    session = request.participant
    card, _question = ideas.idea_at(request.conversation, idea, by=session.ticket, known=session.ideas)
    return _report(request, Kind.IDEA, idea, about=card.text, idea=idea)


@auth.signed_in
def report_comment(request: ParticipantRequest, comment: UUID) -> HttpResponse:
    found = ideas.comment_at(request.conversation, comment, area=request.participant.ticket.area)
    if found is None:
        raise NotFound
    return _report(request, Kind.COMMENT, comment, about=found.text, idea=found.idea)


def _report(
    request: ParticipantRequest, kind: Kind, contribution: UUID, *, about: str, idea: UUID
) -> HttpResponse:
    """The form, and what it sends; afterwards back to the idea."""
    back = reverse("idea", args=[request.conversation.slug, idea])
    reason, words = request.POST.get("reason", ""), request.POST.get("text", "")
    context: dict[str, object] = {
        "about": about,
        "back": back,
        "reasons": Reason.choices,
        "most": MOST_CHARACTERS_OF_REPORT,
        "reason": reason,
        "typed": words,
        "trouble": None,
    }
    if request.method != "POST":
        return render(request, "conversations/report.html", context)
    try:
        limits.count(what="report", who=request.seat, rate=REPORTS, today=timezone.localdate())
        reporting.report_contribution(
            conversation=request.conversation,
            kind=kind,
            contribution=contribution,
            by=request.participant.ticket,
            reason=reason,
            words=words,
            at=timezone.now(),
        )
    except DomainError as refusal:
        context["trouble"] = refusal.sentence
        return render(request, "conversations/report.html", context, status=refusal.status)
    return HttpResponseRedirect(f"{back}?reported=1")
