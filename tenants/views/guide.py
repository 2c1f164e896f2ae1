"""The guide for people who write programs: each site's interface, out of its own description. The same for everybody."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from kernel import limits
from kernel.addresses import on_console, on_host
from kernel.errors import DomainError, NotFound, TooMany, Unavailable
from kernel.tenancy import current_tenant, is_in_control_plane
from tenants import queries
from tenants.webhooks.models import EventKind
from web.api.endpoint import KEY_HEADER
from web.api.once import KeyUsedOtherwise, StillWorking
from web.api.problems import (
    InputNotReadable,
    InputTooLarge,
    NotDoneHere,
    NotJson,
    ScopeMissing,
    TokenRefused,
    problem,
)
from web.api.reference import CLIENTS, EVERYBODY, Reference, coloured, reference
from web.api.scopes import EXPLAINED

_EVERYWHERE: list[type[DomainError]] = [
    TokenRefused,
    ScopeMissing,
    NotFound,
    NotDoneHere,
    InputTooLarge,
    NotJson,
    InputNotReadable,
    TooMany,
    Unavailable,
]
_EXAMPLE_OF_EVENT = {
    "type": EventKind.PUBLISHED.value,
    "timestamp": "2026-07-08T09:00:00+00:00",
    "data": {
        "organisation": "0b7d1f5e-9d3c-4c1e-8a35-6a1f7f1c2b3d",
        "project": "5c1f2a3b-4d5e-4f60-8172-93a4b5c6d7e8",
        "subject": "2f1e0d9c-8b7a-4695-8473-625140302010",
    },
}
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class _Line:
    """A refusal that any address may give."""

    status: int
    title: str
    code: str
    said: str


@require_safe
def guide(request: HttpRequest, urlconf: str, side: str) -> HttpResponse:
    """`side` is whose programs ask: those of a "participant", a "client" user, or "staff"."""
    found = reference(urlconf)
    most, seconds = limits.allowed(settings.API_REQUESTS)
    with translation.override("en"):
        context = {
            "reference": found,
            "side": side,
            "site": _site(),
            "base": CLIENTS if side == "client" else EVERYBODY,
            "scopes": [(scope.value, EXPLAINED[scope], _count(found, scope.value)) for scope in found.scopes],
            "refusals": _refusals(side),
            "example_problem": coloured(json.loads(problem(NotFound()).content)),
            "most_kib": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024,
            "most_requests": most,
            "minutes": seconds // _MINUTE,
            "key_header": KEY_HEADER,
            "events": [kind for kind in EventKind if kind is not EventKind.TEST],
            "example_event": coloured(_EXAMPLE_OF_EVENT),
        }
        return render(request, "tenants/guide/guide.html", context)


def _site() -> str:
    """Where it answers, whatever host somebody wrote into a request."""
    if is_in_control_plane():
        return on_console("")
    return on_host(queries.primary_host(current_tenant())).rstrip("/")


def _count(found: Reference, scope: str) -> int:
    return sum(operation.scope == scope for group in found.groups for operation in group.operations)


def _refusals(side: str) -> list[_Line]:
    of_accounts: list[type[DomainError]] = [] if side == "participant" else [StillWorking, KeyUsedOtherwise]
    kinds = [*_EVERYWHERE, *of_accounts]
    lines = [
        _Line(kind.status, HTTPStatus(kind.status).phrase, kind.code, str(kind.message)) for kind in kinds
    ]
    return sorted(lines, key=lambda line: line.status)
