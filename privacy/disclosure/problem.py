"""
What is to be decided: who could be counted where, and what a reader knows already.

People are not single ones here: those who are alike in everything that tables tell apart are one `kind`.
A measure counts people of each kind; a group is a set of kinds; a cell is a measure in a group.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# The first measure is always taking part, which holds all others.
PART = 0


@dataclass(frozen=True, slots=True)
class Group:
    """
    Some kinds of people. `family` are the groups that divide the same people, `over` those that hold this one.

    `population` is None where no roster tells how many people are in it.
    """

    name: str
    family: str
    members: Bools
    population: int | None
    answered: int
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inside:
    """Whoever is counted by `small` is counted by at least one of `big`."""

    small: int
    big: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """
    What was said of a cell of taking part in earlier releases, at its newest change and at all others.

    `figure`, `low`, `high` and `since` are of the newest change; `shift` is how far the count may be moved,
    in all releases alike, without leaving what any of them said. `least` is the smallest count withheld so far.
    """

    figure: int | None
    low: int
    high: int
    since: int
    shift: tuple[int, int] | None
    least: int


@dataclass(slots=True)
class Problem:
    """
    Counts of measures by kind, and everything public about them.

    `pools` gives each kind the number of a set of people on the roster, `pool_sizes` how many those are: kinds of
    one pool differ only in what no roster says. `limits` are bounds that anybody can see: live totals.
    `removable` are, where there were releases before, the people of each kind who had taken part by the first.
    """

    measures: list[str]
    counts: Ints
    pools: Ints
    pool_sizes: Ints
    groups: list[Group]
    inside: list[Inside]
    menu: Bools
    limits: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    before: dict[int, Before] = field(default_factory=dict)
    removable: Ints | None = None

    def members(self) -> Ints:
        """Groups by kinds, ones and zeros."""
        return np.array([group.members for group in self.groups], dtype=np.int64).reshape(
            len(self.groups), self.counts.shape[1]
        )

    def truth(self) -> Ints:
        """The count of every cell, measures by groups."""
        found: Ints = self.counts @ self.members().T
        return found
