"""The survey before access. Its answers go to the vault; nothing else of the product ever sees them."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from conversations import auth
from conversations.auth import ParticipantRequest
from conversations.queries import surveys as survey_queries
from conversations.services import leaving, surveys
from conversations.services.surveys import AreaMissing


@auth.at_the_door
@auth.until_complete
def survey(request: ParticipantRequest) -> HttpResponse:
    """Ask, or take the answers; "skip" takes none of them."""
    asked = survey_queries.survey_of(request.conversation)
    by = request.participant.ticket
    if request.method != "POST":
        held = leaving.held_about(request.conversation, by)
        context = {"survey": asked, "given": {**held.dimensions, **held.answers}, "area": by.area}
        return render(request, "conversations/survey.html", {**context, "trouble": None, "held": held})
    is_skipped = "skip" in request.POST
    given = {} if is_skipped else {q.code: request.POST.get(f"q-{q.code}", "") for q in asked.questions}
    try:
        ticket = surveys.answer_survey(
            conversation=request.conversation,
            survey=asked,
            by=by,
            answers=given,
            area=request.POST.get("area", ""),
        )
    except AreaMissing as refusal:
        context = {
            "survey": asked,
            "given": given,
            "area": by.area,
            "trouble": refusal.sentence,
            "held": None,
        }
        return render(request, "conversations/survey.html", context, status=refusal.status)
    response = HttpResponseRedirect(reverse("home", args=[request.conversation.slug]))
    auth.renew(request, response, ticket)
    return response
