"""Verbs that bring people in."""

from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from privacy.anonymity import Ticket
from privacy.vault import ledger
from privacy.vault.models import Person
from privacy.vault.opened import opened
from privacy.vault.people import Attributes, new_person, ticket_of
from privacy.vault.population import population_of, remembered_of
from privacy.vault.shapes import Population, Reading, RosterAsked
from privacy.vault.verb import Caller, verb

_BATCH = 1000


@verb
def examine(
    caller: Caller, conversation: UUID, roster: bytes, areas: dict[str, str], reading: Reading | None
) -> UUID:
    """
    Look at a roster without taking anybody in. Returns the job, with a report and a preview.

    The file (CSV or XLSX) is sealed to the conversation's key. `areas` are the names by code. Without a
    reading the meaning of columns is guessed, or is that of the last time.
    """
    return _ask(caller, conversation, "examine", RosterAsked(roster, areas, reading, is_sealed=True))


@verb
def enrol(
    caller: Caller,
    conversation: UUID,
    roster: bytes,
    areas: list[str],
    reading: Reading | None,
    is_sealed: bool,
) -> UUID:
    """
    Hand over a roster (CSV or XLSX); the runner reads it. Returns the job, whose report names rows, never values.

    All rows are taken in, or none. Areas are the codes that the column `area` may hold; with a single one the
    column may be missing. Whoever is there and not in the roster stays.
    """
    asked = RosterAsked(roster, {code: code for code in areas}, reading, is_sealed=is_sealed)
    return _ask(caller, conversation, "enrol", asked)


@verb
def population(caller: Caller, conversation: UUID) -> Population:
    """Who can take part, as the last import left it, in rounded numbers."""
    return population_of(remembered_of(opened(caller, conversation)))


def _ask(caller: Caller, conversation: UUID, verb: str, asked: RosterAsked) -> UUID:
    opened(caller, conversation)
    return ledger.ask(caller, conversation, verb, msgspec.msgpack.encode(asked), at=timezone.now())


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
