from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from kernel.errors import Unavailable
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
        states = {"database": _database_answers(), "valkey": _valkey_answers()}
        response = JsonResponse({name: "up" if up else "down" for name, up in states.items()})
        response.status_code = 200 if all(states.values()) else 503
        response["Cache-Control"] = "no-store"
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


def _database_answers() -> bool:
    connection = connections["default"]
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return connection.is_usable()


def _valkey_answers() -> bool:
    try:
        with answering():
            return bool(web_client().ping())
    except Unavailable:
        return False
