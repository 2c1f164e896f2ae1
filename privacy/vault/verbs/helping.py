"""Verbs of the support queue: what waits, one of it opened, answered by mail, closed."""

import json
from uuid import UUID

from django.db import transaction

from kernel.text import one_line, plain
from privacy.vault import letters
from privacy.vault.addresses import Address, read_email, read_phone
from privacy.vault.models import SupportMessage
from privacy.vault.opened import Opened, opened_for
from privacy.vault.refusals import AnswerRefused, NoAddress, UnknownCase
from privacy.vault.shapes import SupportCase, SupportText
from privacy.vault.verb import Caller, verb

_LONGEST_SUBJECT, _LONGEST_TEXT = 160, 4000


@verb
def support_cases(caller: Caller) -> list[SupportCase]:
    """What waits in the organisation's support queue, oldest first: numbers and days, nothing of what it says."""
    waiting = SupportMessage.objects.filter(
        conversation__organisation=caller.organisation, is_done=False
    ).order_by("written_on", "pk")
    return [_case(message) for message in waiting]


@verb
def open_support(caller: Caller, case: UUID) -> SupportText:
    """One call for help with its contact, for the page that shows it. Raises UnknownCase."""
    message, keys = _found(caller, case)
    said = _content(keys, message)
    return SupportText(
        case=_case(message),
        text=said["text"],
        contact=said["contact"],
        can_answer=_address(said["contact"]) is not None,
    )


@verb
def answer_support(caller: Caller, case: UUID, subject: str, text: str) -> None:
    """
    Send an answer to where the call came from. It stays in the queue until it is closed.

    Raises UnknownCase, NoAddress, AnswerRefused.
    """
    message, keys = _found(caller, case)
    subject, text = one_line(subject), plain(text)
    if not (0 < len(subject) <= _LONGEST_SUBJECT and 0 < len(text) <= _LONGEST_TEXT):
        raise AnswerRefused
    address = _address(_content(keys, message)["contact"])
    if address is None:
        raise NoAddress
    with transaction.atomic(using="vault"):
        letters.write_letter(keys, address, subject=subject, text=text)
        SupportMessage.objects.filter(pk=message.pk).update(is_answered=True)


@verb
def close_support(caller: Caller, case: UUID) -> None:
    """It is settled: the message itself goes, and with it who asked. Raises UnknownCase."""
    message, _keys = _found(caller, case)
    SupportMessage.objects.filter(pk=message.pk).update(is_done=True, sealed=b"")


def _found(caller: Caller, case: UUID) -> tuple[SupportMessage, Opened]:
    message = (
        SupportMessage.objects.select_related("conversation")
        .filter(pk=case, conversation__organisation=caller.organisation, is_done=False)
        .first()
    )
    if message is None:
        raise UnknownCase
    return message, opened_for(message.conversation)


def _content(keys: Opened, message: SupportMessage) -> dict[str, str]:
    found: dict[str, str] = json.loads(keys.unseal("support", "content", message.id, message.sealed))
    return found


def _address(contact: str) -> Address | None:
    return read_email(contact) or read_phone(contact)


def _case(message: SupportMessage) -> SupportCase:
    return SupportCase(
        id=message.pk,
        conversation=message.conversation_id,
        day=message.written_on,
        is_answered=message.is_answered,
    )
