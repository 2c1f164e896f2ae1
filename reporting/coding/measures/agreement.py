"""
How far analysts agree, corrected for what chance would do.

Cohen's kappa for two (Cohen 1960), and Krippendorff's alpha for any number, with what nobody read left out
(Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011). Sets of codes differ by MASI (Passonneau 2006).
Both are our own few lines over numpy; tests hold them to published examples.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

J = TypeVar("J", bound=Hashable)
V = TypeVar("V", bound=Hashable)
Distance = Callable[[Hashable, Hashable], float]


def kappa(first: Sequence[V], second: Sequence[V]) -> float | None:
    """
    Cohen's kappa of two who judged the same things in the same order.

    None where there is nothing to agree about: no thing, or one and the same judgement everywhere.
    """
    if not first:
        return None
    values = {value: place for place, value in enumerate({**dict.fromkeys(first), **dict.fromkeys(second)})}
    table = np.zeros((len(values), len(values)))
    np.add.at(table, ([values[value] for value in first], [values[value] for value in second]), 1)
    table /= len(first)
    by_chance = float(table.sum(axis=0) @ table.sum(axis=1))
    return None if by_chance >= 1 else (float(np.trace(table)) - by_chance) / (1 - by_chance)


def kappa_of_all(units: Sequence[Mapping[J, V]]) -> float | None:
    """The mean over all pairs of judges, each weighted by how many things both judged. None as for one pair."""
    judges = list(dict.fromkeys(judge for unit in units for judge in unit))
    found = []
    for one, other in combinations(judges, 2):
        both = [unit for unit in units if one in unit and other in unit]
        value = kappa([unit[one] for unit in both], [unit[other] for unit in both])
        if value is not None:
            found.append((value, len(both)))
    weight = sum(count for _value, count in found)
    return sum(value * count for value, count in found) / weight if weight else None


def nominal(one: Hashable, other: Hashable) -> float:
    return float(one != other)


def masi(one: Hashable, other: Hashable) -> float:
    """Between two sets: 0 when they are the same, 1 when they share nothing (Passonneau 2006)."""
    if not isinstance(one, frozenset) or not isinstance(other, frozenset) or one == other:
        return nominal(one, other)
    shared, all_of_them = len(one & other), len(one | other)
    if shared == 0:
        return 1.0
    monotonic = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1 - monotonic * shared / all_of_them


def alpha(units: Sequence[Sequence[Hashable]], distance: Distance = nominal) -> float | None:
    """
    Krippendorff's alpha: `units` holds for each thing the values it was given, by however many.

    None where nothing was judged twice, or one value was given everywhere.
    """
    coincidences, values = _coincidences(units)
    total = float(coincidences.sum())
    if len(values) < 2 or total == 0:
        return None
    squared = np.array([[distance(one, other) ** 2 for other in values] for one in values])
    margins = coincidences.sum(axis=0)
    observed = float((coincidences * squared).sum()) / total
    expected = float((np.outer(margins, margins) * squared).sum()) / (total * (total - 1))
    return None if expected == 0 else 1 - observed / expected


def distance_between_numbers(one: Hashable, other: Hashable) -> float:
    """For values on an interval scale. Alpha squares it."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one - other)
    return nominal(one, other)


def _coincidences(units: Sequence[Sequence[Hashable]]) -> tuple[NDArray[np.float64], list[Hashable]]:
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
