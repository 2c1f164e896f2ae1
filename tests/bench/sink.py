"""
A mail server in a process of its own, for `tests.bench.mailings`. It takes everything.

Prints a line for each code it gets, with the recipient, and one with the number of mails for
every hundred others.
"""

import asyncio
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    def __init__(self) -> None:
        self.taken = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        content: bytes = envelope.content  # type: ignore[attr-defined]
        if b"Subject: Your code" in content:
            _tell(f"code {envelope.rcpt_tos[0]}")  # type: ignore[attr-defined]
        else:
            self.taken += 1
            if self.taken % 100 == 0:
                _tell(f"taken {self.taken}")
        return "250 OK"


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _serve(port: int) -> None:
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink), "127.0.0.1", port)
    _tell("ready")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
