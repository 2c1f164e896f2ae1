"""A little DNS server in a thread of the test, which says what it was told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from django.test import override_settings


@dataclass
class Names:
    """TXT records by name. With `is_broken` every question is answered by a failure."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    is_broken: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        name = str(query.question[0].name).rstrip(".")
        self.asked.append(name)
        if self.is_broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.texts:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif self.texts[name]:
            quoted = [f'"{text}"' for text in self.texts[name]]
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *quoted))
        return answer.to_wire()


@contextmanager
def names_served() -> Iterator[Names]:
    """The product asks this server for as long as the block runs."""
    names = Names()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, connection = self.request
            connection.sendto(names.answer(wire), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with override_settings(DNS_SERVER=f"127.0.0.1:{server.server_address[1]}"):
            yield names
        server.shutdown()
