"""
The same request sent twice is done once: for holders of accounts, whose requests carry a key.

What came back is kept for a day in Valkey, sealed under a key that only the token makes; its name there is
a digest. Participants need none of this: the form of a post makes its id, and a vote replaces a vote.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from kernel import sealing
from kernel.errors import DomainError
from kernel.valkey import answering, web_client

_DAY = 24 * 60 * 60
_WORKING = b"working"
_SECONDS_OF_WORK = 60


class StillWorking(DomainError):
    code = "still_working"
    message = _("The same request is being done at this moment. Send it again in a minute.")


class KeyUsedOtherwise(DomainError):
    code = "key_used_otherwise"
    status = 422
    message = _("This key was used for another request within a day. Use a new one for each.")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `place` is the tenant's schema or the control plane's name, `what` method, address and body."""

    place: str
    token: str
    key: str
    what: bytes


@dataclass(frozen=True, slots=True)
class _Kept:
    what: bytes
    status: int
    body: Any


def once(asked: Asked, work: Callable[[], HttpResponse]) -> HttpResponse:
    """
    Do it, or say again what came back the first time. What was refused is not kept, and may be tried again.

    Raises StillWorking, KeyUsedOtherwise, ValkeyDown.
    """
    name = _name(asked)
    with answering():
        is_first = web_client().set(name, _WORKING, nx=True, ex=_SECONDS_OF_WORK)
    if not is_first:
        return _again(asked, name)
    try:
        response = work()
    except BaseException:
        with answering():
            web_client().delete(name)
        raise
    body = response.data if isinstance(response, Response) else None
    kept = msgspec.json.encode(_Kept(_digest(asked.what), response.status_code, body))
    with answering():
        web_client().set(name, sealing.seal(_key(asked), kept, sealing.context("once", name)), ex=_DAY)
    return response


def _again(asked: Asked, name: str) -> HttpResponse:
    with answering():
        sealed = web_client().get(name)
    if not isinstance(sealed, bytes) or sealed == _WORKING:
        raise StillWorking
    kept = msgspec.json.decode(sealing.unseal(_key(asked), sealed, sealing.context("once", name)), type=_Kept)
    if kept.what != _digest(asked.what):
        raise KeyUsedOtherwise
    return Response(kept.body, status=kept.status, headers={"Idempotent-Replayed": "true"})


def _name(asked: Asked) -> str:
    return f"web:{asked.place}:once:{_digest(f'{asked.token} {asked.key}'.encode()).hex()}"


def _key(asked: Asked) -> bytes:
    return sealing.derive(asked.token.encode(), "web.api.once")


def _digest(what: bytes) -> bytes:
    return hashlib.sha256(what).digest()
