"""
A snapshot inside the vault: kept sealed for a day, and opened by the runner alone, for one job at a time.

Opening every route is what a sweep would do. It is not metered here, because nothing of it leaves:
whoever reads a snapshot may only hand out what is true of at least eleven people.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from django.db import transaction

from privacy.vault.groups import FrozenPost, FrozenVote, Snapshot
from privacy.vault.models import Frozen, FrozenPart
from privacy.vault.opened import Opened
from privacy.vault.refusals import RouteRefused, SnapshotGone

KEPT = timedelta(days=1)
_POSTS = msgspec.msgpack.Decoder(list[FrozenPost])
_VOTES = msgspec.msgpack.Decoder(list[FrozenVote])


@dataclass(slots=True)
class People:
    """Numbers for the people of one job, given as they are met. They mean nothing outside it."""

    numbers: dict[UUID, int] = field(default_factory=dict)

    def number(self, person: UUID) -> int:
        return self.numbers.setdefault(person, len(self.numbers))


def begin(keys: Opened, *, at: datetime) -> Frozen:
    """The snapshot of the day, begun now unless there is one. One that was left half way begins anew."""
    day = at.date()
    with transaction.atomic(using="vault"):
        owned = Frozen.objects.filter(conversation=keys.conversation)
        # Older ones serve nobody any more.
        owned.filter(day__lt=day).delete()
        found, _is_new = owned.get_or_create(
            conversation=keys.conversation, day=day, defaults={"id": uuid4(), "begun_at": at}
        )
    return found


def add(
    keys: Opened, snapshot: UUID, number: int, rows: list[FrozenPost] | list[FrozenVote], *, votes: bool
) -> None:
    """Keep a part, in place of one of the same number. Raises SnapshotGone, also where it is whole already."""
    plain = msgspec.msgpack.encode(rows)
    part = FrozenPart(id=uuid4(), number=number, holds_votes=votes, digest=hashlib.sha256(plain).digest())
    part.sealed = keys.seal("frozen", "part", part.id, plain)
    with transaction.atomic(using="vault"):
        part.snapshot = _there(keys, snapshot, is_whole=False)
        FrozenPart.objects.filter(snapshot=snapshot, number=number).delete()
        part.save(force_insert=True)


def finish(keys: Opened, snapshot: UUID, parts: int) -> Frozen:
    """From now on nothing is added. Raises SnapshotGone, also where a part is missing."""
    with transaction.atomic(using="vault"):
        found = _there(keys, snapshot, is_whole=False)
        FrozenPart.objects.filter(snapshot=found, number__gte=parts).delete()
        digests = list(found.parts.order_by("number").values_list("digest", flat=True))
        if len(digests) != parts:
            raise SnapshotGone
        found.digest = hashlib.sha256(b"".join(bytes(digest) for digest in digests)).digest()
        found.save(update_fields=["digest"])
    return found


def snapshot_of(found: Frozen) -> Snapshot:
    digest = b"" if found.digest is None else bytes(found.digest)
    return Snapshot(id=found.pk, day=found.day, is_whole=found.digest is not None, digest=digest)


def whole(keys: Opened, snapshot: UUID) -> Frozen:
    """Raises SnapshotGone."""
    return _there(keys, snapshot, is_whole=True)


def forget_frozen(*, at: datetime) -> None:
    """What is older than a day goes, whether or not anybody used it."""
    Frozen.objects.filter(begun_at__lt=at - KEPT).delete()


def opened_votes(
    keys: Opened, snapshot: UUID, *, people: People | None = None, meanwhile: Callable[[], object] = bool
) -> Iterator[tuple[int, UUID, int]]:
    """
    Every vote of a snapshot as (person, idea, value). Persons are numbers that mean nothing outside.

    Hand in `people` to have the same numbers in several readings. `meanwhile` runs between parts. A vote whose
    route does not open for its idea is left out. Raises SnapshotGone.
    """
    for person, vote in votes_of(keys, snapshot, people or People(), meanwhile):
        yield person, vote.idea, vote.value


def votes_of(
    keys: Opened, snapshot: UUID, people: People, meanwhile: Callable[[], object] = bool
) -> Iterator[tuple[int, FrozenVote]]:
    """The same with the whole row."""
    for plain in _parts(keys, snapshot, votes=True):
        for row in _VOTES.decode(plain):
            person = _person(keys, row.route, row.idea)
            if person is not None:
                yield people.number(person), row
        meanwhile()


def posts_of(
    keys: Opened, snapshot: UUID, people: People, meanwhile: Callable[[], object] = bool
) -> Iterator[tuple[int | None, FrozenPost]]:
    """Every idea and comment with its author's number; None where its route does not open."""
    for plain in _parts(keys, snapshot, votes=False):
        for row in _POSTS.decode(plain):
            person = _person(keys, row.route, row.id)
            yield None if person is None else people.number(person), row
        meanwhile()


def parts_of(keys: Opened, snapshot: UUID) -> int:
    return whole(keys, snapshot).parts.count()


def _person(keys: Opened, route: bytes, about: UUID) -> UUID | None:
    try:
        return keys.open_route(route, about)
    except RouteRefused:
        return None


def _parts(keys: Opened, snapshot: UUID, *, votes: bool) -> Iterator[bytes]:
    """One part in memory at a time."""
    there = whole(keys, snapshot).parts.filter(holds_votes=votes).order_by("number")
    for part in there.values_list("pk", flat=True):
        sealed = FrozenPart.objects.filter(pk=part).values_list("sealed", flat=True).first()
        if sealed is None:
            raise SnapshotGone
        yield keys.unseal("frozen", "part", part, sealed)


def _there(keys: Opened, snapshot: UUID, *, is_whole: bool) -> Frozen:
    found = (Frozen.objects.select_for_update(no_key=True) if not is_whole else Frozen.objects.all()).filter(
        pk=snapshot, conversation=keys.conversation, digest__isnull=not is_whole
    )
    there = found.first()
    if there is None:
        raise SnapshotGone
    return there
