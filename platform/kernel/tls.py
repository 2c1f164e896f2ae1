"""
TLS between processes of one deployment: whom a caller believes, what it shows of itself, what it meets.

A caller believes the authority it was given and nobody else, not even those that browsers believe.
"""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from cryptography import x509

_SECONDS = 3
# What OpenSSL says of a certificate that was signed by the right authority and is wrong all the same.
_ENDED, _OTHER_NAME = {9, 10}, {62, 64}


class Unproven(Exception):
    """One of the two sides did not prove who it is; the words say which, and what to do."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Files: the authority that is believed, and the certificate, with its key, that is shown."""

    authority: str
    certificate: str
    key: str

    def files(self) -> tuple[str, ...]:
        return tuple(file for file in (self.authority, self.certificate, self.key) if file)

    def stamps(self) -> tuple[int, ...]:
        """When each was last written: whoever keeps connections opens new ones after that. Raises OSError."""
        return tuple(Path(file).stat().st_mtime_ns for file in self.files())


@dataclass(frozen=True, slots=True)
class Visit:
    """How a service answered, and until when its certificate holds; None where it speaks plain HTTP."""

    status: int
    until: datetime | None


def calling(papers: Papers) -> ssl.SSLContext:
    """For whoever calls: without an authority nobody is believed. Raises OSError for files that are of no use."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if papers.authority:
        context.load_verify_locations(papers.authority)
    if papers.certificate:
        context.load_cert_chain(papers.certificate, papers.key or None)
    return context


def visit(url: str, papers: Papers, *, path: str = "/healthz") -> Visit:
    """
    Ask a service of ours how it is, as its callers would.

    Raises Unproven where one side did not prove itself, OSError where nobody answers or a file is of no use.
    """
    host, port = urlsplit(url).hostname or "", urlsplit(url).port
    if not url.startswith("https:"):
        try:
            return Visit(_ask(HTTPConnection(host, port, timeout=_SECONDS), path), None)
        except HTTPException as reason:
            raise Unproven("what answers there speaks TLS alone. Write https into the address") from reason
    connection = HTTPSConnection(host, port, timeout=_SECONDS, context=calling(papers))
    try:
        connection.connect()
    except ssl.SSLError as reason:
        raise Unproven(_why_not_believed(reason, host)) from reason
    shown = connection.sock.getpeercert() or {}
    try:
        status = _ask(connection, path)
    except ssl.SSLError as reason:
        raise Unproven(_NOT_ADMITTED) from reason
    except (ConnectionError, HTTPException) as reason:
        # In TLS 1.3 a caller has ended its part when its certificate is looked at: this is how it hears of a no.
        raise Unproven(_NOT_ADMITTED) from reason
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    return Visit(status, until)


_NOT_ADMITTED = (
    "the service does not admit this process: its certificate is missing, has ended, or is of another authority."
    " Give it the one that `manage secrets` made for it"
)


def _ask(connection: HTTPConnection, path: str) -> int:
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def _why_not_believed(reason: ssl.SSLError, host: str) -> str:
    code = getattr(reason, "verify_code", None)
    if code in _ENDED:
        return "the certificate of the service has ended, or does not hold yet. Renew it and start the service again"
    if code in _OTHER_NAME:
        return f"the certificate of the service is not one for {host}. Make it again, with `--service {host}`"
    if code is not None:
        return "the service shows a certificate of another authority. Give both sides the same `ca.crt`"
    return "what answers there speaks no TLS. Give the service its certificate and start it again"


def certificates(file: str) -> "list[x509.Certificate]":
    """Raises OSError, or ValueError for a file in which no certificate stands."""
    from cryptography import x509  # probes come here every few seconds and never read a file

    return x509.load_pem_x509_certificates(Path(file).read_bytes())


def is_loopback(host: str) -> bool:
    """Whether what is said to this host stays on this machine; so does a path of a socket."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
