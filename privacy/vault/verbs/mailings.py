"""Verbs of mailings: inviting, reminding, telling news, stopping, and what mail servers send back."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from kernel.text import one_line, plain
from privacy.anonymity import Proof
from privacy.vault import letters
from privacy.vault import mailings as made
from privacy.vault.addresses import read_address
from privacy.vault.models import Conversation, Dispatch, DispatchState, Leaving, Mailing, Person
from privacy.vault.opened import Opened, opened, opened_for
from privacy.vault.proofs import proven
from privacy.vault.refusals import MailingRefused
from privacy.vault.shapes import MailingCounts, MailingKind
from privacy.vault.verb import Caller, verb
from privacy.vault.wording import when_open

_LONGEST_SUBJECT, _LONGEST_TEXT = 160, 10_000
# Mail servers give up within five days; a notification that comes later tells of nothing we remember.
_DAYS_A_LETTER_RETURNS = 14


@verb
def invite(
    caller: Caller, conversation: UUID, key: str, opens_at: datetime, closes_at: datetime | None
) -> None:
    """Invite everybody on the roster. Called again with the same key it only brings the dates up to date."""
    keys = opened(caller, conversation)
    zone = ZoneInfo(keys.conversation.time_zone)
    dates = when_open(opens_at.astimezone(zone), closes_at and closes_at.astimezone(zone))
    kept = Mailing.objects.filter(conversation=keys.conversation, kind=MailingKind.INVITATION, key=key)
    kept.exclude(text=dates).update(text=dates)
    if not kept.exists():
        _schedule(keys, MailingKind.INVITATION, key, text=dates, due_at=timezone.now())


@verb
def rehearse(
    caller: Caller, conversation: UUID, address: str, code: str, opens_at: datetime, closes_at: datetime
) -> None:
    """
    The invitation's own words to somebody of ours, with a code that shows it was seen.

    It goes the way the invitations will go, to one address that is on no roster and is kept nowhere.
    """
    keys = opened(caller, conversation)
    zone = ZoneInfo(keys.conversation.time_zone)
    dates = when_open(opens_at.astimezone(zone), closes_at.astimezone(zone))
    letters.write_rehearsal(keys, read_address(address), code, dates)


@verb
def resend(caller: Caller, conversation: UUID) -> int:
    """
    The invitation again: to those added since, and where it failed or nobody knows. Returns how many.

    Never asks who has entered. Raises NotInvitedYet.
    """
    return made.resend(opened(caller, conversation).conversation, at=timezone.now())


@verb
def announce(
    caller: Caller,
    conversation: UUID,
    kind: MailingKind,
    key: str,
    subject: str,
    text: str,
    due_at: datetime,
) -> None:
    """
    A reminder or news to everybody on the roster but those who stopped, once for each key.

    A reminder without a text has ours. Raises MailingRefused.
    """
    keys = opened(caller, conversation)
    subject, text = one_line(subject), plain(text)
    has_words = bool(subject and text) or (kind is MailingKind.REMINDER and not subject and not text)
    fits = len(subject) <= _LONGEST_SUBJECT and len(text) <= _LONGEST_TEXT and 0 < len(key) <= 80
    if kind not in {MailingKind.REMINDER, MailingKind.NEWS} or not has_words or not fits:
        raise MailingRefused
    _schedule(keys, kind, key, subject=subject, text=text, due_at=due_at)


@verb
def mailings(caller: Caller, conversation: UUID) -> list[MailingCounts]:
    """How invitations, reminders and news are doing, in numbers alone, oldest first."""
    return made.counts(opened(caller, conversation).conversation, at=timezone.now())


@verb
def stop_letters(caller: Caller, conversation: UUID, address: str) -> None:
    """No more mailings to this address, at once. The answer and its time are always the same."""
    keys = opened(caller, conversation)
    asked = read_address(address)
    index = keys.index(asked.kind, asked.text)
    with transaction.atomic(using="vault"):
        # Something is written whether or not there is anybody, so that both take as long.
        Conversation.objects.filter(pk=keys.conversation.pk).update(name=F("name"))
        Person.objects.filter(
            conversation=keys.conversation, leaving=Leaving.NO, **{f"{asked.kind}_index": index}
        ).update(is_stopped=True)


@verb
def set_letters(caller: Caller, conversation: UUID, proof: Proof, wanted: bool) -> None:
    """A signed-in person stops mailings, or wants them again. Raises ProofRefused."""
    person = proven(opened(caller, conversation), proof, "set_letters")
    Person.objects.filter(pk=person.pk).update(is_stopped=not wanted)


@verb
def bounced(caller: Caller, notification: bytes) -> None:  # noqa: ARG001  (it names no organisation)
    """
    What the mail service says of letters that came back: JSON as SES publishes it.

    The newest mailing to the address counts as failed, in every conversation that wrote to it
    lately. A complaint stops mailings instead. Anything else is passed over; nothing is answered.
    """
    returned, complained = _read_notification(notification)
    if not returned and not complained:
        return
    since = timezone.now() - timedelta(days=_DAYS_A_LETTER_RETURNS)
    for owner in Conversation.objects.filter(mailing__due_at__gte=since).distinct():
        keys = opened_for(owner)
        for person in _people_at(keys, returned):
            _fail_newest(person)
        Person.objects.filter(pk__in=_people_at(keys, complained)).update(is_stopped=True)


def _schedule(
    keys: Opened, kind: MailingKind, key: str, *, subject: str = "", text: str, due_at: datetime
) -> None:
    made.schedule(
        Mailing(conversation=keys.conversation, kind=kind, key=key, subject=subject, text=text, due_at=due_at)
    )


def _people_at(keys: Opened, addresses: list[str]) -> list[UUID]:
    indexes = [keys.index(asked.kind, asked.text) for asked in map(read_address, addresses)]
    here = Person.objects.filter(conversation=keys.conversation, leaving=Leaving.NO)
    return list(here.filter(email_index__in=indexes).values_list("pk", flat=True)) if indexes else []


def _fail_newest(person: UUID) -> None:
    gone = Q(state=DispatchState.SENT) | Q(state=DispatchState.CLAIMED)
    newest = Dispatch.objects.filter(gone, person=person).order_by("-mailing__due_at").values("pk")[:1]
    Dispatch.objects.filter(gone, pk__in=newest).update(state=DispatchState.FAILED, claimed_at=None)


def _read_notification(notification: bytes) -> tuple[list[str], list[str]]:
    """Addresses that letters came back from, and addresses whose people complained."""
    try:
        said = json.loads(notification)
        return (
            _addresses(said, "bounce", "bouncedRecipients"),
            _addresses(said, "complaint", "complainedRecipients"),
        )
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return [], []


def _addresses(said: dict[str, Any], what: str, whom: str) -> list[str]:
    """Raises TypeError, AttributeError or KeyError where this is not what SES publishes."""
    return [str(found["emailAddress"]) for found in said.get(what, {}).get(whom, [])]
