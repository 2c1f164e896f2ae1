"""Asking the domain name system what the owner of a name has published there."""

from typing import Protocol

import dns.exception
import dns.resolver
from django.conf import settings

from kernel.errors import Unavailable

_SECONDS = 5.0


class NamesAway(Unavailable):
    code = "names_away"
    message = (
        "The domain name system does not answer at the moment. Nothing was changed; try again in a minute."
    )


class Names(Protocol):
    """Raises NamesAway where nobody answers; a name that does not exist has no texts."""

    def texts(self, name: str) -> list[str]: ...


class PublicNames:
    """The names of the internet, as one server knows them: `host:port`, or else the machine's own."""

    def __init__(self, server: str = "") -> None:
        self._server = server

    def texts(self, name: str) -> list[str]:
        try:
            answer = self._resolver().resolve(name, "TXT", search=False, lifetime=_SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as reason:
            raise NamesAway from reason
        return [b"".join(record.strings).decode(errors="replace") for record in answer]

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._server)
        if self._server:
            host, _colon, port = self._server.rpartition(":")
            resolver.nameservers, resolver.port = [host], int(port)
        return resolver


def names() -> Names:
    return PublicNames(settings.DNS_SERVER)
