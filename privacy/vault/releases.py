"""The ledger of releases: what was ever said about groups, with the counts it was made of, sealed."""

from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

import msgspec

from privacy.vault.groups import Scale
from privacy.vault.models import Release
from privacy.vault.opened import Opened


@dataclass(frozen=True, slots=True)
class Released:
    """
    A figure as it stood in a release. `figure` is None where it was withheld.

    `count` is what it was made of, `since` the count when it last changed: a figure stays until it has
    moved by eleven people from there. `low` and `high` are what a reader knows of `since`.
    """

    measure: str
    group: str
    count: int
    since: int
    figure: int | None
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class PastRelease:
    day: date
    scale: Scale
    cells: list[Released] = field(default_factory=list)


def releases_of(keys: Opened) -> list[PastRelease]:
    """All there were, the oldest first."""
    found = Release.objects.filter(conversation=keys.conversation).order_by("day", "scale")
    return [
        msgspec.msgpack.decode(keys.unseal("release", "cells", release.pk, release.sealed), type=PastRelease)
        for release in found
    ]


def remember_release(keys: Opened, release: PastRelease) -> None:
    """Inside the transaction that hands the tables out: what is not in the ledger was not released."""
    row = Release(id=uuid4(), conversation=keys.conversation, scale=release.scale, day=release.day)
    row.sealed = keys.seal("release", "cells", row.pk, msgspec.msgpack.encode(release))
    row.save(force_insert=True)
