"""
Records in Valkey that only the browser's cookie can open.

The cookie carries an id and a key; Valkey holds the record sealed under that key. A copy of
Valkey's memory opens nothing, and a cookie says nothing by itself.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from kernel import sealing
from kernel.tenancy import current_tenant
from kernel.valkey import answering, web_client

_ID_BYTES = 16
_TOKEN_BYTES = _ID_BYTES + sealing.KEY_BYTES


@dataclass(frozen=True, slots=True)
class _Opened:
    name: str
    key: bytes


class SealedRecords:
    """One kind of sealed record of the current tenant, alive for `seconds` after each reading."""

    def __init__(self, kind: str, *, seconds: int) -> None:
        self.kind = kind
        self.seconds = seconds

    def create(self, record: bytes, *, handle: str | None = None) -> str:
        """
        Store a record and return the cookie's token.

        With a handle, whoever knows it can end the record later (`end_by_handle`).
        """
        token = urlsafe_b64encode(secrets.token_bytes(_TOKEN_BYTES)).decode()
        opened = self._open(token)
        assert opened is not None  # noqa: S101  (a token made one line above)
        with answering():
            pipe = web_client().pipeline(transaction=True)
            pipe.set(opened.name, sealing.seal(opened.key, record, self._bound(opened)), ex=self.seconds)
            if handle is not None:
                pipe.sadd(handle_key(current_tenant().schema_name, handle), opened.name)
                pipe.expire(handle_key(current_tenant().schema_name, handle), 24 * 3600)
            pipe.execute()
        return token

    def read(self, token: str) -> bytes | None:
        """The record, or None where there is none for this token. Reading keeps it alive."""
        opened = self._open(token)
        if opened is None:
            return None
        with answering():
            sealed = web_client().getex(opened.name, ex=self.seconds)
        if not isinstance(sealed, bytes):
            return None
        try:
            return sealing.unseal(opened.key, sealed, self._bound(opened))
        except sealing.DoesNotOpen:
            return None

    def replace(self, token: str, record: bytes) -> None:
        """Put a newer record in place, unless the old one was ended meanwhile."""
        opened = self._open(token)
        if opened is not None:
            sealed = sealing.seal(opened.key, record, self._bound(opened))
            with answering():
                web_client().set(opened.name, sealed, ex=self.seconds, xx=True)

    def end(self, token: str) -> None:
        opened = self._open(token)
        if opened is not None:
            with answering():
                web_client().delete(opened.name)

    def others(self, token: str, handle: str) -> int:
        """How many more records are alive under the same handle, of whatever kind."""
        with answering():
            names = self._others(token, handle)
            return int(web_client().exists(*names)) if names else 0

    def end_others(self, token: str, handle: str) -> None:
        """End every record under the handle but this one."""
        with answering():
            names = self._others(token, handle)
            if names:
                pipe = web_client().pipeline(transaction=True)
                pipe.delete(*names)
                pipe.srem(handle_key(current_tenant().schema_name, handle), *names)
                pipe.execute()

    def _others(self, token: str, handle: str) -> list[bytes]:
        opened = self._open(token)
        own = opened.name.encode() if opened else b""
        found = web_client().smembers(handle_key(current_tenant().schema_name, handle))
        return [name for name in found if isinstance(name, bytes) and name != own]

    def _open(self, token: str) -> _Opened | None:
        try:
            raw = urlsafe_b64decode(token.encode())
        except ValueError:
            return None
        if len(raw) != _TOKEN_BYTES:
            return None
        # The name is a digest: who reads Valkey's keys still has no cookie.
        digest = sha256(raw[:_ID_BYTES]).hexdigest()
        return _Opened(name=f"web:{current_tenant().schema_name}:{self.kind}:{digest}", key=raw[_ID_BYTES:])

    def _bound(self, opened: _Opened) -> bytes:
        return sealing.context("session", opened.name)


def handle_key(schema_name: str, handle: str) -> str:
    """Where Valkey keeps the names of the sessions that stand under one handle."""
    return f"web:{schema_name}:handle:{handle}"
