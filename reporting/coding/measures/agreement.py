"""
How far analysts agree, corrected for what chance would do.

Cohen's kappa for two (Cohen 1960), and Krippendorff's alpha for any number, with what nobody read left out
(Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011). Sets of codes differ by MASI (Passonneau 2006).
Both are our own few lines over numpy; tests hold them to published examples.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

V = TypeVar("V", bound=Hashable)
Table = NDArray[np.float64]
# From the values there are to how far each lies from each.
Distances = Callable[[Sequence[Any]], Table]


def kappa(first: Sequence[V], second: Sequence[V]) -> float | None:
    """
    Cohen's kappa of two who judged the same things in the same order.

    None where there is nothing to agree about: no thing, or one and the same judgement everywhere.
    """
    values = {value: place for place, value in enumerate(dict.fromkeys([*first, *second]))}
    table = np.zeros((len(values), len(values)))
    np.add.at(table, ([values[value] for value in first], [values[value] for value in second]), 1)
    return kappa_of_table(table)


def kappa_of_table(table: Table) -> float | None:
    """The same from how often the first said what the second said what to."""
    total = float(table.sum())
    if total == 0:
        return None
    shares = table / total
    by_chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    return None if by_chance >= 1 else (float(np.trace(shares)) - by_chance) / (1 - by_chance)


def yes_or_no(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Table:
    """How often two said no and no, no and yes, yes and no, yes and yes."""
    both, one, other = int((first & second).sum()), int(first.sum()), int(second.sum())
    return np.array([[first.size - one - other + both, other - both], [one - both, both]], dtype=float)


def mean_by_weight(found: Sequence[tuple[float | None, int]]) -> float | None:
    """Of what there is a figure for; kappa of several is the mean over pairs, by how much both judged."""
    weight = sum(count for value, count in found if value is not None)
    return sum(value * count for value, count in found if value is not None) / weight if weight else None


def nominal(values: Sequence[Any]) -> Table:
    return np.asarray(1 - np.eye(len(values)))


def interval(values: Sequence[Any]) -> Table:
    """Between numbers. Alpha squares it."""
    numbers = np.array(values, dtype=float)
    return np.asarray(np.abs(numbers[:, None] - numbers[None, :]))


def masi(values: Sequence[Any]) -> Table:
    """Between sets: 0 when they are the same, 1 when they share nothing (Passonneau 2006)."""
    members = list(dict.fromkeys(member for value in values for member in value))
    holds = np.array([[member in value for member in members] for value in values], dtype=float)
    holds = holds.reshape(len(values), len(members))
    sizes = holds.sum(axis=1)
    shared = holds @ holds.T
    union = sizes[:, None] + sizes[None, :] - shared
    is_within = shared == np.minimum(sizes[:, None], sizes[None, :])
    near = np.where(is_within, 2 / 3, 1 / 3) * np.divide(
        shared, union, out=np.zeros_like(shared), where=union > 0
    )
    distances: Table = np.asarray(1 - near)
    np.fill_diagonal(distances, 0)
    return distances


def alpha(units: Sequence[Sequence[Hashable]], distances: Distances = nominal) -> float | None:
    """
    Krippendorff's alpha: `units` holds for each thing the values it was given, by however many.

    None where nothing was judged twice, or one value was given everywhere.
    """
    table, values = _coincidences(units)
    return alpha_of_coincidences(table, distances(values))


def alpha_of_coincidences(table: Table, distances: Table) -> float | None:
    total = float(table.sum())
    if total == 0:
        return None
    squared, margins = distances**2, table.sum(axis=0)
    observed = float((table * squared).sum()) / total
    expected = float(margins @ squared @ margins) / (total * (total - 1))
    return None if expected == 0 else 1 - observed / expected


def coincidences_of_yes(judges: NDArray[np.int64], yes: NDArray[np.int64]) -> Table:
    """Of judgements yes or no: for each thing how many judged it (two or more), and how many said yes."""
    no, pairs = judges - yes, judges - 1
    table = np.zeros((2, 2))
    table[0, 0] = (no * (no - 1) / pairs).sum()
    table[1, 1] = (yes * (yes - 1) / pairs).sum()
    table[0, 1] = table[1, 0] = (yes * no / pairs).sum()
    return table


def _coincidences(units: Sequence[Sequence[Hashable]]) -> tuple[Table, list[Hashable]]:
    """Pairs of values within each thing; what was judged once pairs with nothing."""
    paired = [unit for unit in units if len(unit) > 1]
    values: list[Hashable] = list(dict.fromkeys(value for unit in paired for value in unit))
    places = {value: place for place, value in enumerate(values)}
    table = np.zeros((len(values), len(values)))
    for unit in paired:
        counts: dict[int, int] = {}
        for value in unit:
            counts[places[value]] = counts.get(places[value], 0) + 1
        for one, count in counts.items():
            for other, more in counts.items():
                table[one, other] += count * (more - (one == other)) / (len(unit) - 1)
    return table, values
