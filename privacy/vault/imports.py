"""
Taking a roster in, and looking at one beforehand: the same reading, the same counting.

The file is read in a sandbox and everything is prepared first; what is written is then written in
one transaction with the ledger's row. Killed anywhere, either everybody is in or nobody.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace
from uuid import UUID

import msgspec
from django.db import connections, transaction

from kernel.tables.refused import TableRefused
from kernel.tables.sandbox import read_table
from privacy.keys.configured import key_store
from privacy.vault import ledger, population
from privacy.vault.ledger import Claim
from privacy.vault.models import Leaving, Person
from privacy.vault.models import Roster as RosterRow
from privacy.vault.opened import Opened, opened
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
from privacy.vault.population import Remembered
from privacy.vault.rosters import Roster, Row, read_roster
from privacy.vault.shapes import Preview, Report, RosterAsked, Trouble

_BATCH = 1000
_MOST_TROUBLES = 5_000
_DIGEST_BYTES = 16
_SECONDS_BETWEEN = 0.25


@dataclass(slots=True)
class _Plan:
    """What an import comes to: who is new, who changes, and what is known afterwards."""

    known: Remembered
    kinds: Counter[population.Kind]
    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, UUID]] = field(default_factory=list)
    unchanged: int = 0
    added: int = 0
    updated: int = 0
    troubles: list[Trouble] = field(default_factory=list)


def examine(claim: Claim, meanwhile: Callable[[], object]) -> None:
    """The report and the preview of an import that is not made."""
    keys, asked = _asked(claim)
    try:
        known, roster, form, sheets = _read(keys, asked, meanwhile)
    except TableRefused as refusal:
        ledger.finish(claim, Report(troubles=[Trouble(0, "", refusal.sentence)]), has_failed=True)
        return
    plan = _planned(keys, roster, known)
    preview = Preview(
        form=form,
        sheets=sheets,
        rows=roster.written,
        columns=[
            column.seen(meaning)
            for column, meaning in zip(roster.columns, roster.reading.columns, strict=False)
        ],
        dimensions=population.dimensions_seen(plan.kinds, plan.known, roster),
        areas=roster.areas,
        reading=roster.reading,
    )
    sealed = (
        keys.seal("job", "preview", claim.id, msgspec.msgpack.encode(preview)) if roster.columns else None
    )
    report = _report(plan, roster, asked)
    ledger.finish(claim, report, has_failed=sealed is None, sealed_preview=sealed)


def enrol(claim: Claim, meanwhile: Callable[[], object]) -> None:
    """All rows or, where anything is wrong, none."""
    keys, asked = _asked(claim)
    try:
        _known, roster, _form, _sheets = _read(keys, asked, meanwhile)
    except TableRefused as refusal:
        ledger.finish(claim, Report(troubles=[Trouble(0, "", refusal.sentence)]), has_failed=True)
        return
    with transaction.atomic(using="vault"):
        # One import after the other: what the last one left is what this one compares with.
        RosterRow.objects.get_or_create(conversation=keys.conversation)
        RosterRow.objects.select_for_update().get(conversation=keys.conversation)
        plan = _planned(keys, roster, population.remembered_of(keys))
        report = _report(plan, roster, asked)
        ended = [] if report.troubles else _take_in(keys, plan)
        ledger.finish(claim, report, has_failed=bool(report.troubles))
    for handle in ended:
        end_sessions(keys, handle)


def _asked(claim: Claim) -> tuple[Opened, RosterAsked]:
    keys = opened(claim.caller, claim.conversation)
    plain = keys.unseal("job", "input", claim.id, claim.sealed_input or b"")
    asked = msgspec.msgpack.decode(plain, type=RosterAsked)
    return keys, replace(asked, roster=keys.open_file(asked.roster)) if asked.is_sealed else asked


def _read(
    keys: Opened, asked: RosterAsked, meanwhile: Callable[[], object]
) -> tuple[Remembered, Roster, str, int]:
    """What is known, the roster, and in what form it came. Raises TableRefused."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        reading = pool.submit(read_table, asked.roster)
        while not wait([reading], timeout=_SECONDS_BETWEEN).done:
            meanwhile()
        table = reading.result()
    known = population.remembered_of(keys)
    roster = read_roster(
        table, asked.areas, asked.reading or known.reading, known.meanings, meanwhile=meanwhile
    )
    return known, roster, table.form, table.sheets


def _planned(keys: Opened, roster: Roster, known: Remembered) -> _Plan:
    """Each row beside who is there. Whoever left stays away, and is counted as if they had not."""
    plan = _Plan(known=population.with_roster(known, roster), kinds=Counter(dict(known.kinds)))
    gone = key_store().tombstones(keys.conversation.organisation, keys.conversation.id)
    there = _people_there(keys)
    met: dict[UUID, int] = {}
    changed: list[tuple[Row, UUID]] = []
    lines = plan.known.lines
    for row in roster.rows:
        indexes = _indexes(keys, row)
        found = {there[index] for index in indexes if index in there}
        digest = _digest(keys, row, indexes[0])
        is_same = any(lines.get(index) == digest for index in indexes)
        has_left = bool(gone.intersection(indexes))
        # Who left would have been there: their row is refused where it would be refused otherwise.
        if len(found) + has_left > 1:
            plan.troubles.append(Trouble(row.number, "", "it fits two people who are there already"))
            continue
        person = next(iter(found), None)
        if person and met.setdefault(person, row.number) != row.number:
            plan.troubles.append(Trouble(row.number, "", "an earlier row is about the same person"))
            continue
        is_known = bool(found) or has_left or any(index in lines for index in indexes)
        _count(plan, is_same=is_same, is_known=is_known)
        lines[indexes[0]] = digest
        if person is None and not has_left:
            plan.new.append(row)
        elif person is not None and not is_same:
            changed.append((row, person))
        if not is_known:
            plan.kinds[population.kind_of(row.attributes)] += 1
            _count_channel(plan, _channel_of(row), 1)
    plan.changed = changed
    _move(keys, plan)
    return plan


def _count(plan: _Plan, *, is_same: bool, is_known: bool) -> None:
    plan.unchanged += is_same
    plan.updated += is_known and not is_same
    plan.added += not is_known


def _move(keys: Opened, plan: _Plan) -> None:
    """Those whose row says something new go from the group they were in to the one they are in."""
    before = Person.objects.in_bulk([person for _row, person in plan.changed])
    for row, person in plan.changed:
        if person in before:
            was = attributes_of(keys, before[person])
            _count_channel(plan, _channel_before(before[person], was), -1)
            _count_channel(plan, _channel_of(row, before[person]), 1)
            # Somebody who chose their area themselves stands without one on the roster.
            kinds = [population.kind_of(was), population.kind_of(replace(was, area=""))]
            counted = next((kind for kind in kinds if plan.kinds.get(kind, 0) > 0), None)
            if counted is not None:
                plan.kinds[counted] -= 1
        plan.kinds[population.kind_of(row.attributes)] += 1
    plan.kinds = +plan.kinds


def _channel_of(row: Row, person: Person | None = None) -> str:
    """An address that a row leaves out stays."""
    return population.channel_of(
        has_email=bool(row.email or (person and person.sealed_email)),
        has_phone=bool(row.phone or (person and person.sealed_phone)),
        by_text=row.attributes.by_text,
    )


def _channel_before(person: Person, was: Attributes) -> str:
    return population.channel_of(
        has_email=person.sealed_email is not None,
        has_phone=person.sealed_phone is not None,
        by_text=was.by_text,
    )


def _count_channel(plan: _Plan, channel: str, by: int) -> None:
    channels = plan.known.channels
    channels[channel] = max(0, channels.get(channel, 0) + by)


def _report(plan: _Plan, roster: Roster, asked: RosterAsked) -> Report:
    troubles = [*roster.troubles, *plan.troubles]
    if roster.columns:
        troubles += population.about_population(plan.kinds, asked.areas, plan.known.names)
    troubles.sort(key=lambda trouble: trouble.row)
    return Report(
        people=len(roster.rows),
        troubles=troubles[:_MOST_TROUBLES],
        more_troubles=max(0, len(troubles) - _MOST_TROUBLES),
        unique_shares=population.unique_shares(plan.kinds),
        added=plan.added,
        updated=plan.updated,
        unchanged=plan.unchanged,
    )


def _take_in(keys: Opened, plan: _Plan) -> list[str]:
    """Writes everybody, and returns the handles whose sessions end."""
    _insert(_made(keys, row) for row in plan.new)
    ended = []
    for start in range(0, len(plan.changed), _BATCH):
        ended += _update(keys, plan.changed[start : start + _BATCH])
    plan.known.kinds = list(plan.kinds.items())
    population.remember(keys, plan.known)
    return ended


def _insert(people: Iterable[Person]) -> None:
    """In one stream: thousands of rows are kept several times as fast as by inserting them."""
    columns = [str(field.column) for field in Person._meta.concrete_fields]
    attributes = [field.attname for field in Person._meta.concrete_fields]
    with (
        connections["vault"].cursor() as cursor,
        cursor.copy(f"COPY vault_person ({', '.join(columns)}) FROM STDIN") as stream,
    ):
        for person in people:
            stream.write_row([getattr(person, attribute) for attribute in attributes])


def _update(keys: Opened, rows: list[tuple[Row, UUID]]) -> list[str]:
    """Brings known people up to date; a changed area gives a new handle, and the old one is returned."""
    ids = [person for _row, person in rows]
    locked = Person.objects.filter(pk__in=ids, leaving=Leaving.NO).select_for_update().in_bulk()
    ended = []
    for row, known in rows:
        if (person := locked.get(known)) is None:
            continue
        before = attributes_of(keys, person)
        _set_addresses(keys, row, person)
        # A roster without areas leaves the one that somebody chose.
        after = replace(row.attributes, area=row.attributes.area or before.area)
        set_attributes(keys, person, after)
        if before.area != after.area:
            ended.append(person.handle)
            person.handle = new_handle()
    people = list(locked.values())
    with connections["vault"].cursor() as cursor:
        cursor.execute(
            _UPDATE, [[getattr(person, column) for person in people] for column in ("id", *_WRITTEN)]
        )
    return ended


_WRITTEN = (
    *("email_index", "sealed_email", "phone_index", "sealed_phone"),
    *("reference_index", "sealed_attributes", "handle"),
)
_UPDATE = f"""
    UPDATE vault_person SET {", ".join(f"{column} = said.{column}" for column in _WRITTEN)}
    FROM unnest(%s::uuid[], {"%s::bytea[], " * 6}%s::text[]) AS said (id, {", ".join(_WRITTEN)})
    WHERE vault_person.id = said.id
"""  # noqa: S608  (columns are named above)


def _people_there(keys: Opened) -> dict[bytes, UUID]:
    people = Person.objects.filter(conversation=keys.conversation, leaving=Leaving.NO)
    return {
        bytes(index): person
        for person, *indexes in people.values_list("pk", "reference_index", "email_index", "phone_index")
        for index in indexes
        if index is not None
    }


def _indexes(keys: Opened, row: Row) -> list[bytes]:
    found = [keys.index("reference", row.reference)] if row.reference else []
    return found + [keys.index(address.kind, address.text) for address in (row.email, row.phone) if address]


def _digest(keys: Opened, row: Row, index: bytes) -> bytes:
    """Of all a row says, and of whose it is: nobody can tell that two of them belong together."""
    reached = [address and address.text for address in (row.email, row.phone)]
    told = [reached, row.reference, asdict(row.attributes)]
    return keys.index("line", index.hex() + json.dumps(told, sort_keys=True))[:_DIGEST_BYTES]


def _made(keys: Opened, row: Row) -> Person:
    person = new_person(keys, row.attributes)
    _set_addresses(keys, row, person)
    return person


def _set_addresses(keys: Opened, row: Row, person: Person) -> None:
    """What is sealed already is not sealed again."""
    if row.email and person.email_index != keys.index("email", row.email.text):
        set_email(keys, person, row.email)
    if row.phone and person.phone_index != keys.index("phone", row.phone.text):
        set_phone(keys, person, row.phone)
    if row.reference:
        person.reference_index = keys.index("reference", row.reference)
