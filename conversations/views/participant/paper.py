"""The paper form of a conversation, for whoever would rather write by hand."""

import json
from pathlib import Path

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conversations import auth
from conversations.auth import ConversationRequest
from conversations.models import Stream
from conversations.queries import conversations
from kernel.errors import NotFound
from kernel.remembered import Remembered
from tenants.branding.palette import palette
from tenants.branding.queries import branding
from web import typeset
from web.dates import moment

_TEMPLATE = Path(__file__).resolve().parents[2] / "texts" / "paper-form.typ"
# By tenant and all that the form says, so that a changed question shows at once.
_forms: Remembered[tuple[str, str], bytes] = Remembered(seconds=600, most=50)


@auth.in_conversation
def paper_form(request: ConversationRequest) -> HttpResponse:
    """
    Public within the organisation, like the welcome page: it holds the questions and no answer.

    Raises NotFound once the conversation is complete.
    """
    if request.conversation.is_complete(at=timezone.now()):
        raise NotFound
    areas, asked = conversations.asked_on_paper(request.conversation)
    data = _data(request, areas, asked)
    key = (request.organisation.tenant.schema_name, json.dumps(data))
    made = _forms.get(key, lambda: typeset.pdf(_TEMPLATE, data))
    response = HttpResponse(made, content_type="application/pdf")
    name = f"{request.conversation.slug}-paper-form.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _data(request: ConversationRequest, areas: list[str], asked: list[Stream]) -> dict[str, object]:
    conversation, organisation = request.conversation, request.organisation.name
    colours = palette(branding().brand_colour)
    language, _dash, region = get_language().partition("-")
    return {
        "title": _("%(conversation)s: paper form") % {"conversation": conversation.name},
        "language": language,
        "region": region or None,
        "organisation": organisation,
        "conversation": conversation.name,
        "colour": colours.accent,
        "band": colours.band,
        "on_band": colours.on_band,
        "areas": areas if len(areas) > 1 else [],
        "questions": [{"question": stream.question, "context": stream.context} for stream in asked],
        "words": _words(request),
    }


def _words(request: ConversationRequest) -> dict[str, object]:
    """What the form says in our own words, in the language of the page."""
    conversation = request.conversation
    assert conversation.closes_at is not None  # noqa: S101  (only conversations with dates have pages)
    closes = moment(conversation.closes_at.astimezone(conversation.zone))
    site = request.build_absolute_uri(reverse("home", args=[conversation.slug]))
    return {
        "welcome": _("Say what you really think. Answer as many questions as you like, in any language."),
        "before": _("Before you write"),
        "rules": [
            _("Please do not write your name, nor anybody else's. This form is anonymous."),
            _("Write about the matter and not about a person. Abuse is not shown."),
            _("Several ideas on one question? Leave a line free between them: each is entered by itself."),
            _(
                "We type in what you write. Others then read it in the conversation, marked “From a paper form”,"
                " and it is analysed like everything else. Nothing leads back to you, so nobody can reply to you alone."
            ),
            _("Hand it in before the conversation closes: %(closes)s.") % {"closes": closes},
        ],
        "where": _("Where to hand it in"),
        "hand_in": _("If nothing is written here, ask whoever gave you this form."),
        "area": _("Which of these do you belong to? Tick one."),
        "foot": _("Anonymous. Please do not write your name."),
        "page": _("Page {here} of {last}"),
        "thanks": _(
            "Thank you. If writing this has stirred something up, Samaritans listen day and night, free, on"
            " 116 123. Read what others say: %(site)s"
        )
        % {"site": site},
    }
