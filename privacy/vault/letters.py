"""Messages that leave the vault: written sealed, claimed, sent, and then gone without a trace."""

import json
from datetime import timedelta
from uuid import uuid4

import structlog
from django.core.mail import EmailMessage, get_connection
from django.db import connections
from django.utils import timezone

from kernel.messages import text_sender
from privacy.vault.addresses import Address
from privacy.vault.models import Letter, Mailing
from privacy.vault.opened import Opened, opened_for, opened_platform
from privacy.vault.shapes import MailingKind
from privacy.vault.waking import wake_runner
from privacy.vault.wording import words_of

log = structlog.get_logger("privacy.letters")

_LETTER_BYTES = 1024
_LASTING_BYTES = 12288
_BATCH = 100
_MINUTES_A_LETTER_IS_WORTH = 10


def write_code(opened: Opened, to: Address, code: str, *, is_known: bool) -> None:
    """Put a letter into the ledger. One for an unknown address looks the same and goes nowhere."""
    _write(opened, {"to": to.text, "kind": to.kind, "code": code, "is_known": is_known})


def write_rehearsal(opened: Opened, to: Address, code: str, dates: str) -> None:
    """The invitation to be, with its dates, for somebody of ours who looks at it before anybody gets it."""
    _write(opened, {"to": to.text, "kind": to.kind, "code": code, "is_known": True, "dates": dates})


def _write(opened: Opened, content: dict[str, str | bool]) -> None:
    letter = Letter(id=uuid4(), conversation=opened.conversation)
    plain = json.dumps(content).encode()
    letter.sealed = opened.seal("letter", "content", letter.id, plain, padded_to=_LETTER_BYTES)
    letter.save(force_insert=True)
    wake_runner()


def write_letter(opened: Opened, to: Address, *, subject: str, text: str) -> None:
    """Put what somebody wrote, or a notice to staff, into the ledger. It waits until it can leave."""
    letter = Letter(id=uuid4(), conversation=opened.conversation, is_lasting=True)
    content = {"to": to.text, "kind": to.kind, "subject": subject, "text": text, "is_known": True}
    letter.sealed = opened.seal(
        "letter", "content", letter.id, json.dumps(content).encode(), padded_to=_LASTING_BYTES
    )
    letter.save(force_insert=True)
    wake_runner()


def write_of_platform(to: Address, *, subject: str, text: str, short: str) -> None:
    """A letter that belongs to no conversation, sealed under the platform's keys. It waits until it can leave."""
    letter = Letter(id=uuid4(), conversation=None, is_lasting=True)
    content = {"to": to.text, "kind": to.kind, "subject": subject, "text": text, "short": short}
    plain = json.dumps({**content, "is_known": True}).encode()
    letter.sealed = opened_platform().seal("letter", "content", letter.id, plain, padded_to=_LASTING_BYTES)
    letter.save(force_insert=True)
    wake_runner()


def send_waiting() -> int:
    """
    Claim and send what waits; returns how many were claimed.

    A letter is claimed in a transaction of its own before anything is sent, and never again:
    a crash in between leaves it unsent or sent once. One that is of no more use is dropped. A
    mail server that is away is noticed before anything is claimed, so the letters wait for it.
    """
    worthless = timezone.now() - timedelta(minutes=_MINUTES_A_LETTER_IS_WORTH)
    Letter.objects.filter(written_at__lt=worthless, is_lasting=False).delete()
    if not Letter.objects.filter(is_claimed=False).exists():
        return 0
    connection = get_connection()
    try:
        connection.open()
    except OSError as reason:
        log.warning("mail_server_away", reason=type(reason).__name__)
        return 0
    claimed = _claim()
    try:
        for letter in claimed:
            _send(letter, connection)
    finally:
        connection.close()
    return len(claimed)


def _claim() -> list[Letter]:
    with connections["vault"].cursor() as cursor:
        cursor.execute(
            "UPDATE vault_letter SET is_claimed = true WHERE id IN (SELECT id FROM vault_letter"
            " WHERE NOT is_claimed ORDER BY written_at FOR UPDATE SKIP LOCKED LIMIT %s) RETURNING id",
            [_BATCH],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Letter.objects.select_related("conversation").filter(pk__in=ids))


def _send(letter: Letter, connection: object) -> None:
    keys = opened_platform() if letter.conversation is None else opened_for(letter.conversation)
    content = json.loads(keys.unseal("letter", "content", letter.id, letter.sealed))
    try:
        if content["is_known"]:
            _deliver(keys, content, connection)
    except OSError as reason:  # smtplib's errors are OSErrors; a refused address looks like a delivered one
        log.warning("letter_not_sent", reason=type(reason).__name__)
    letter.delete()


def _deliver(keys: Opened, content: dict[str, str], connection: object) -> None:
    subject, text, short = _words(keys, content)
    if content["kind"] == "phone":
        text_sender().send(number=content["to"], text=short)
        return
    EmailMessage(
        subject=subject,
        body=text,
        to=[content["to"]],
        connection=connection,  # type: ignore[arg-type]  # Django types it as Any elsewhere
    ).send()


_REHEARSAL = """\
This is a test, to you alone. Below the line stands what everybody on the roster gets when the conversation opens. If it reads well, type this code on the checklist:

    {code}

------------------------------------------------------------

{text}"""


def _words(keys: Opened, content: dict[str, str]) -> tuple[str, str, str]:
    """Subject and text of an e-mail, and the text message that says the same."""
    if "dates" in content:
        invitation = words_of(Mailing(kind=MailingKind.INVITATION, text=content["dates"]), keys.conversation)
        rehearsal = _REHEARSAL.format(code=content["code"], text=invitation.text)
        return invitation.subject, rehearsal, invitation.short
    if "code" not in content:
        return content["subject"], content["text"], content.get("short", content["text"])
    name, code = keys.conversation.name, content["code"]
    return (
        f"Your code for {name}",
        _CODE_LETTER.format(code=code, name=name, site=keys.conversation.site),
        f"{code} is your code for {name}. It works for 10 minutes.",
    )


_CODE_LETTER = """\
Your code for {name}:

    {code}

Type it on the page where you asked for it. It works once, for 10 minutes, and only in that browser.

If you did not ask for it, nothing has happened and you need do nothing.
You reach the conversation at {site}. We never send a link that signs you in.
"""
