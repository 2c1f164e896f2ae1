"""The vault over HTTP, as seen from a process that has no vault."""

from functools import cache
from typing import Any

import httpx
import msgspec
import structlog
from django.conf import settings

from privacy.vault import wire
from privacy.vault.refusals import REFUSALS, VaultDown
from privacy.vault.verb import Caller

log = structlog.get_logger("privacy.vault")

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)

# Tests run the service in this process by putting its transport here.
transports: list[httpx.BaseTransport] = []


@cache
def _client(url: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=url,
        timeout=_TIMEOUT,
        headers={"Authorization": f"Bearer {token}"},
        transport=transports[0] if transports else None,
        trust_env=False,
    )


def ask(caller: Caller, verb: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
    """Raises the refusal the vault raised, VaultDown where it does not answer."""
    body = wire.pack_call(caller, verb, arguments)
    try:
        response = _client(settings.VAULT_URL, settings.VAULT_TOKEN).post(f"/{verb}", content=body)
    except httpx.HTTPError as reason:
        # Its words may hold an address of ours; whether it was TLS or time is its kind.
        log.warning("vault_does_not_answer", kind=type(reason.__cause__ or reason).__name__)
        raise VaultDown from reason
    if response.status_code != httpx.codes.OK:
        raise REFUSALS.get(response.headers.get("X-Refusal", ""), VaultDown)
    try:
        return wire.unpack_answer(verb, response.content)
    except msgspec.DecodeError as reason:
        raise VaultDown from reason
