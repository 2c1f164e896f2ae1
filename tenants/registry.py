"""
What packages above do when an organisation begins, moves to another address, and ends.

Packages register in their `apps.ready`; this package imports none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.tenancy import Tenant

_at_deletion: list[Callable[[Tenant], None]] = []
_at_creation: list[Callable[[], None]] = []
_at_move: list[Callable[[], None]] = []


def make_ready_at_creation(make_ready: Callable[[], None]) -> None:
    """Register a function that may be run again; it runs inside the new organisation and raises where it is not ready."""
    if make_ready not in _at_creation:
        _at_creation.append(make_ready)


def at_creation() -> list[Callable[[], None]]:
    return list(_at_creation)


def tell_at_move(tell: Callable[[], None]) -> None:
    """Register a function that hears, inside the organisation, that its site has another main address."""
    if tell not in _at_move:
        _at_move.append(tell)


def at_move() -> list[Callable[[], None]]:
    return list(_at_move)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a project: what kind, and to what of it. Nothing about a person."""

    kind: str
    project: UUID
    subject: UUID
    at: datetime


Happenings = Callable[[datetime, datetime], list[Happening]]
_happenings: list[Happenings] = []


def register_happenings(find: Happenings) -> None:
    """Register a function that says, inside an organisation, what happened after one moment and up to another."""
    if find not in _happenings:
        _happenings.append(find)


def happenings() -> list[Happenings]:
    return list(_happenings)


def forget_at_deletion(forget: Callable[[Tenant], None]) -> None:
    """Register a function that may be run again and then finds nothing left to do."""
    if forget not in _at_deletion:
        _at_deletion.append(forget)


def at_deletion() -> list[Callable[[Tenant], None]]:
    return list(_at_deletion)
