"""
The data map: every place that can hold personal data, who empties it, and who says it is empty.

Packages register their stores in `apps.ready`; privacy imports none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from kernel.errors import Unavailable
from kernel.tenancy import Tenant


class Step(StrEnum):
    """The steps of a deletion in their order (threats, Idea 6); each store is emptied in one of them."""

    FREEZE = "freeze"
    SESSIONS = "sessions"
    DRAIN = "drain"
    DISABLE_KEY = "disable_key"
    ROWS = "rows"
    OBJECTS = "objects"
    CACHES = "caches"
    SUPPLIERS = "suppliers"
    EXPORTS = "exports"
    SCAN = "scan"
    KEYS = "keys"
    CERTIFICATE = "certificate"


ORDER = tuple(Step)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is deleted: one project of an organisation, whose conversation has the same id."""

    tenant: Tenant
    project: UUID


@dataclass(frozen=True, slots=True)
class PersonRef:
    """Somebody in one conversation: the vault's number for them, and the tags on what they wrote."""

    person: UUID
    tags: frozenset[bytes] = frozenset()


class StoreAway(Unavailable):
    """A store does not answer at the moment. The step is tried again."""

    code = "store_away"
    message = "A place where data is kept does not answer at the moment. It is tried again by itself."


class Store(Protocol):
    """
    One place of the map.

    `holds`, `where` and `stays` are plain words for people who read the map; `covers` are the
    names a test compares with the code: `model:privacy_vault.Person`, `files:rosters/`,
    `valkey:web:session`, `logs` and the like.
    """

    @property
    def name(self) -> str: ...

    @property
    def holds(self) -> str: ...

    @property
    def where(self) -> str: ...

    @property
    def stays(self) -> str:
        """What is left of it after a deletion, in plain words; empty where nothing is."""

    @property
    def covers(self) -> frozenset[str]: ...

    def erase(self, scope: Scope) -> int:
        """
        Remove, or remove a part and return; how many things went this time.

        May be called again at any moment; the step is done when `remaining` is 0. Raises StoreAway.
        """

    def remaining(self, scope: Scope) -> int:
        """How many things of the scope are still there; 0 when done. Raises StoreAway."""

    @property
    def counts_before(self) -> bool:
        """Whether `remaining` is a number of things also before anything went, and not only a sign."""

    def find(self, scope: Scope, person: PersonRef) -> int:
        """How many things are about one person, where a store can know that; otherwise 0."""

    def export(self, scope: Scope, person: PersonRef) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Described:
    """
    A store about which there is only something to say, and the base of those that do more.

    For places that hold nothing about participants, or that forget by themselves.
    """

    name: str
    holds: str
    where: str
    covers: frozenset[str] = frozenset()
    stays: str = ""
    counts_before: bool = field(default=True, kw_only=True)

    def erase(self, scope: Scope) -> int:  # noqa: ARG002  (there is nothing to do)
        return 0

    def remaining(self, scope: Scope) -> int:  # noqa: ARG002  (there is nothing to do)
        return 0

    def find(self, scope: Scope, person: PersonRef) -> int:  # noqa: ARG002  (it knows no persons)
        return 0

    def export(self, scope: Scope, person: PersonRef) -> Mapping[str, Any]:  # noqa: ARG002  (it knows no persons)
        return {}


# What gives the names people came forward with, as they lie sealed in the tables of who registers it.
SealedNames = Callable[[Scope], list[bytes]]

_known_places: dict[str, str] = {}
_sealed_names: list[SealedNames] = []


def register_known_places(places: Mapping[str, str]) -> None:
    """
    Tables that may hold addresses or names for another reason than that somebody took part, with the reason.

    `public.accounts_account` is one table, `tenant.accounts_account` the table of each organisation. The scan
    lists what it finds there with its count, and it is no failure.
    """
    _known_places.update(places)


def known_place(table: str) -> str:
    """The reason, empty where anything found is a failure."""
    return _known_places.get(table, "")


def register_sealed_names(find: SealedNames) -> None:
    if find not in _sealed_names:
        _sealed_names.append(find)


def sealed_names(scope: Scope) -> list[bytes]:
    return [sealed for find in _sealed_names for sealed in find(scope)]


_registered: dict[str, tuple[Step, Store]] = {}


def register_store(store: Store, *, step: Step) -> None:
    """Put a store on the map. A second one of the same name takes the place of the first."""
    _registered[store.name] = (step, store)


def stores() -> list[tuple[Step, Store]]:
    """Every store with the step that empties it, in the order of the steps."""
    return sorted(_registered.values(), key=lambda entry: (ORDER.index(entry[0]), entry[1].name))


def stores_of(step: Step) -> list[Store]:
    return [store for at, store in stores() if at is step]
