"""What the runner does for each long verb: each in one transaction with the ledger's row."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.db import transaction

from privacy.keys.configured import key_store
from privacy.vault import ledger
from privacy.vault.ledger import Claim
from privacy.vault.models import Conversation, Leaving, Person
from privacy.vault.opened import Opened, forget_keys, opened
from privacy.vault.people import (
    Attributes,
    attributes_of,
    end_sessions,
    new_handle,
    new_person,
    set_attributes,
    set_email,
    set_phone,
)
from privacy.vault.rosters import Roster, Row, about_population, read_roster, unique_shares
from privacy.vault.shapes import Report, Trouble

_BATCH = 1000
_LENGTH = 8


def run(claim: Claim) -> None:
    """Do a claimed job. Raises LeaseLost when another runner has taken it over meanwhile."""
    _WORK[claim.verb](claim)


def _enrol(claim: Claim) -> None:
    keys = opened(claim.caller, claim.conversation)
    content = keys.unseal("job", "input", claim.id, claim.sealed_input or b"")
    length = int.from_bytes(content[:_LENGTH], "big")
    areas = content[_LENGTH + length :].decode().split("\n")
    roster = read_roster(content[_LENGTH : _LENGTH + length], areas)
    with transaction.atomic(using="vault"):
        report, ended = _take_in(keys, roster, areas)
        ledger.finish(claim, report, has_failed=bool(report.troubles))
    for handle in ended:
        end_sessions(keys, handle)


def _take_in(keys: Opened, roster: Roster, areas: list[str]) -> tuple[Report, list[str]]:
    """All rows or, where anything is wrong, none. Returns the handles whose sessions end."""
    known = list(
        Person.objects.filter(conversation=keys.conversation, leaving=Leaving.NO).select_for_update()
    )
    before = {person.pk: attributes_of(keys, person) for person in known}
    by_index = {bytes(index): person for person in known for index in _indexes(person) if index is not None}
    matched = [(row, _match(keys, row, by_index)) for row in _not_gone(keys, roster.rows)]
    after = {**before, **{person.pk: row.attributes for row, person in matched if person}}
    people = [*after.values(), *(row.attributes for row, person in matched if person is None)]
    troubles: list[Trouble] = [*roster.troubles, *about_population(people, areas)]
    if troubles:
        return Report(troubles=troubles), []
    Person.objects.bulk_create(
        [_made(keys, row) for row, person in matched if person is None], batch_size=_BATCH
    )
    ended = [_updated(keys, row, person, before[person.pk]) for row, person in matched if person]
    return Report(people=len(roster.rows), unique_shares=unique_shares(people)), [
        handle for handle in ended if handle
    ]


def _not_gone(keys: Opened, rows: list[Row]) -> Iterable[Row]:
    """Whoever left stays away. The report counts them like everybody, so it does not tell."""
    gone = key_store().tombstones(keys.conversation.organisation, keys.conversation.id)
    return [row for row in rows if not gone.intersection(_row_indexes(keys, row))]


def _match(keys: Opened, row: Row, by_index: dict[bytes, Person]) -> Person | None:
    return next((by_index[index] for index in _row_indexes(keys, row) if index in by_index), None)


def _row_indexes(keys: Opened, row: Row) -> list[bytes]:
    found = [keys.index("reference", row.reference)] if row.reference else []
    return found + [keys.index(address.kind, address.text) for address in (row.email, row.phone) if address]


def _indexes(person: Person) -> tuple[bytes | memoryview | None, ...]:
    return (person.reference_index, person.email_index, person.phone_index)


def _made(keys: Opened, row: Row) -> Person:
    person = new_person(keys, row.attributes)
    _set_addresses(keys, row, person)
    return person


def _updated(keys: Opened, row: Row, person: Person, before: Attributes) -> str | None:
    """Bring a known person up to date; a changed area gives a new handle, and the old one is returned."""
    _set_addresses(keys, row, person)
    # A roster without areas leaves the one that somebody chose.
    after = replace(row.attributes, area=row.attributes.area or before.area)
    set_attributes(keys, person, after)
    old = None
    if before.area != after.area:
        old, person.handle = person.handle, new_handle()
    person.save()
    return old


def _set_addresses(keys: Opened, row: Row, person: Person) -> None:
    if row.email:
        set_email(keys, person, row.email)
    if row.phone:
        set_phone(keys, person, row.phone)
    if row.reference:
        person.reference_index = keys.index("reference", row.reference)


def _purge(claim: Claim) -> None:
    """People, letters and then the keys. Without keys whatever survives elsewhere opens no more."""
    with transaction.atomic(using="vault"):
        Conversation.objects.filter(pk=claim.conversation, organisation=claim.caller.organisation).delete()
        ledger.finish(claim, Report())
    key_store().destroy(claim.caller.organisation, claim.conversation)
    forget_keys(claim.conversation)


_WORK: dict[str, Callable[[Claim], None]] = {"enrol": _enrol, "purge": _purge}
