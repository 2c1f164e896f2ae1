"""
Which cells are shown: first by the rules for each alone, then fewer and fewer until nothing follows from them.

The decision uses counts alone, never who asks. Hiding more only adds to what a reader has to think possible, so
every witness found stays one, and the search ends at the latest when nothing new is shown at all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from privacy.disclosure.attacker import Attacker, Clock, Free, Public
from privacy.disclosure.problem import PART, Bools, Ints, Problem
from privacy.disclosure.rules import Figure, Rules, figure

Cell = tuple[int, int]

# So many free counts in one program: larger ones take longer than several small ones.
_MOST_FREE = 3_000
_FEWEST_KINDS = 24
# When so few cells are left unsafe, each gets a program so many times as large.
_FEW = 12
_LARGER = 4
_SEED = 20_260_101


@dataclass(slots=True)
class Decision:
    """
    The figures to show. `kept` are those of an earlier release that stand as they were.

    `hidden` counts cells withheld or empty; `seen` is what is left possible of each cell.
    """

    figures: dict[Cell, Figure]
    kept: set[Cell]
    hidden: list[Cell]
    programs: int
    seen: dict[Cell, tuple[int, int]] = field(default_factory=dict)


def decide(
    problem: Problem, rules: Rules, *, seconds: float, meanwhile: Callable[[float], object] = bool
) -> Decision:
    """
    The decision for everything that is in the menu. `meanwhile` hears how much of the work is done (0 to 1).

    Raises Undecided where the solver does not give an optimal answer in time: then nothing may be published.
    """
    return _Search(problem, rules, Clock(seconds), meanwhile).run()


class _Search:
    def __init__(
        self, problem: Problem, rules: Rules, clock: Clock, meanwhile: Callable[[float], object]
    ) -> None:
        self.problem, self.rules, self.clock, self.meanwhile = problem, rules, clock, meanwhile
        self.attacker = Attacker(problem, clock)
        self.truth = self.attacker.truth
        self.index = {group.name: n for n, group in enumerate(problem.groups)}
        self.cells: list[Cell] = [(int(m), int(g)) for m, g in np.argwhere(problem.menu)]
        self.ends = {cell: self._ends(cell) for cell in self.cells}
        self.kept = self._kept()
        self.shown = self._shown_alone()
        self.room = max(_FEWEST_KINDS, _MOST_FREE // len(problem.measures))
        self.is_small = problem.counts.shape[1] <= self.room
        self.members = problem.members()
        self.random = np.random.default_rng(_SEED)

    def run(self) -> Decision:
        unsafe: list[Cell] = []
        while True:
            self._hide_in_pairs()
            self._drop_orphans()
            unsafe = self._unsafe()
            self._look(unsafe)
            unsafe = self._unsafe()
            # What is left unsafe when nothing new is shown follows from what everybody knows already.
            if not unsafe or not self._hide(unsafe):
                break
        if unsafe:
            self.shown = {}
        hidden = [cell for cell in self.cells if cell not in self.shown and cell not in self.kept]
        seen = {
            cell: (int(self.attacker.lowest[cell]), int(self.attacker.highest[cell])) for cell in self.cells
        }
        return Decision({**self.kept, **self.shown}, set(self.kept), hidden, self.clock.programs, seen)

    # --- each cell alone

    def _kept(self) -> dict[Cell, Figure]:
        """Figures of earlier releases whose count has not moved far enough."""
        kept = {}
        for group, before in self.problem.before.items():
            count = int(self.truth[PART, group])
            if before.figure is not None and abs(count - before.since) < self.rules.step:
                kept[PART, group] = self._figure_of(before.figure, before.low, before.high, group)
        return kept

    def _figure_of(self, shown: int, low: int, high: int, group: int) -> Figure:
        population = self.problem.groups[group].population
        again = figure(shown, self.rules, of=population, is_population=True)
        return Figure(shown, low, high, again.percent)

    def _shown_alone(self) -> dict[Cell, Figure]:
        found: dict[Cell, Figure] = {}
        for cell in sorted(self.cells):
            if cell in self.kept or not self._is_large_enough(cell):
                continue
            made = self._figure(cell, found)
            # A figure that does not hold its own count would mislead; it is withheld.
            if made is not None and made.low <= self.truth[cell] <= made.high:
                found[cell] = made
        return found

    def _figure(self, cell: Cell, found: dict[Cell, Figure]) -> Figure | None:
        measure, group = cell
        count = int(self.truth[cell])
        if measure == PART:
            population = self.problem.groups[group].population
            return figure(count, self.rules, of=population, is_population=True)
        part = found.get((PART, group)) or self.kept.get((PART, group))
        return None if part is None else figure(count, self.rules, of=part.shown)

    def _is_large_enough(self, cell: Cell) -> bool:
        """Enough people in the group, in the cell, and in what is left of each whole it is a part of."""
        measure, number = cell
        group, rules = self.problem.groups[number], self.rules
        count = int(self.truth[cell])
        people = group.answered if group.population is None else group.population
        if people < rules.fewest or count < rules.least_shown:
            return False
        rests = [int(self.truth[PART, number]) - count] if measure != PART else []
        if measure == PART and group.population is not None:
            rests.append(group.population - count)
        for name in group.over:
            over = self.problem.groups[self.index[name]]
            # A part that is the whole, by the roster, leaves no rest.
            if over.population is None or over.population != group.population:
                rests.append(int(self.truth[measure, self.index[name]]) - count)
        return all(rest >= rules.fewest for rest in rests)

    # --- what follows

    def _ends(self, cell: Cell) -> tuple[int, int]:
        """Between what the count can be by roster and live totals alone, whatever is released."""
        measure, number = cell
        problem = self.problem
        members = problem.groups[number].members
        pools = np.unique(problem.pools[members])
        most = int(problem.pool_sizes[pools].sum())
        parts = 0
        for group, other in enumerate(problem.groups):
            low, high = problem.limits.get((measure, group), (0, most))
            if number == group:
                most, parts = min(most, high), max(parts, low)
            elif not (members & ~other.members).any():
                most = min(most, high)
        return parts, most

    def _public(self) -> Public:
        public = Public.nothing(self.truth.shape)
        for cell, (low, high) in self.problem.limits.items():
            public.knows(cell, low, high)
        for cell, made in self.shown.items():
            public.knows(cell, made.low, made.high)
        for group, before in self.problem.before.items():
            if before.shift is not None:
                count = self.truth[PART, group]
                public.knows((PART, group), count + before.shift[0], count + before.shift[1])
        return public

    def _is_shown(self, cell: Cell) -> bool:
        return cell in self.shown or cell in self.kept

    def _unsafe(self) -> list[Cell]:
        return [cell for cell in self.cells if not self._is_shown(cell) and not self._is_safe(cell)]

    def _is_safe(self, cell: Cell) -> bool:
        least, most = self.ends[cell]
        lowest, highest = int(self.attacker.lowest[cell]), int(self.attacker.highest[cell])
        width = min(self.rules.width, most - least)
        return highest - lowest >= width and self._raised(cell, highest) >= min(self.rules.least_shown, most)

    def _raised(self, cell: Cell, highest: int) -> int:
        """How large the count may seem in each release that withheld it, at the least."""
        measure, group = cell
        before = self.problem.before.get(group) if measure == PART else None
        if before is None:
            return highest
        return highest - max(0, int(self.truth[cell]) - before.least)

    def _wanted(self, cells: Iterable[Cell], *, up: bool) -> dict[Cell, int]:
        wanted = {}
        for cell in cells:
            count = int(self.truth[cell])
            least, most = self.ends[cell]
            # A little more than is needed: a program that is run anyway may as well find it.
            width = self.rules.width + self.rules.colluders
            if up:
                missing = self.rules.least_shown - self._raised(cell, count)
                wanted[cell] = max(0, min(max(width, missing), most - count))
            else:
                wanted[cell] = max(0, min(width, count - least))
        return wanted

    def _look(self, unsafe: list[Cell]) -> None:
        """Witnesses for these cells: a measure at a time, then a group at a time with all measures together."""
        public = self._public()
        everywhere = np.arange(self.problem.counts.shape[1])
        groups = sorted({group for _m, group in unsafe if not self._is_shown((PART, group))})
        measures = sorted({measure for measure, _g in unsafe} - {PART})
        steps = len(groups) + len(measures) + 1
        for done, measure in enumerate(measures):
            of_measure = [cell for cell in unsafe if cell[0] == measure]
            self._move(public, Free([measure], everywhere), of_measure)
            if self.is_small:
                self._move(public, self._together(of_measure), self._still(of_measure))
            self.meanwhile((done + 1) / steps)
        # People whose taking part is withheld are moved with everything they did.
        for done, number in enumerate(groups):
            of_group = self._still(cell for cell in unsafe if cell[1] == number)
            if of_group:
                self._move(public, self._together([(PART, number)]), of_group)
            self.meanwhile((len(measures) + done + 1) / steps)
        # One by one: exact where a program holds everything, and worth a larger one where few are left.
        left = self._still(unsafe)
        for cell in left if self.is_small or len(left) <= _FEW else []:
            if not self._is_safe(cell):
                self._move(public, self._together([cell], times=_LARGER), [cell])

    def _still(self, cells: Iterable[Cell]) -> list[Cell]:
        return [cell for cell in cells if not self._is_safe(cell)]

    def _move(self, public: Public, free: Free, cells: list[Cell]) -> None:
        for up in (True, False):
            self.attacker.move(public, free, self._wanted(cells, up=up), up=up)

    def _together(self, cells: list[Cell], *, times: int = 1) -> Free:
        """All measures free, over as many kinds as one program bears: those of the cells and of what is hidden beside them."""
        problem = self.problem
        measures = list(range(len(problem.measures)))
        kinds = problem.counts.shape[1]
        if self.is_small:
            return Free(measures, np.arange(kinds))
        inside = np.zeros(kinds, dtype=bool)
        beside = np.zeros(kinds, dtype=bool)
        for measure, group in cells:
            inside |= problem.groups[group].members
            base = problem.groups[group].family.partition("@")[0]
            for other, found in enumerate(problem.groups):
                is_near = found.family.partition("@")[0] == base and other != group
                if is_near and not self._is_shown((measure, other)):
                    beside |= found.members
        beside &= ~inside
        paired = self._paired(cells[0][1], inside, beside)
        room = self.room * times
        drawn = [self._draw(inside, room // 4), self._draw(beside, room // 4)]
        return Free(measures, np.unique(np.concatenate([paired[: room // 2], *drawn])))

    def _paired(self, number: int, inside: Bools, beside: Bools) -> Ints:
        """Kinds that differ in what divides these groups alone: people moved between them change no other figure."""
        problem = self.problem
        base = problem.groups[number].family.partition("@")[0]
        others = [n for n, group in enumerate(problem.groups) if group.family.partition("@")[0] != base]
        others = [n for n in others if base != "area" or "@" not in problem.groups[n].family]
        alike = self.members[others].T
        _first, sign = np.unique(alike, axis=0, return_inverse=True)
        sign = sign.ravel()
        room = np.maximum(0, problem.pool_sizes[problem.pools] - problem.counts[PART])
        gain = np.bincount(sign, weights=room * inside)
        give = np.bincount(sign, weights=problem.counts[PART] * beside)
        worth = np.minimum(gain, give)[sign]
        chosen = np.flatnonzero((worth > 0) & (inside | beside))
        found: Ints = chosen[np.lexsort((chosen, sign[chosen], -worth[chosen]))]
        return found

    def _draw(self, among: Bools, most: int) -> Ints:
        found: Ints = np.flatnonzero(among)
        drawn: Ints = self.random.permutation(found)[:most]
        return drawn

    # --- showing less

    def _drop_orphans(self) -> None:
        """No part of what took part is shown where that itself is not."""
        for measure, group in list(self.shown):
            if measure != PART and not self._is_shown((PART, group)):
                del self.shown[measure, group]

    def _hide_in_pairs(self) -> None:
        """What stands alone in a family whose whole is shown follows by subtraction: no program is needed to see it."""
        families: dict[tuple[int, str], list[Cell]] = {}
        for measure, number in self.cells:
            families.setdefault((measure, self.problem.groups[number].family), []).append((measure, number))
        for cells in families.values():
            hidden = [cell for cell in cells if not self._is_shown(cell)]
            others = sorted((cell for cell in cells if cell in self.shown), key=lambda c: self.truth[c])
            enough = 2 * self.rules.least_shown
            while others and hidden and (len(hidden) < 2 or sum(self.truth[c] for c in hidden) < enough):
                hidden.append(others.pop(0))
                del self.shown[hidden[-1]]

    def _hide(self, unsafe: list[Cell]) -> bool:
        """One more cell beside each that is unsafe. False where there is nothing left to hide."""
        gone: set[Cell] = set()
        for cell in unsafe:
            for choice in self._choices(cell):
                there = [other for other in choice if other in self.shown]
                if there:
                    gone.update(there)
                    break
        for cell in gone:
            del self.shown[cell]
        return bool(gone)

    def _choices(self, cell: Cell) -> Iterable[list[Cell]]:
        """What to hide for a cell: the smallest beside it, then what holds it, then more and more."""
        measure, number = cell
        group = self.problem.groups[number]
        beside = [(measure, other) for other in self._siblings(number)]
        yield sorted((other for other in beside if other in self.shown), key=lambda c: self.truth[c])[:1]
        for name in reversed(group.over):
            yield [(measure, self.index[name])]
        yield [found for found in self.shown if found[0] == measure]
        yield [found for found in self.shown if found[1] == number]
        yield [found for found in self.shown if found[0] != PART]
        yield list(self.shown)

    def _siblings(self, number: int) -> list[int]:
        family = self.problem.groups[number].family
        return [n for n, group in enumerate(self.problem.groups) if group.family == family and n != number]
