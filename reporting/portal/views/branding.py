"""How the organisation's site looks, tried out before everybody sees it."""

import base64

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kernel.errors import DomainError, NotFound
from tenants.auth import PortalRequest, client_only
from tenants.branding import queries, services
from tenants.branding.logos import Logo
from tenants.branding.palette import palette, readings
from tenants.services import branding as service
from tenants.views.console.uploads import logo_from

# A logo that was chosen and not saved yet, with its digest: shown in the preview, and taken when it is saved.
_TRIED = "tried_logo"


@client_only
def branding(request: PortalRequest) -> HttpResponse:
    """Colour, logo and the sentence of the front page. One button shows them, another saves them."""
    kept = queries.branding()
    typed = {"colour": kept.brand_colour, "welcome": kept.welcome}
    problem: DomainError | None = None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        try:
            _try_logo(request)
            if "look" not in request.POST:
                return _saved(request, typed)
        except DomainError as refusal:
            problem = refusal
    else:
        request.session.pop(_TRIED, None)
    without_logo = "without_logo" in request.POST
    context = {
        "typed": typed,
        "problem": problem.sentence if problem else "",
        "field": "logo" if problem and problem.code.startswith("logo") else "colour",
        "is_tried": request.method == "POST" and problem is None,
        "logo": kept.logo,
        "shown_logo": _shown_logo(request, "" if without_logo else kept.logo),
        "without_logo": without_logo,
        "most_words": services.LONGEST_WELCOME,
        **_colours(typed["colour"]),
    }
    return render(request, "portal/branding.html", context, status=problem.status if problem else 200)


@require_GET
@client_only
def tried_logo(request: PortalRequest, digest: str) -> HttpResponse:
    """The logo of the preview, for whoever chose it. Raises NotFound."""
    tried = _tried(request)
    if tried is None or tried.digest != digest:
        raise NotFound
    return HttpResponse(tried.png, content_type="image/png")


def _saved(request: PortalRequest, typed: dict[str, str]) -> HttpResponse:
    service.change_own_look(
        by=request.client_user,
        brand_colour=typed["colour"],
        welcome=typed["welcome"],
        logo=_tried(request),
        without_logo="without_logo" in request.POST,
    )
    request.session.pop(_TRIED, None)
    messages.success(request, _("Saved. The site shows it within half a minute."))
    return HttpResponseRedirect(reverse("portal_branding"))


def _try_logo(request: PortalRequest) -> None:
    """Keeps a logo that came with the form. Raises LogoRefused."""
    if "without_logo" in request.POST:
        request.session.pop(_TRIED, None)
        return
    logo = logo_from(request)
    if logo is not None:
        request.session[_TRIED] = {"digest": logo.digest, "png": base64.b64encode(logo.png).decode()}


def _tried(request: PortalRequest) -> Logo | None:
    kept = request.session.get(_TRIED)
    return Logo(png=base64.b64decode(kept["png"]), digest=kept["digest"]) if kept else None


def _shown_logo(request: PortalRequest, kept: str) -> str:
    """The address of the logo in the preview; empty where the first letter of the name stands."""
    tried = _tried(request)
    if tried is not None:
        return reverse("portal_tried_logo", args=[tried.digest])
    return reverse("logo", args=[kept]) if kept else ""


def _colours(colour: str) -> dict[str, object]:
    """What becomes of the colour, and in place of it a sentence where it is none."""
    try:
        return {"readings": readings(colour), "palette": palette(colour), "colour_said": ""}
    except DomainError as refusal:
        return {"readings": [], "palette": None, "colour_said": refusal.sentence}
