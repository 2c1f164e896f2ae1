"""The vault as a small WSGI service: one path per verb, one token, no sessions, no logs of calls."""

import hmac
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from django.conf import settings
from django.db import connections

from kernel import faults
from kernel.errors import DomainError
from privacy.vault import wire
from privacy.vault.interface import ask_directly

_MOST_BYTES = 64 * 1024 * 1024
_Answer = tuple[HTTPStatus, str, bytes]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answers POST /VERB. A refusal comes as its status with its code in X-Refusal."""
    connections["vault"].close_if_unusable_or_obsolete()
    status, refusal, body = _answer(environ)
    headers = [("Content-Type", "application/msgpack"), ("Content-Length", str(len(body)))]
    if refusal:
        headers.append(("X-Refusal", refusal))
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def _answer(environ: dict[str, Any]) -> _Answer:
    if environ["PATH_INFO"] == "/healthz":
        return HTTPStatus.OK, "", b""
    if not _is_authorised(environ.get("HTTP_AUTHORIZATION", "")):
        return HTTPStatus.UNAUTHORIZED, "", b""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if environ["REQUEST_METHOD"] != "POST" or length > _MOST_BYTES:
        return HTTPStatus.BAD_REQUEST, "", b""
    return _call(environ["PATH_INFO"].lstrip("/"), environ["wsgi.input"].read(length))


def _call(verb: str, body: bytes) -> _Answer:
    try:
        caller, arguments = wire.unpack_call(verb, body)
    except LookupError:
        return HTTPStatus.NOT_FOUND, "", b""
    except (msgspec.DecodeError, UnicodeDecodeError):
        return HTTPStatus.BAD_REQUEST, "", b""
    try:
        return HTTPStatus.OK, "", wire.pack_answer(ask_directly(caller, verb, arguments))
    except DomainError as refusal:
        return HTTPStatus(refusal.status), refusal.code, b""
    except Exception as failure:  # noqa: BLE001  (the process's edge: the caller hears "down", the log no values)
        faults.report(failure, where=f"verb {verb}")
        return HTTPStatus.INTERNAL_SERVER_ERROR, "", b""


def _is_authorised(header: str) -> bool:
    return bool(settings.VAULT_TOKEN) and hmac.compare_digest(
        header.encode(), f"Bearer {settings.VAULT_TOKEN}".encode()
    )
