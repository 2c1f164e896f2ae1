"""SQL that Django's ORM has no words for, and the one way to run it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, connection
from django.db.models import BigIntegerField, CharField, DateTimeField, Func
from django.utils.deconstruct import deconstructible

W = TypeVar("W")


def change(statement: str, values: Sequence[Any] = ()) -> int:
    """Run a statement where the current place is, and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def row(statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row of a query, None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def rows(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def once_more(write: Callable[[], W]) -> W:
    """
    Run a write that takes the next free place, and run it again where another took that place meanwhile.

    Raises IntegrityError when that happens twice.
    """
    try:
        return write()
    except IntegrityError:
        return write()


@deconstructible(path="kernel.database.NextInSequence")
class NextInSequence(Func):
    """The next number of a sequence of the schema the statement runs in."""

    template = "nextval('%(name)s')"
    output_field = BigIntegerField()

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


@deconstructible(path="kernel.database.ThirtyDaysAfter")
class ThirtyDaysAfter(Func):
    """In days of 24 hours, whatever the clocks do meanwhile: so the database can work it out for itself."""

    template = "((%(expressions)s AT TIME ZONE 'UTC') + interval '720 hours') AT TIME ZONE 'UTC'"
    output_field = DateTimeField()


@deconstructible(path="kernel.database.HoursAfter")
class HoursAfter(Func):
    """So many hours after a moment, worked out by the database itself."""

    template = "((%(expressions)s AT TIME ZONE 'UTC') + interval '%(hours)s hours') AT TIME ZONE 'UTC'"
    output_field = DateTimeField()

    def __init__(self, moment: str, *, hours: int) -> None:
        super().__init__(moment, hours=hours)


@deconstructible(path="kernel.database.Sha256")
class Sha256(Func):
    """The digest of a text in small hexadecimal letters, worked out by the database itself."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()

    def __init__(self, text: str) -> None:
        super().__init__(text)
