"""The texts of an organisation's pages: written as a draft, looked at, published, or back to what is shipped."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from conversations.models import PageCode
from conversations.queries import pages as queries
from conversations.queries import preparing
from conversations.services.pages import MOST_CHARACTERS_OF_PAGE
from conversations.services.preparing import page_texts as service
from kernel import languages
from kernel.errors import DomainError, NotFound
from tenants.auth import ClientRequest, in_organisation
from tenants.models import Role


@require_GET
@in_organisation(Role.OPERATOR, Role.FACILITATOR)
def listed(request: ClientRequest) -> HttpResponse:
    """Each page in each language, and whose text it is."""
    context = {
        "pages": queries.standings([code for code, _name in settings.LANGUAGES]),
        "languages": languages.offered(),
    }
    return render(request, "conversations/console/pages.html", context)


@in_organisation(Role.OPERATOR, Role.FACILITATOR)
def page(request: ClientRequest, code: str, language: str) -> HttpResponse:
    """One text in one language."""
    known = queries.page_code(code)
    if language not in dict(settings.LANGUAGES):
        raise NotFound
    text, refused = request.POST.get("page", ""), None
    if request.method == "POST":
        try:
            said = _do(request, known, language)
        except NotFound:
            raise
        except DomainError as refusal:
            refused = refusal
        else:
            messages.success(request, said)
            return HttpResponseRedirect(
                reverse("console_page", args=[request.client.pk, known.value, language])
            )
    standing = queries.standing_of(known, language)
    context = {
        "page": standing,
        "text": text if refused else standing.draft or standing.published,
        "problem": refused.sentence if refused else "",
        "most": MOST_CHARACTERS_OF_PAGE,
        "languages": languages.offered(),
        "placeholders": sorted(queries.PLACEHOLDERS),
        "projects": preparing.projects(),
    }
    status = refused.status if refused else 200
    return render(request, "conversations/console/page.html", context, status=status)


def _do(request: ClientRequest, code: PageCode, language: str) -> str:
    """Raises NotFound for an act there is not, and what the services raise."""
    act, text = request.POST.get("act", ""), request.POST.get("page", "")
    which: dict[str, Any] = {"by": request.staff, "code": code, "language": language}
    if act == "draft":
        service.keep_draft(**which, text=text)
        return "Kept as a draft. Nobody but us sees it."
    if act == "publish":
        service.publish(**which, text=text)
        return "Published."
    if act == "drop":
        service.drop_draft(**which)
        return "The draft is gone; what is published stays."
    if act == "reset":
        service.reset(**which)
        return "Back to the text we ship."
    raise NotFound
