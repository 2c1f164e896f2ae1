"""The organisation's own texts: tried out, kept as a draft, published. What participants rely on is only read here."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from markupsafe import Markup

from conversations.models import PageCode
from conversations.queries import pages as queries
from conversations.queries import preparing
from conversations.queries.pages import PageText
from conversations.services.pages import MOST_CHARACTERS_OF_PAGE
from conversations.services.preparing import page_texts as service
from conversations.views.console.preview import as_if_open
from conversations.views.participant.texts import filled
from kernel import languages
from kernel.errors import DomainError, NotFound
from tenants.auth import PortalRequest, client_only
from web.markdown import rendered

# Where the links of a preview lead.
_NOWHERE = "#preview"


@require_GET
@client_only
def listed(request: PortalRequest) -> HttpResponse:
    """Each page in each language, and whose text it is."""
    context = {
        "pages": queries.standings([code for code, _name in settings.LANGUAGES]),
        "languages": languages.offered(),
        "is_theirs": service.is_theirs,
    }
    return render(request, "portal/pages.html", context)


@client_only
def page(request: PortalRequest, code: str, language: str) -> HttpResponse:
    """One text in one language, with how it will be read."""
    known = queries.page_code(code)
    if language not in dict(settings.LANGUAGES):
        raise NotFound
    refused: DomainError | None = None
    if request.method == "POST" and request.POST.get("act") != "look":
        try:
            messages.success(request, _do(request, known, language))
        except NotFound:
            raise
        except DomainError as refusal:
            refused = refusal
        else:
            return HttpResponseRedirect(reverse("portal_page", args=[known.value, language]))
    standing = queries.standing_of(known, language)
    text = request.POST.get("page", standing.draft or standing.published)
    context = {
        "page": standing,
        "text": text,
        "shown": _as_read(request, text, language),
        "is_theirs": service.is_theirs(known),
        "problem": refused.sentence if refused else "",
        "most": MOST_CHARACTERS_OF_PAGE,
        "languages": languages.offered(),
        "passages": service.passages_of(known, language),
        "placeholders": sorted(queries.PLACEHOLDERS - set(queries.PASSAGES)),
    }
    return render(request, "portal/page.html", context, status=refused.status if refused else 200)


def _as_read(request: PortalRequest, text: str, language: str) -> Markup:
    """What participants of the newest conversation would read; where there is none, the text by itself."""
    newest = next(iter(reversed(preparing.projects())), None)
    if newest is not None:
        shown, _now = as_if_open(newest)
        words = PageText(text, language, is_own=True)
        text = filled(
            words, conversation=shown, organisation=request.organisation.name, way=lambda *_asked: _NOWHERE
        )
    return rendered(text).html


def _do(request: PortalRequest, code: PageCode, language: str) -> str:
    """Raises NotFound for an act there is not, and what the services raise."""
    act, text = request.POST.get("act", ""), request.POST.get("page", "")
    which: dict[str, Any] = {"by": request.client_user, "code": code, "language": language}
    if act == "draft":
        service.keep_draft(**which, text=text)
        return _("Kept as a draft. Participants do not see it.")
    if act == "publish":
        service.publish(**which, text=text)
        return _("Published. Participants read it now.")
    if act == "drop":
        service.drop_draft(**which)
        return _("The draft is gone; what is published stays.")
    if act == "reset":
        service.reset(**which)
        return _("Back to the text we ship.")
    raise NotFound
