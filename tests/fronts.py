"""Servers of somebody: TLS that ends in front of a real server, or of nobody, with whatever certificate."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from config.authority import Authority, Wanted
from kernel.tls import Papers


def issued_to(signing: Authority, folder: Path, believed: str, wanted: Wanted, *, days: int = 365) -> Papers:
    issued = signing.issue(wanted, at=datetime.now(UTC), days=days)
    folder.mkdir()
    (folder / "tls.crt").write_text(issued.certificate)
    (folder / "tls.key").write_text(issued.key)
    return Papers(believed, str(folder / "tls.crt"), str(folder / "tls.key"))


def as_postgresql(taken: socket.socket) -> None:
    """It is asked for TLS before TLS begins."""
    taken.recv(8)
    taken.sendall(b"S")


def as_postgresql_without_tls(taken: socket.socket) -> None:
    taken.recv(8)
    taken.sendall(b"N")
    taken.recv(1)
    raise ConnectionError


@contextmanager
def front(
    papers: Papers,
    *,
    to: str = "",
    begins: Callable[[socket.socket], None] = lambda _taken: None,
    heard: list[bytes] | None = None,
) -> Iterator[int]:
    """TLS ends here, in front of a server's socket or of nobody; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.certificate, papers.key)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(taken: socket.socket) -> None:
        try:
            begins(taken)
            inner = context.wrap_socket(taken, server_side=True)
            if not to:
                if heard is not None:
                    heard.append(inner.recv(1))
                inner.close()
                return
            beyond = socket.socket(socket.AF_UNIX)
            beyond.connect(to)
            threading.Thread(target=_pump, args=(beyond, inner), daemon=True).start()
            _pump(inner, beyond)
        except OSError:
            taken.close()

    def accept() -> None:
        while True:
            try:
                taken, _address = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(taken,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _pump(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return
