import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import structlog
from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from kernel import metrics, telemetry
from kernel.errors import Unavailable
from kernel.tenancy import control_plane
from kernel.valkey import answering, web_client

_VARY = "Cookie, Accept-Language"
Next = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """`/healthz` on every host, before any host is looked at: says what answers, and names nobody."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != "/healthz":
            return self.get_response(request)
        states = {"database": database_answers(), "valkey": valkey_answers()}
        response = JsonResponse({name: "up" if up else "down" for name, up in states.items()})
        response.status_code = 200 if all(states.values()) else 503
        response["Cache-Control"] = "no-store"
        return response


class WatchedMiddleware:
    """
    Counts and times requests, and gives a random name to those that may have one in the logs.

    None is given to what somebody writes on a site, where a name beside a time would be a trail; nor is one
    taken from a proxy or sent back, because a proxy's log holds addresses.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        site = _site_of(request)
        may_be_named = site == "console" or request.method in {"GET", "HEAD", "OPTIONS"}
        request.reference = secrets.token_hex(8) if may_be_named else ""  # type: ignore[attr-defined]  # ours
        named = {"request": request.reference} if may_be_named else {}  # type: ignore[attr-defined]  # ours
        with structlog.contextvars.bound_contextvars(**named), _traced(site):
            response = self.get_response(request)
        outcome = (
            "failed"
            if response.status_code >= 500
            else "refused"
            if response.status_code >= 400
            else "served"
        )
        metrics.note_request(site, outcome, time.perf_counter() - began)
        return response


class HeadersMiddleware:
    """Gives every page the headers of PAGE_HEADERS, unless its view gave it others."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.headers = dict(settings.PAGE_HEADERS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


class LanguageMiddleware:
    """Answers in the language that was chosen with the switch, or else in one the browser asks for."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = self.get_response(request)
        # Colours and files are the same in every language, and are kept by browsers as one.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", language)
            if response.headers.get("Vary", "Cookie") == "Cookie":
                response.headers["Vary"] = _VARY
            else:
                patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def _site_of(request: HttpRequest) -> str:
    host = request.META.get("HTTP_HOST", "").split(":")[0].lower()
    if host == settings.CONSOLE_HOST:
        return "console"
    return "base" if host == settings.BASE_DOMAIN.split(":")[0] else "organisation"


def _traced(site: str) -> AbstractContextManager[None]:
    return telemetry.span(f"request {site}") if site == "console" else nullcontext()


def database_answers() -> bool:
    connection = connections["default"]
    try:
        # The first connection of a process asks for the server's version, and that needs a place.
        with control_plane():
            connection.ensure_connection()
    except DatabaseError:
        return False
    return connection.is_usable()


def valkey_answers() -> bool:
    try:
        with answering():
            return bool(web_client().ping())
    except Unavailable:
        return False
