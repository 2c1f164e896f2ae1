from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from kernel.errors import NotFound

_A_YEAR = 365 * 24 * 60 * 60


def components(request: HttpRequest) -> HttpResponse:
    """The gallery: every component in every state. In demonstrations only."""
    return render(request, "web/gallery.html")


def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """
    Remember a language in this browser and go back to the page the switch stood on.

    A link and no form, so that a page without a form needs no token and no cookie for it; all that
    somebody else's link to it can do is change the language. Raises NotFound for one we do not offer.
    """
    if language not in dict(settings.LANGUAGES):
        raise NotFound
    back = request.GET.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = HttpResponseRedirect(back if is_ours else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=_A_YEAR,
        secure=not settings.PLAIN_HTTP,
        httponly=True,
        samesite="Lax",
    )
    return response
