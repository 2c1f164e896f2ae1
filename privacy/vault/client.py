"""
The vault over HTTPS, as seen from a process that has no vault.

Both sides prove who they are: the service by a certificate of the deployment's authority, this process by its own,
and every call by the token besides.
"""

from functools import lru_cache
from typing import Any

import httpx
import msgspec
import structlog
from django.conf import settings

from kernel.tls import Papers, calling
from privacy.vault import wire
from privacy.vault.refusals import REFUSALS, VaultDown
from privacy.vault.verb import Caller

log = structlog.get_logger("privacy.vault")

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
# No handshake for each call. The service ends what was silent for 30 seconds, so we let go before.
_KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=25.0)

# Tests run the service in this process by putting its transport here.
transports: list[httpx.BaseTransport] = []


@lru_cache(maxsize=4)
def _client(url: str, token: str, papers: Papers, _written: tuple[int, ...]) -> httpx.Client:
    return httpx.Client(
        base_url=url,
        timeout=_TIMEOUT,
        limits=_KEPT,
        verify=calling(papers),
        headers={"Authorization": f"Bearer {token}"},
        transport=transports[0] if transports else None,
        trust_env=False,
    )


def ask(caller: Caller, verb: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401
    """Raises the refusal the vault raised, VaultDown where it does not answer."""
    body = wire.pack_call(caller, verb, arguments)
    papers = settings.VAULT_PAPERS
    try:
        # New files are new connections, without a restart.
        client = _client(settings.VAULT_URL, settings.VAULT_TOKEN, papers, papers.stamps())
        response = client.post(f"/{verb}", content=body)
    except (httpx.HTTPError, OSError) as reason:
        # Its words may hold an address of ours; whether it was TLS or time is its kind.
        log.warning("vault_does_not_answer", kind=type(reason.__cause__ or reason).__name__)
        raise VaultDown from reason
    if response.status_code != httpx.codes.OK:
        raise REFUSALS.get(response.headers.get("X-Refusal", ""), VaultDown)
    try:
        return wire.unpack_answer(verb, response.content)
    except msgspec.DecodeError as reason:
        raise VaultDown from reason
