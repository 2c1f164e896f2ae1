"""
Sending what mailings have made: claimed first, then sent, then confirmed, in small batches.

A dispatch is claimed in a transaction of its own, so that none is ever sent by two. A crash
leaves claims: nobody knows whether those left, so they are counted as unknown and not repeated
by themselves. Whatever was claimed and surely not handed over goes back.
"""

import smtplib
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connections

from kernel.messages import TextRefused, TextsAway, text_sender
from privacy.vault.models import Dispatch, DispatchState, Leaving
from privacy.vault.opened import Opened, opened_for
from privacy.vault.people import attributes_of
from privacy.vault.wording import Words, stop_address, words_of

log = structlog.get_logger("privacy.dispatches")

# So few that a code, which is looked for in between, never waits for long.
_BATCH = 10
_SECONDS_A_CONNECTION_RESTS = 5.0


class MailAway(RuntimeError):
    """The mail server or the text message service takes nothing at the moment."""


class Post:
    """One connection to the mail server, opened when it is needed and kept while there is something to send."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._used = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def opened(self) -> object:
        """Raises MailAway. A connection that rested is opened anew: servers close those."""
        if time.monotonic() - self._used > _SECONDS_A_CONNECTION_RESTS:
            self.close()
            try:
                self._connection.open()
            except OSError as reason:
                raise MailAway from reason
        self._used = time.monotonic()
        return self._connection

    def close(self) -> None:
        self._connection.close()
        self._used = float("-inf")


def send_batch(post: Post, *, at: datetime) -> int:
    """Claim and send a few; returns how many were claimed. Raises MailAway, with nothing lost."""
    if not Dispatch.objects.filter(state=DispatchState.WAITING).exists():
        return 0
    post.opened()
    claimed = _claim(at)
    untouched = {dispatch.pk for dispatch in claimed}
    try:
        opened_by = _opened(claimed)
        said = {dispatch.mailing_id: dispatch.mailing for dispatch in claimed}
        words = {found: words_of(mailing, mailing.conversation) for found, mailing in said.items()}
        for dispatch in claimed:
            connection = post.opened()
            untouched.discard(dispatch.pk)
            try:
                keys = opened_by[dispatch.mailing.conversation_id]
                state = _send(dispatch, keys, words[dispatch.mailing_id], connection, at)
            except MailAway:
                untouched.add(dispatch.pk)
                post.close()
                raise
            if state is DispatchState.CLAIMED:
                post.close()
            _conclude(dispatch, state)
    finally:
        _give_back(untouched)
    return len(claimed)


def _claim(at: datetime) -> list[Dispatch]:
    with connections["vault"].cursor() as cursor:
        cursor.execute(_CLAIM, [at, _BATCH])
        ids = [row[0] for row in cursor.fetchall()]
    found = Dispatch.objects.select_related("person", "mailing__conversation").filter(pk__in=ids)
    return list(found.order_by("pk"))


def _opened(claimed: list[Dispatch]) -> dict[UUID, Opened]:
    """By conversation, once for all of the batch."""
    owners = {dispatch.mailing.conversation_id: dispatch.mailing.conversation for dispatch in claimed}
    return {found: opened_for(owner) for found, owner in owners.items()}


def _give_back(untouched: set[UUID]) -> None:
    if untouched:
        Dispatch.objects.filter(pk__in=untouched, state=DispatchState.CLAIMED).update(
            state=DispatchState.WAITING, claimed_at=None
        )


def _conclude(dispatch: Dispatch, state: DispatchState | None) -> None:
    """Unknown (CLAIMED) stays as it is; None is somebody who is to get nothing any more."""
    if state is None:
        dispatch.delete()
    elif state is not DispatchState.CLAIMED:
        with connections["vault"].cursor() as cursor:
            cursor.execute(_CONFIRM, [state, dispatch.pk])


def _send(
    dispatch: Dispatch, keys: Opened, words: Words, connection: object, at: datetime
) -> DispatchState | None:
    """What became of it. Raises MailAway where it surely was not taken, and the next would not be either."""
    person = dispatch.person
    is_stopped = person.is_stopped and not dispatch.mailing.is_to_everybody
    if person.leaving != Leaving.NO or is_stopped:
        return None
    try:
        _hand_over(keys, dispatch, words, connection, at)
    except (smtplib.SMTPRecipientsRefused, TextRefused, ValueError) as reason:
        log.warning("dispatch_failed", reason=type(reason).__name__)
        return DispatchState.FAILED
    except smtplib.SMTPDataError as reason:
        if reason.smtp_code >= 500:
            log.warning("dispatch_failed", reason=type(reason).__name__)
            return DispatchState.FAILED
        raise MailAway from reason  # "too fast", or no room: the server says so itself
    except (smtplib.SMTPResponseException, TextsAway) as reason:
        raise MailAway from reason
    except OSError as reason:  # the connection broke: it may have been taken, or not
        log.warning("dispatch_unknown", reason=type(reason).__name__)
        return DispatchState.CLAIMED
    return DispatchState.SENT


def _hand_over(keys: Opened, dispatch: Dispatch, words: Words, connection: object, at: datetime) -> None:
    person, conversation = dispatch.person, keys.conversation
    opted_in = person.sealed_phone is not None and attributes_of(keys, person).by_text
    if person.sealed_email is None or opted_in:
        number = keys.unseal("person", "phone", person.id, person.sealed_phone or b"").decode()
        text_sender().send(number=number, text=words.short)
        return
    EmailMessage(
        subject=words.subject,
        body=words.text,
        to=[keys.unseal("person", "email", person.id, person.sealed_email).decode()],
        headers=_headers(dispatch, stop_address(conversation), at),
        connection=connection,  # type: ignore[arg-type]  # Django types it as Any elsewhere
    ).send()


def _headers(dispatch: Dispatch, stop: str, at: datetime) -> dict[str, str]:
    """
    The same for everybody who gets this mailing: no header tells two people apart.

    One Message-ID for all of them has a second use: a mailbox that gets it twice may drop one.
    """
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        "Message-ID": f"<{dispatch.mailing_id.hex}@{settings.BASE_DOMAIN.split(':')[0]}>",
        "Date": format_datetime(hour),
        "List-Unsubscribe": f"<{stop}>",
        "Auto-Submitted": "auto-generated",
    }


# A claim waits for the disk, or a fall of the database could send twice. A confirmation need not:
# lost with the database it leaves "unknown", which is the safe side, and waiting costs most of the time.
_CONFIRM = """
    UPDATE vault_dispatch SET state = %s, claimed_at = NULL
    WHERE id = %s AND state = 'claimed' AND set_config('synchronous_commit', 'off', true) = 'off'
"""
_CLAIM = """
    UPDATE vault_dispatch SET state = 'claimed', claimed_at = %s WHERE id IN (
        SELECT id FROM vault_dispatch WHERE state = 'waiting' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT %s
    ) RETURNING id
"""
