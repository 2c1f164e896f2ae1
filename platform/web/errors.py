"""Every refusal as a page: what happened, what to do next, and nothing typed is lost."""

from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from redis.exceptions import ConnectionError as ValkeyAway
from redis.exceptions import TimeoutError as ValkeySilent

from kernel.errors import DomainError, NotFound, Unavailable
from kernel.postgresql.base import WrongPlace
from kernel.valkey import ValkeyDown
from web.api.problems import is_for_programs, problem

_MOST_KEPT = 10_000


class FormExpired(DomainError):
    code = "form_expired"
    status = 403
    message = _(
        "This page was open for too long, or cookies are switched off. Go back, reload it, and try again."
    )


class Broken(Unavailable):
    """A fault of ours. Nothing about it is shown."""

    code = "broken"
    status = 500
    message = _(
        "Something went wrong on our side. What was posted before is safe. Please try again in a minute."
    )


def refusal_page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The page for a refusal; for htmx a message that leaves the page as it is; for a program a problem."""
    if is_for_programs(request):
        return problem(refusal)
    partial = request.headers.get("HX-Request") == "true"
    typed = request.POST.get("text", "")[:_MOST_KEPT] if request.method == "POST" else ""
    context = {"refusal": refusal, "typed": typed}
    is_console = getattr(request, "urlconf", None) == settings.CONSOLE_URLCONF
    whole = "web/console_refusal.html" if is_console else "web/refusal.html"
    template = "web/_toast.html" if partial else whole
    response = HttpResponse(render_to_string(template, context, request), status=refusal.status)
    if partial:
        response["HX-Retarget"] = "#toasts"
        response["HX-Reswap"] = "innerHTML"
    if isinstance(refusal, Unavailable):
        response["Retry-After"] = "60"
    return response


class RefusalsMiddleware:
    """Turns what views refuse, and what does not answer, into pages. The innermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return refusal_page(request, exception)
        if isinstance(exception, ValkeyAway | ValkeySilent):
            return refusal_page(request, ValkeyDown())
        if isinstance(exception, OperationalError | InterfaceError | WrongPlace):
            return refusal_page(request, Unavailable())
        return None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    return refusal_page(request, NotFound())


def broken(request: HttpRequest) -> HttpResponse:
    return refusal_page(request, Broken())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    return refusal_page(request, NotFound())


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  (Django's signature)
    return refusal_page(request, FormExpired())
