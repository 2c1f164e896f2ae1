"""Verbs that bring people in."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from privacy.anonymity import Ticket
from privacy.vault import ledger
from privacy.vault.models import Person
from privacy.vault.opened import opened
from privacy.vault.people import Attributes, new_person, ticket_of
from privacy.vault.verb import Caller, verb

_BATCH = 1000


@verb
def enrol(caller: Caller, conversation: UUID, roster: bytes, areas: list[str]) -> UUID:
    """
    Hand over a roster (CSV); the runner reads it. Returns the job, whose report names rows, never values.

    Areas are the codes that the column `area` may hold; with a single one the column may be missing.
    """
    opened(caller, conversation)
    content = len(roster).to_bytes(8, "big") + roster + "\n".join(areas).encode()
    return ledger.ask(caller, conversation, "enrol", content, at=timezone.now())


@verb
def enrol_voices(caller: Caller, conversation: UUID, count: int, area: str) -> list[Ticket]:
    """
    Enrol people without any address: the voters of a conversation that is imported.

    Nobody can ever sign in as one of them, and only this call hands out their tickets.
    """
    keys = opened(caller, conversation)
    people = [new_person(keys, Attributes(area=area)) for _voice in range(count)]
    with transaction.atomic(using="vault"):
        Person.objects.bulk_create(people, batch_size=_BATCH)
    return [ticket_of(keys, person) for person in people]
