"""
Sending something to an address that somebody typed, without being led into our own network.

TLS only; every address that the name has must be a public one, and the connection goes to exactly the address
that was looked at; nothing is followed, no proxy of the machine is used, and what comes back is not read.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from kernel.errors import DomainError

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_LONGEST = 500
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses of the old internet inside the new one, by a translator's prefix.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class NotAllowedOut(DomainError):
    code = "not_allowed_out"
    status = 422
    message = "Give an address that begins with https:// and leads to a public host, without name or password in it."


class NotDelivered(Exception):
    """It did not arrive. The reason is a few words of ours, and nothing that the other side said."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be sent to, and where it led when it was looked at."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def target_of(url: str) -> Target:
    """Raises NotAllowedOut, also for a name that leads nowhere."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as reason:
        raise NotAllowedOut from reason
    is_plain = parts.scheme == "http" and settings.WEBHOOKS_TO_LOOPBACK
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise NotAllowedOut
    if (parts.scheme != "https" and not is_plain) or not host or "@" in parts.netloc or parts.fragment:
        raise NotAllowedOut
    port = port or (80 if is_plain else 443)
    addresses = _addresses_of(host, port)
    if not addresses or not all(_may_be_reached(one) for one in addresses):
        raise NotAllowedOut
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, str(addresses[0]))


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """
    Send, and return the status of the answer, whatever it is. Raises NotAllowedOut, NotDelivered.

    The name is looked up anew each time, and what is looked at is what is connected to: a name that changes
    its mind in between leads nowhere else.
    """
    target = target_of(url)
    is_usual = target.port == (443 if target.scheme == "https" else 80)
    host = f"[{target.address}]" if ":" in target.address else target.address
    own = {"Host": target.host if is_usual else f"{target.host}:{target.port}", "User-Agent": "conversations"}
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=_TIMEOUT) as client,
            client.stream(
                "POST",
                f"{target.scheme}://{host}:{target.port}{target.path}",
                content=body,
                headers={**headers, **own},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return answer.status_code
    except httpx.TimeoutException as reason:
        raise NotDelivered("no answer in time") from reason
    except httpx.ConnectError as reason:
        raise NotDelivered("no connection, or no certificate for this name") from reason
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as reason:
        raise NotDelivered("the connection broke") from reason


def is_public(address: _Address) -> bool:
    """Whether an address is one of the internet at large, in whatever clothes it comes."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _may_be_reached(address: _Address) -> bool:
    return is_public(address) or (settings.WEBHOOKS_TO_LOOPBACK and address.is_loopback)


def _addresses_of(host: str, port: int) -> list[_Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    except (OSError, ValueError, UnicodeError):
        return []
