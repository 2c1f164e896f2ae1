"""
The way out for e-mail and text messages. Only the vault sends; it alone knows addresses.

Both ports are settings: e-mail is a Django backend, text messages a class with the same shape.
The embedded default puts both into one outbox folder, which the demonstration shows as a page.
"""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in the outbox of the embedded default."""

    kind: str
    to: str
    subject: str
    text: str
    sent: float


class TextRefused(OSError):
    """A number takes no message. Like a refusal of a mail server it is an OSError."""


class TextsAway(OSError):
    """The service takes no message at the moment, and surely has not taken this one."""


class TextSender(Protocol):
    """Raises TextRefused, TextsAway, or any other OSError where nobody knows whether it left."""

    def send(self, *, number: str, text: str) -> None: ...


def text_sender() -> TextSender:
    sender: TextSender = import_string(settings.TEXT_MESSAGE_BACKEND)()
    return sender


class OutboxEmails(BaseEmailBackend):
    """Writes each e-mail as one file into the outbox folder."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for address in message.recipients():
                _put("e-mail", to=address, subject=str(message.subject), text=str(message.body))
        return len(email_messages)


class OutboxTexts:
    """Writes each text message as one file into the outbox folder."""

    def send(self, *, number: str, text: str) -> None:
        _put("text message", to=number, subject="", text=text)


def letters(*, to: str | None = None) -> list[Letter]:
    """What lies in the outbox, newest first; with `to`, what was sent to that address or number alone."""
    folder = Path(settings.OUTBOX_DIR)
    files = folder.glob("*.json" if to is None else f"{_slot(to)}-*.json") if folder.is_dir() else ()
    found = [Letter(**json.loads(path.read_text())) for path in files]
    return sorted(found, key=lambda letter: -letter.sent)


def may_be_for(to: str, path: Path) -> bool:
    """False only for a file of the outbox whose name says that it is somebody else's."""
    slot, dash, _name = path.name.partition("-")
    return not dash or slot == _slot(to)


def _slot(to: str) -> str:
    """How the names of the files to one recipient begin, so that nobody reads a full outbox for one letter."""
    return sha256(to.encode()).hexdigest()[:16]


def _put(kind: str, *, to: str, subject: str, text: str) -> None:
    folder = Path(settings.OUTBOX_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{_slot(to)}-{uuid.uuid4().hex}"
    unfinished = folder / f"{name}.part"
    unfinished.write_text(
        json.dumps(asdict(Letter(kind=kind, to=to, subject=subject, text=text, sent=time.time())))
    )
    unfinished.rename(folder / f"{name}.json")
