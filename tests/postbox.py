"""A real SMTP server in a thread of the test, which keeps what it takes."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller


class Postbox:
    """
    What an SMTP server took in. Refuses addresses that start with "refused".

    With `takes` set it takes so many more and then asks for patience, as a server does that is
    written to too fast. With `holds_after` set it takes so many and then lets the sender wait
    until `goes_on` is set.
    """

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []
        self.takes: int | None = None
        self.holds_after: int | None = None
        self.goes_on = threading.Event()
        self.port = 0

    async def handle_RCPT(
        self, server: object, session: object, envelope: object, address: str, options: object
    ) -> str:
        if address.startswith("refused"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]
        return "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        if self.takes is not None:
            if self.takes == 0:
                return "454 too fast, try again later"
            self.takes -= 1
        while self.holds_after is not None and len(self.taken) >= self.holds_after:
            if self.goes_on.is_set():
                break
            await asyncio.sleep(0.005)
        self.taken.append((list(envelope.rcpt_tos), envelope.content))  # type: ignore[attr-defined]
        return "250 OK"

    def wait_for(self, count: int) -> None:
        """Until so many mails are here. Raises AssertionError after half a minute."""
        for _try in range(3000):
            if len(self.taken) >= count:
                return
            time.sleep(0.01)
        raise AssertionError(f"{len(self.taken)} of {count} mails arrived.")

    def recipients(self) -> list[str]:
        return [address for recipients, _content in list(self.taken) for address in recipients]

    def mail_to(self, address: str) -> list[Message]:
        return [message_from_bytes(content) for recipients, content in self.taken if address in recipients]


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
