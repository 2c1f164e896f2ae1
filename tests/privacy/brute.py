"""
An attacker without a solver: goes through every table of people that agrees with what was published.

Knows the roster exactly, the rules, every figure ever shown, and what single colluders know of themselves.
It shares no code with the audit: intervals are worked out again from what can be read on the page.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from privacy.disclosure.deciding import Decision, decide
from privacy.disclosure.menu import Counted, Kind, problem_of
from privacy.disclosure.problem import PART, Problem
from privacy.disclosure.rules import OVER, Figure, Rules

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Known:
    """The smallest and the largest a withheld count can be; None where nothing agrees, which would be a lie."""

    low: int
    high: int


def readable(made: Figure, rules: Rules, population: int | None) -> tuple[int, int]:
    """What a shown figure says of its count, by the published rules alone."""
    slack = rules.rounding // 2
    if made.percent == OVER and population is not None:
        whole = rules.rounding * ((population + slack) // rules.rounding)
        return max(
            rules.least_shown, -(-rules.most_percent * whole // 100) - slack
        ), population - rules.fewest
    return max(rules.least_shown, made.shown - slack), made.shown + slack


def tables_of(
    sizes: Ints, members: Ints, public: list[tuple[int, int, int]], least: Ints, most: Ints
) -> dict[int, Known]:
    """
    Every count of every group over all integer tables between `least` and `most` that agree with `public`.

    All kinds but the last are gone through; what is left for the last is an interval.
    """
    axes = [np.arange(low, high + 1, dtype=np.int32) for low, high in zip(least[:-1], most[:-1], strict=True)]
    grid = np.meshgrid(*axes, indexing="ij") if axes else []
    flat = np.stack([part.ravel() for part in grid]) if axes else np.zeros((0, 1), dtype=np.int32)
    low = np.full(flat.shape[1], least[-1], dtype=np.int64)
    high = np.full(flat.shape[1], most[-1], dtype=np.int64)
    agrees = np.ones(flat.shape[1], dtype=bool)
    for group, lowest, highest in public:
        so_far = members[group, :-1] @ flat
        if members[group, -1]:
            low, high = np.maximum(low, lowest - so_far), np.minimum(high, highest - so_far)
        else:
            agrees &= (so_far >= lowest) & (so_far <= highest)
    agrees &= low <= high
    assert agrees.any(), "what was published agrees with no table at all"
    flat, low, high = flat[:, agrees], low[agrees], high[agrees]
    found = {}
    for group in range(len(members)):
        sums = members[group, :-1] @ flat
        last = members[group, -1]
        found[group] = Known(int((sums + last * low).min()), int((sums + last * high).max()))
    return found


def attack(
    problem: Problem,
    decision: Decision,
    rules: Rules,
    colluders: list[tuple[int, bool]] = (),  # type: ignore[assignment]
) -> dict[int, Known]:
    """What follows for each group's participation. A colluder is a kind, and whether they took part."""
    members = problem.members()
    public = []
    for (measure, group), made in decision.figures.items():
        if measure == PART:
            low, high = readable(made, rules, problem.groups[group].population)
            public.append((group, low, high))
    least = np.zeros(len(problem.pool_sizes), dtype=np.int64)
    most = problem.pool_sizes.copy()
    for kind, took_part in colluders:
        least[kind] += took_part
        most[kind] -= not took_part
    return tables_of(problem.pool_sizes, members, public, least, most)


def faults(
    problem: Problem,
    decision: Decision,
    rules: Rules,
    colluders: list[tuple[int, bool]] = (),  # type: ignore[assignment]
) -> list[str]:
    """Withheld cells that are recovered exactly, or proven to hold fewer than may be shown."""
    found = []
    known = attack(problem, decision, rules, colluders)
    ins = problem.members()
    for measure, group in decision.hidden:
        if measure != PART:
            continue
        # Whoever they are themselves, they know without us.
        own_in = sum(int(ins[group, kind]) * took_part for kind, took_part in colluders)
        own_out = sum(int(ins[group, kind]) * (not took_part) for kind, took_part in colluders)
        free = int((ins[group] * problem.pool_sizes).sum()) - own_in - own_out
        name, seen = problem.groups[group].name, known[group]
        if free > 0 and seen.low == seen.high:
            found.append(f"{name} is exactly {seen.low}")
        if free + own_in >= rules.fewest and seen.high < rules.fewest:
            found.append(f"{name} is proven under {rules.fewest}: {seen.low} to {seen.high}")
    return found


def random_counted(seed: int) -> Counted:
    """A small set of linked tables: one or two dimensions, one or two areas, six kinds of people at the most."""
    random = np.random.default_rng(seed)
    shape = [(3,), (4,), (2, 2), (5,), (6,), (3, 2), (2, 3)][int(random.integers(7))]
    with_areas = bool(random.integers(2)) and len(shape) == 2
    # All but one kind are gone through: the more there are, the fewer people.
    cap = {3: 220, 4: 55, 5: 24, 6: 16}[int(np.prod(shape))]
    kinds, sizes = [], []
    for n, place in enumerate(product(*(range(size) for size in shape))):
        area = f"a{place[1]}" if with_areas else "one"
        groups = (
            ("d", f"g{place[0]}"),
            *((("e", f"h{place[1]}"),) if len(shape) == 2 and not with_areas else ()),
        )
        kinds.append(Kind(area, groups, n))
        sizes.append(
            int(random.integers(1, cap) if random.random() < 0.4 else random.integers(cap // 2, cap))
        )
    share = random.choice([0.1, 0.3, 0.5, 0.8, 1.0])
    counts = np.array([int(random.binomial(size, share)) for size in sizes], dtype=np.int64)
    dimensions = {"d": ([f"g{n}" for n in range(shape[0])], True)}
    if len(shape) == 2 and not with_areas:
        dimensions["e"] = [f"h{n}" for n in range(shape[1])], True
    areas = [f"a{n}" for n in range(shape[1])] if with_areas else ["one"]
    return Counted(
        kinds=kinds, pool_sizes=sizes, areas=areas, dimensions=dimensions, streams=[], themes={},
        counts={"part": counts},
    )  # fmt: skip


def attacked(seed: int, rules: Rules) -> tuple[Problem, Decision, list[str]]:
    """One set: decided, then attacked alone and with random pairs of colluders."""
    random = np.random.default_rng(seed + 1)
    problem = problem_of(random_counted(seed), with_all=False, before={}, removable=None)
    decision = decide(problem, rules, seconds=60)
    found = faults(problem, decision, rules)
    people = [
        (kind, took_part)
        for kind in range(len(problem.pool_sizes))
        for took_part, count in (
            (True, int(problem.counts[PART][kind])),
            (False, int(problem.pool_sizes[kind] - problem.counts[PART][kind])),
        )
        for _one in range(min(count, rules.colluders))
    ]
    for _pair in range(2):
        if len(people) >= rules.colluders:
            pair = [people[n] for n in random.choice(len(people), rules.colluders, replace=False)]
            found += [f"with {pair}: {fault}" for fault in faults(problem, decision, rules, pair)]
    return problem, decision, found
