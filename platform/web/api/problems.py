"""
Refusals as programs read them (RFC 9457): the same codes, and the same one plain sentence as on pages.

Nothing else of a fault is ever said, and nothing of what was sent comes back.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from redis.exceptions import ConnectionError as ValkeyAway
from redis.exceptions import TimeoutError as ValkeySilent
from rest_framework.exceptions import APIException, ValidationError

from kernel.errors import DomainError, NotFound, TooMany, Unavailable
from kernel.postgresql.base import WrongPlace
from kernel.valkey import ValkeyDown

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
_TYPES = "/api/v1/problems/"


class TokenRefused(DomainError):
    """None, one that ended, or one for another place: nobody learns which."""

    code = "token_refused"
    status = 401
    message = _("Send a token that is still good here: “Authorization: Bearer” and the token.")


class ScopeMissing(DomainError):
    code = "scope_missing"
    status = 403
    message = _("This token was made for less than this. Make one with the scope that is needed.")


class InputNotReadable(DomainError):
    """What was sent is not what the schema describes. `field` is where, empty for the whole."""

    code = "input_not_readable"
    status = 422
    message = _("What was sent does not fit the description of this address. Compare it with the schema.")

    def __init__(self, field: str = "") -> None:
        super().__init__()
        self.field = field


class InputTooLarge(DomainError):
    code = "input_too_large"
    status = 413
    message = _("What was sent is larger than anything that is taken here. Send less at once.")


class NotJson(DomainError):
    code = "not_json"
    status = 415
    message = _("Send JSON, with “Content-Type: application/json”.")


class NotDoneHere(DomainError):
    code = "method_not_allowed"
    status = 405
    message = _("This address does not take that method. Look it up in the schema.")


_OF_STATUS: Mapping[int, type[DomainError]] = {
    401: TokenRefused,
    404: NotFound,
    405: NotDoneHere,
    415: NotJson,
}

_OF_KIND: list[tuple[tuple[type[Exception], ...], type[DomainError]]] = [
    ((Http404,), NotFound),
    ((PermissionDenied,), ScopeMissing),
    ((ValkeyAway, ValkeySilent), ValkeyDown),
    ((OperationalError, InterfaceError, WrongPlace), Unavailable),
]


def is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIX)


def problem(refusal: DomainError) -> HttpResponse:
    body: dict[str, Any] = {
        "type": f"{_TYPES}{refusal.code}",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.sentence,
    }
    if isinstance(refusal, InputNotReadable) and refusal.field:
        body["field"] = refusal.field
    response = JsonResponse(body, status=refusal.status, content_type=MEDIA_TYPE)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, Unavailable):
        response["Retry-After"] = "60"
    if isinstance(refusal, TooMany) and refusal.seconds:
        response["Retry-After"] = str(refusal.seconds)
    return response


def handled(exception: Exception, context: Mapping[str, Any]) -> HttpResponse | None:  # noqa: ARG001  (REST framework's signature)
    """What endpoints raise, as a problem; None for a fault of ours, which then is one like on any page."""
    refusal = _refusal(exception)
    return None if refusal is None else problem(refusal)


def _refusal(exception: Exception) -> DomainError | None:
    if isinstance(exception, DomainError):
        return exception
    if isinstance(exception, ValidationError):
        return InputNotReadable(_first_field(exception.detail))
    if isinstance(exception, APIException):
        return _OF_STATUS.get(exception.status_code, InputNotReadable)()
    return next((refusal() for kinds, refusal in _OF_KIND if isinstance(exception, kinds)), None)


def _first_field(detail: Any) -> str:  # noqa: ANN401  (nested lists and mappings)
    """Where the first trouble is, such as "parts.0.text". Names of our own fields only."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            below = _first_field(inner)
            own = "" if name == "non_field_errors" else str(name)
            return ".".join(part for part in (own, below) if part)
    if isinstance(detail, list):
        for place, inner in enumerate(detail):
            if isinstance(inner, Mapping) and inner:
                return f"{place}.{_first_field(inner)}"
    return ""
