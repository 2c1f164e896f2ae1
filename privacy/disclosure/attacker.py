"""
Somebody who knows everything public and works out what withheld counts can be.

Instead of trusting a solver's bounds, the audit collects witnesses: whole tables of people, found by
scipy.optimize.milp (HiGHS), that agree with everything public. Each is checked in exact integers before it
counts, and each bounds what anybody can work out of every cell at once: a reader cannot tell the witness from
the truth. So a wrong answer of the solver can only lead to less being published, and any status but
"optimal" to nothing.
"""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from privacy.disclosure.problem import PART, Ints, Problem

_EVERYTHING = 1e9
_GAP = 0.05
Floats = NDArray[np.float64]


class Undecided(RuntimeError):
    """The solver did not answer, or not in time, or with something that does not add up. Nothing is published."""


@dataclass(slots=True)
class Clock:
    """Time for all programs of a release together."""

    seconds: float
    started: float = field(default_factory=time.monotonic)
    programs: int = 0

    @property
    def left(self) -> float:
        return max(0.0, self.seconds - (time.monotonic() - self.started))


@dataclass(slots=True)
class Public:
    """What a reader knows of each cell, measures by groups; what nobody knows is infinite."""

    low: Floats
    high: Floats

    @classmethod
    def nothing(cls, shape: tuple[int, int]) -> "Public":
        return cls(np.full(shape, -np.inf), np.full(shape, np.inf))

    def knows(self, cell: tuple[int, int], low: float, high: float) -> None:
        self.low[cell] = max(self.low[cell], low)
        self.high[cell] = min(self.high[cell], high)


@dataclass(frozen=True, slots=True)
class Free:
    """Measures and kinds whose counts a witness may change; all others stay as they are, which is sound."""

    measures: list[int]
    kinds: Ints


@dataclass(slots=True)
class _Program:
    """An integer program over the free counts, and one variable more for each cell that is to be moved."""

    rows: list[sparse.csr_array]
    row_low: list[Floats]
    row_high: list[Floats]
    low: Floats
    high: Floats


class Attacker:
    """Keeps the smallest and largest count seen of every cell over all witnesses, the truth among them."""

    def __init__(self, problem: Problem, clock: Clock) -> None:
        self.problem = problem
        self.clock = clock
        self.matrix = sparse.csr_array(problem.members().astype(np.float64))
        self.truth = problem.truth()
        self.lowest = self.truth.copy()
        self.highest = self.truth.copy()

    def move(self, public: Public, free: Free, wanted: dict[tuple[int, int], int], *, up: bool) -> None:
        """Look for a witness in which these cells are larger, or smaller, by so many each. Raises Undecided."""
        cells = [cell for cell, by in wanted.items() if by > 0 and cell[0] in free.measures]
        if not cells or not len(free.kinds):
            return
        program = self._program(public, free)
        goals = self._goals(free, cells, up=up)
        inside = np.concatenate([self.problem.counts[measure][free.kinds] for measure in free.measures])
        solution = self._solve(program, goals, goals @ inside, [wanted[cell] for cell in cells])
        self._take(program, free, solution)

    def _goals(self, free: Free, cells: list[tuple[int, int]], *, up: bool) -> sparse.csr_array:
        """A row for each cell: by how much it is larger than in truth, as a sum of free counts."""
        sign = 1.0 if up else -1.0
        inner = self.matrix[:, free.kinds]
        width = len(free.kinds)
        parts = []
        for measure, group in cells:
            place = free.measures.index(measure)
            row = sparse.lil_array((1, len(free.measures) * width))
            row[:, place * width : (place + 1) * width] = sign * inner[[group], :].toarray()
            parts.append(row)
        return sparse.csr_array(sparse.vstack(parts))

    def _program(self, public: Public, free: Free) -> _Program:
        counts, kinds, width = self.problem.counts, free.kinds, len(free.kinds)
        low = np.zeros(len(free.measures) * width)
        high = np.full(len(free.measures) * width, _EVERYTHING)
        program = _Program([], [], [], low, high)
        inner = self.matrix[:, kinds]
        for place, measure in enumerate(free.measures):
            inside = counts[measure][kinds].astype(np.float64)
            known = np.flatnonzero(np.isfinite(public.low[measure]) | np.isfinite(public.high[measure]))
            if len(known):
                # What the fixed kinds add to each of these cells.
                fixed = self.truth[measure][known] - inner[known, :] @ inside
                block = _at(inner[known, :], place, len(free.measures))
                _add(program, block, public.low[measure][known] - fixed, public.high[measure][known] - fixed)
            if measure == PART:
                self._stay_within_population(program, free, place)
        for relation in self.problem.inside:
            self._relate(program, free, relation.small, relation.big)
        return program

    def _stay_within_population(self, program: _Program, free: Free, place: int) -> None:
        problem, kinds, width = self.problem, free.kinds, len(free.kinds)
        there = problem.counts[PART]
        span = slice(place * width, (place + 1) * width)
        sizes = problem.pool_sizes[problem.pools[kinds]].astype(np.float64)
        program.high[span] = np.minimum(program.high[span], sizes)
        shared = np.flatnonzero(np.bincount(problem.pools, minlength=len(problem.pool_sizes)) > 1)
        pools = np.intersect1d(shared, problem.pools[kinds])
        if len(pools):
            in_pool = (problem.pools[kinds][None, :] == pools[:, None]).astype(np.float64)
            taken = np.bincount(problem.pools, weights=there, minlength=len(problem.pool_sizes))[pools]
            most = problem.pool_sizes[pools] - (taken - in_pool @ there[kinds])
            _add(
                program,
                _at(sparse.csr_array(in_pool), place, len(free.measures)),
                np.full(len(pools), -np.inf),
                most,
            )
        if problem.removable is not None:
            least = there[kinds] - problem.removable[kinds]
            program.low[span] = np.maximum(program.low[span], least)

    def _relate(self, program: _Program, free: Free, small: int, big: tuple[int, ...]) -> None:
        """For every kind small - sum(big) <= 0, with what is fixed on the right hand side."""
        counts, kinds, width = self.problem.counts, free.kinds, len(free.kinds)
        terms = [(place, 1.0) for place, m in enumerate(free.measures) if m == small]
        terms += [(place, -1.0) for place, m in enumerate(free.measures) if m in big]
        if not terms:
            return
        right = np.zeros(width)
        for m in big:
            if m not in free.measures:
                right += counts[m][kinds]
        if small not in free.measures:
            right -= counts[small][kinds]
        if len(terms) == 1:
            place, sign = terms[0]
            span = slice(place * width, (place + 1) * width)
            if sign > 0:
                program.high[span] = np.minimum(program.high[span], right)
            else:
                program.low[span] = np.maximum(program.low[span], -right)
            return
        weights = sparse.lil_array((1, len(free.measures)))
        for place, sign in terms:
            weights[0, place] = sign
        _add(
            program,
            sparse.csr_array(sparse.kron(weights, sparse.eye_array(width))),
            np.full(width, -np.inf),
            right,
        )

    def _solve(self, program: _Program, goals: sparse.csr_array, start: Floats, wanted: list[int]) -> Ints:
        n, k = len(program.low), len(wanted)
        # Each goal counts up to what is wanted of it: one cell does not pay for another.
        tied = sparse.csr_array(sparse.hstack([-goals, sparse.eye_array(k)]))
        constraints = [LinearConstraint(tied, np.full(k, -np.inf), -start)]
        if program.rows:
            rows = sparse.vstack(program.rows)
            rows = sparse.csr_array(sparse.hstack([rows, sparse.csr_array((rows.shape[0], k))]))
            constraints.append(
                LinearConstraint(rows, np.concatenate(program.row_low), np.concatenate(program.row_high))
            )
        self.clock.programs += 1
        found = milp(
            np.concatenate([np.zeros(n), -np.ones(k)]),
            integrality=np.concatenate([np.ones(n), np.zeros(k)]),
            bounds=Bounds(
                np.concatenate([program.low, np.zeros(k)]), np.concatenate([program.high, np.array(wanted)])
            ),
            constraints=constraints,
            options={"time_limit": self.clock.left, "mip_rel_gap": _GAP},
        )
        if found.status != 0 or found.x is None:
            raise Undecided(f"The solver ended with status {found.status}.")
        solution: Ints = np.rint(found.x[:n]).astype(np.int64)
        return solution

    def _take(self, program: _Program, free: Free, solution: Ints) -> None:
        """Check a witness exactly, then let it widen what is seen. Raises Undecided."""
        if (solution < program.low).any() or (solution > program.high).any():
            raise Undecided("A witness leaves its bounds.")
        for rows, low, high in zip(program.rows, program.row_low, program.row_high, strict=True):
            sums = rows.astype(np.int64) @ solution
            if (sums < low).any() or (sums > high).any():
                raise Undecided("A witness does not add up.")
        width = len(free.kinds)
        inner = self.matrix[:, free.kinds].astype(np.int64)
        for place, measure in enumerate(free.measures):
            changed = solution[place * width : (place + 1) * width] - self.problem.counts[measure][free.kinds]
            found = self.truth[measure] + inner @ changed
            self.lowest[measure] = np.minimum(self.lowest[measure], found)
            self.highest[measure] = np.maximum(self.highest[measure], found)


def _at(block: sparse.csr_array, place: int, of: int) -> sparse.csr_array:
    """A block of rows in its place among the measures."""
    here = sparse.csr_array(([1.0], ([0], [place])), shape=(1, of))
    return sparse.csr_array(sparse.kron(here, block))


def _add(program: _Program, rows: sparse.csr_array, low: Floats, high: Floats) -> None:
    program.rows.append(rows)
    program.row_low.append(np.asarray(low, dtype=np.float64))
    program.row_high.append(np.asarray(high, dtype=np.float64))
