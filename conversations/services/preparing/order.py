"""Rows that people put into an order, one step at a time."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from kernel.errors import NotFound

M = TypeVar("M", bound=Model)


def moved(rows: QuerySet[M], pk: Any, *, up: bool) -> None:  # noqa: ANN401  (a key of any kind)
    """
    Exchange one row with its neighbour and number all anew, inside the caller's transaction.

    At the end of the list nothing happens. Raises NotFound for a row of another list.
    """
    ordered = list(rows.order_by("position", "pk"))
    here = next((n for n, row in enumerate(ordered) if row.pk == pk), None)
    if here is None:
        raise NotFound
    there = min(max(here - 1 if up else here + 1, 0), len(ordered) - 1)
    ordered[here], ordered[there] = ordered[there], ordered[here]
    for position, row in enumerate(ordered):
        rows.filter(pk=row.pk).update(position=position)
