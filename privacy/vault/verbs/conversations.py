"""Verbs about a whole conversation: its keys at the start, its end."""

from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from django.db import transaction
from django.utils import timezone

from privacy.keys.configured import key_store
from privacy.keys.store import KeysUnavailable, new_keys
from privacy.vault import ledger
from privacy.vault.models import Conversation
from privacy.vault.opened import opened
from privacy.vault.refusals import UnknownConversation, UnknownTimeZone
from privacy.vault.shapes import JobReport
from privacy.vault.verb import Caller, verb


@verb
def prepare(caller: Caller, conversation: UUID, name: str, site: str, time_zone: str | None) -> bytes:
    """
    Make the keys of a new conversation and return its public key (32 bytes).

    Called again it changes name and site and returns the same key. The time zone is that of
    dates and windows in mails; None keeps it (Europe/London at first). Raises UnknownTimeZone.
    """
    if time_zone is not None and time_zone not in _time_zones():
        raise UnknownTimeZone
    values = {"name": name, "site": site, **({"time_zone": time_zone} if time_zone else {})}
    with transaction.atomic(using="vault"):
        kept, is_new = Conversation.objects.get_or_create(
            pk=conversation,
            defaults={"organisation": caller.organisation, "schema_name": caller.schema_name, **values},
        )
        if kept.organisation != caller.organisation:
            raise UnknownConversation
        if is_new:
            _make_keys(caller, conversation)
        else:
            Conversation.objects.filter(pk=conversation).update(**values)
    return opened(caller, conversation).keys.public


@cache
def _time_zones() -> set[str]:
    return available_timezones()


def _make_keys(caller: Caller, conversation: UUID) -> None:
    """Keys without a row are left by a crash between the two stores: they are taken up again."""
    try:
        key_store().read(caller.organisation, conversation)
    except KeysUnavailable:
        key_store().create(caller.organisation, conversation, new_keys())


@verb
def job(caller: Caller, conversation: UUID, job: UUID) -> JobReport:
    """How a long verb is doing. Raises UnknownJob."""
    return ledger.report_of(caller, conversation, job)


@verb
def purge(caller: Caller, conversation: UUID) -> UUID:
    """Ask for the end of a conversation's people and keys; returns the job."""
    if not Conversation.objects.filter(pk=conversation, organisation=caller.organisation).exists():
        raise UnknownConversation
    return ledger.ask(caller, conversation, "purge", None, at=timezone.now())


@verb
def conversations(caller: Caller) -> list[UUID]:
    """The organisation's conversations the vault knows."""
    return list(Conversation.objects.filter(organisation=caller.organisation).values_list("pk", flat=True))
