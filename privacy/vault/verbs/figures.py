"""Verbs of figures about groups. What leaves are finished tables and labels that many people share."""

from datetime import date
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.utils import timezone

from privacy.vault import frozen, ledger
from privacy.vault.groups import (
    MOST_ROWS,
    FinishedTable,
    FrozenPost,
    FrozenVote,
    Labels,
    Scale,
    Snapshot,
    TablesAsked,
    TablesReport,
)
from privacy.vault.labelling import label_for
from privacy.vault.meters import meter
from privacy.vault.models import Conversation, Described, Person, Release
from privacy.vault.opened import Opened, opened
from privacy.vault.population import remembered_of
from privacy.vault.refusals import AlreadyReleased, SnapshotTooLarge, TooFewPeople
from privacy.vault.releases import releases_of
from privacy.vault.verb import Caller, verb

FEWEST_FOR_DAILY = 500
_LABELS_PER_HOUR = 600


@verb
def freeze(caller: Caller, conversation: UUID) -> Snapshot:
    """
    The snapshot of today: begun now, or the one that is there. Only one that is not whole takes parts.

    It is kept sealed, for a day.
    """
    return frozen.snapshot_of(frozen.begin(opened(caller, conversation), at=timezone.now()))


@verb
def freeze_posts(
    caller: Caller, conversation: UUID, snapshot: UUID, number: int, rows: list[FrozenPost]
) -> None:
    """Add a part to a snapshot; the same number again takes its place. Raises SnapshotGone, SnapshotTooLarge."""
    _add(caller, conversation, snapshot, number, rows, votes=False)


@verb
def freeze_votes(
    caller: Caller, conversation: UUID, snapshot: UUID, number: int, rows: list[FrozenVote]
) -> None:
    """Add a part to a snapshot; the same number again takes its place. Raises SnapshotGone, SnapshotTooLarge."""
    _add(caller, conversation, snapshot, number, rows, votes=True)


@verb
def freeze_end(caller: Caller, conversation: UUID, snapshot: UUID, parts: int) -> Snapshot:
    """Nothing is added any more. Raises SnapshotGone, also where one of the parts, numbered from 0, is missing."""
    return frozen.snapshot_of(frozen.finish(opened(caller, conversation), snapshot, parts))


@verb
def tabulate(
    caller: Caller, conversation: UUID, snapshot: UUID, scale: Scale, day: date, labels: Labels
) -> UUID:
    """
    Ask the runner for a release: the tables of the fixed menu, or daily participation. Returns the job.

    This and `describe` are the only ways in which anything about groups leaves. Raises SnapshotGone,
    AlreadyReleased, TooFewPeople.
    """
    keys = opened(caller, conversation)
    frozen.whole(keys, snapshot)
    if scale is Scale.DAILY and people_on(keys) < FEWEST_FOR_DAILY:
        raise TooFewPeople
    asked = TablesAsked(snapshot=snapshot, scale=scale, day=day, labels=labels)
    with transaction.atomic(using="vault"):
        Conversation.objects.select_for_update().get(pk=conversation)
        there = Release.objects.filter(conversation=conversation)
        if there.filter(scale=Scale.MENU).exists() or there.filter(scale=scale, day=day).exists():
            raise AlreadyReleased
        return ledger.ask(caller, conversation, "tabulate", msgspec.msgpack.encode(asked), at=timezone.now())


@verb
def tables(caller: Caller, conversation: UUID, job: UUID) -> TablesReport:
    """How a release is doing, and its tables once it is done; they are kept for a day. Raises UnknownJob."""
    state, progress, content = ledger.result_of(caller, conversation, job)
    if content is None:
        return TablesReport(state=state, progress=progress, tables=None, digest=b"")
    digest, found = msgspec.msgpack.decode(content, type=tuple[bytes, list[FinishedTable]])
    return TablesReport(state=state, progress=progress, tables=found, digest=digest)


@verb
def describe(caller: Caller, conversation: UUID, route: bytes, contribution: UUID, by: str) -> str:
    """
    A quote's label: the group its author is in by one dimension, or the empty text where that is not safe.

    A contribution is described by one dimension, for ever. Raises RouteRefused.
    """
    keys = opened(caller, conversation)
    meter(caller, what="described", alarm="many_quotes_described", most=_LABELS_PER_HOUR)
    found = keys.open_route(route, contribution)
    person = Person.objects.filter(pk=found, conversation=conversation).first()
    label = "" if person is None else label_for(keys, person, by, releases_of(keys))
    if not label:
        return ""
    # Only what is told is remembered, so that asking in vain takes nothing away.
    mark = keys.index("described", contribution.hex)
    with transaction.atomic(using="vault"):
        first, _is_new = Described.objects.get_or_create(
            conversation=keys.conversation, mark=mark, defaults={"id": uuid4(), "dimension": by}
        )
    return label if first.dimension == by else ""


def people_on(keys: Opened) -> int:
    return sum(size for _kind, size in remembered_of(keys).kinds)


def _add(
    caller: Caller,
    conversation: UUID,
    snapshot: UUID,
    number: int,
    rows: list[FrozenPost] | list[FrozenVote],
    *,
    votes: bool,
) -> None:
    if len(rows) > MOST_ROWS:
        raise SnapshotTooLarge
    frozen.add(opened(caller, conversation), snapshot, number, rows, votes=votes)
