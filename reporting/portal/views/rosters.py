"""Bringing people in from the organisation's side: a file, what it would bring, and taking it in. It shows no address."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import rosters as roster_queries
from conversations.views import rosters as pages
from kernel.languages import number
from privacy.vault.shapes import Meaning
from reporting.portal.views.door import ConversationRequest, about_conversation

# What a column can be chosen to hold, in words.
_MEANINGS = {
    Meaning.EMAIL: gettext_lazy("E-mail address"),
    Meaning.PHONE: gettext_lazy("Telephone number"),
    Meaning.REFERENCE: gettext_lazy("Their own number (to find them again)"),
    Meaning.AREA: gettext_lazy("Area"),
    Meaning.BY_TEXT: gettext_lazy("Agreed to text messages (yes or no)"),
    Meaning.DIMENSION: gettext_lazy("Group, such as team or grade"),
    Meaning.NOTHING: gettext_lazy("Leave out"),
}


@require_GET
@about_conversation
def roster(request: ConversationRequest) -> HttpResponse:
    return _roster_page(request)


@require_POST
@about_conversation
def upload(request: ConversationRequest) -> HttpResponse:
    return pages.upload(_side(request))


@require_GET
@about_conversation
def bringing_in(request: ConversationRequest) -> HttpResponse:
    return pages.bringing_in(_side(request))


@require_POST
@about_conversation
def columns(request: ConversationRequest) -> HttpResponse:
    return pages.columns(_side(request))


@require_POST
@about_conversation
def groups(request: ConversationRequest) -> HttpResponse:
    return pages.groups(_side(request))


@require_POST
@about_conversation
def confirm(request: ConversationRequest) -> HttpResponse:
    return pages.confirm(_side(request))


@require_POST
@about_conversation
def discard(request: ConversationRequest) -> HttpResponse:
    return pages.discard(_side(request))


@require_GET
@about_conversation
def troubles(request: ConversationRequest) -> HttpResponse:
    found = roster_queries.import_of(request.conversation).report
    left = found.more_troubles
    more = _("There are %(count)s more.") % {"count": number(left)} if left else ""
    return pages.troubles_table(found, headings=[_("Row"), _("Column"), _("What to put right")], more=more)


def _roster_page(request: ConversationRequest, problem: str = "") -> HttpResponse:
    upload = roster_queries.upload_of(request.conversation)
    context = {
        "standing": roster_queries.population_standing(request.conversation),
        "upload": upload if upload and not upload.is_done else None,
        "has_closed": request.conversation.has_closed(at=timezone.now()),
        "problem": problem,
    }
    return render(request, "portal/roster.html", context, status=422 if problem else 200)


def _side(request: ConversationRequest) -> pages.Side:
    return pages.Side(
        request=request,
        conversation=request.conversation,
        by=request.client_user,
        start=_address(request, "portal_roster"),
        steps=_address(request, "portal_import"),
        templates="portal",
        meanings=_MEANINGS,
        start_page=lambda problem: _roster_page(request, problem),
    )


def _address(request: ConversationRequest, name: str) -> str:
    return reverse(name, args=[request.conversation.slug])
