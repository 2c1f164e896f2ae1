"""The fixed menu: which tables there are, from whose counts, and how a decision becomes tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from privacy.disclosure.deciding import Decision
from privacy.disclosure.problem import PART, Before, Group, Inside, Ints, Problem
from privacy.disclosure.rules import Figure

ALL = "all"


@dataclass(frozen=True, slots=True)
class Kind:
    """People who are alike. `pool` is what a roster says of them; answers of the survey stand in `groups` alone."""

    area: str
    groups: tuple[tuple[str, str], ...]
    pool: int


@dataclass(slots=True)
class Counted:
    """What was counted. Codes of dimensions and groups are in the order of their tables."""

    kinds: list[Kind]
    pool_sizes: list[int]
    areas: list[str]
    # Dimension -> its groups, and whether a roster tells how many people are in them.
    dimensions: dict[str, tuple[list[str], bool]]
    streams: list[str]
    # Theme -> the one above it, or nothing.
    themes: dict[str, str]
    # Measure -> how many people of each kind.
    counts: dict[str, Ints]
    # Measure -> area (or ALL) -> bounds that live totals give.
    limits: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """A table of the menu: names of measures and groups for its columns and rows, and of its cells."""

    code: str
    rows: list[str]
    columns: list[str]
    cells: list[list[tuple[str, str]]]


def group_of(dimension: str, group: str, area: str = "") -> str:
    return f"in:{dimension}:{group}" + (f"@{area}" if area else "")


def stream_measure(stream: str) -> str:
    return f"stream:{stream}"


def theme_measure(theme: str) -> str:
    return f"theme:{theme}"


LIKED, DISLIKED, TOOK_PART = "liked", "disliked", "part"


def problem_of(
    counted: Counted, *, with_all: bool, before: dict[str, Before], removable: Ints | None
) -> Problem:
    """Everything there is to decide: participation alone, or the whole menu."""
    streams = [stream_measure(stream) for stream in counted.streams] if with_all else []
    themes = [theme_measure(theme) for theme in counted.themes] if with_all else []
    measures = [TOOK_PART, *streams, *themes, *([LIKED, DISLIKED] if with_all else [])]
    place = {measure: n for n, measure in enumerate(measures)}
    groups = _groups(counted)
    names = {group.name: n for n, group in enumerate(groups)}
    menu = np.zeros((len(measures), len(groups)), dtype=bool)
    for layout in layouts(counted, with_all=with_all):
        for row in layout.cells:
            for measure, group in row:
                menu[place[measure], names[group]] = True
    problem = Problem(
        measures=measures,
        counts=np.array([counted.counts[measure] for measure in measures], dtype=np.int64),
        pools=np.array([kind.pool for kind in counted.kinds], dtype=np.int64),
        pool_sizes=np.array(counted.pool_sizes, dtype=np.int64),
        groups=groups,
        inside=_inside(counted, place),
        menu=menu,
        before={names[name]: found for name, found in before.items() if name in names},
        removable=removable,
    )
    truth = problem.truth()
    for measure, by_area in counted.limits.items():
        for area, (low, high) in by_area.items():
            name = ALL if area == ALL else f"area:{area}"
            if measure in place and name in names:
                cell = place[measure], names[name]
                # Of people who have left only some still count; what is true must stay possible.
                problem.limits[cell] = (min(low, int(truth[cell])), max(high, int(truth[cell])))
    return problem


def layouts(counted: Counted, *, with_all: bool) -> list[Layout]:
    """Every table of the menu, in its order."""
    areas = [f"area:{area}" for area in counted.areas] if len(counted.areas) > 1 else []
    tables = [_table("participation", [*areas, ALL], [TOOK_PART])]
    columns = {
        "streams": [stream_measure(stream) for stream in counted.streams],
        "themes": [theme_measure(theme) for theme in counted.themes],
        "reactions": [LIKED, DISLIKED],
    }
    by_dimension = {
        dimension: [group_of(dimension, group) for group in groups]
        for dimension, (groups, _is_on_roster) in counted.dimensions.items()
    }
    for dimension, rows in by_dimension.items():
        tables.append(_table(f"participation:{dimension}", [*rows, ALL], [TOOK_PART]))
        if areas:
            codes = counted.dimensions[dimension][0]
            cells = [
                [(TOOK_PART, group_of(dimension, code, area)) for area in counted.areas] for code in codes
            ]
            tables.append(Layout(f"areas:{dimension}", rows, areas, cells))
    if with_all:
        for code, measures in columns.items():
            if measures:
                tables += [
                    _table(f"{code}:{dimension}", [*rows, ALL], measures)
                    for dimension, rows in by_dimension.items()
                ] or [_table(code, [ALL], measures)]
    return tables


def figures_of(problem: Problem, decision: Decision) -> dict[tuple[str, str], Figure]:
    return {
        (problem.measures[measure], problem.groups[group].name): figure
        for (measure, group), figure in decision.figures.items()
    }


def _table(code: str, rows: list[str], columns: list[str]) -> Layout:
    return Layout(code, rows, columns, [[(column, row) for column in columns] for row in rows])


def _groups(counted: Counted) -> list[Group]:
    sizes = np.array(counted.pool_sizes, dtype=np.int64)
    there = counted.counts[TOOK_PART]

    def made(
        name: str, family: str, chosen: Iterable[bool], over: tuple[str, ...], *, on_roster: bool
    ) -> Group:
        members = np.array(list(chosen), dtype=bool)
        pools = np.unique(np.array([kind.pool for kind in counted.kinds], dtype=np.int64)[members])
        population = int(sizes[pools].sum()) if on_roster else None
        return Group(name, family, members, population, int(there[members].sum()), over)

    kinds = counted.kinds
    groups = [made(ALL, ALL, [True] * len(kinds), (), on_roster=True)]
    many = len(counted.areas) > 1
    areas = counted.areas if many else []
    groups += [made(f"area:{a}", "area", (k.area == a for k in kinds), (ALL,), on_roster=True) for a in areas]
    for dimension, (codes, on_roster) in counted.dimensions.items():
        for code in codes:
            of_group = [(dimension, code) in kind.groups for kind in kinds]
            name = group_of(dimension, code)
            groups.append(made(name, f"in:{dimension}", of_group, (ALL,), on_roster=on_roster))
            for area in areas:
                both = [yes and kind.area == area for yes, kind in zip(of_group, kinds, strict=True)]
                over = (f"area:{area}", name)
                groups.append(
                    made(
                        group_of(dimension, code, area),
                        f"in:{dimension}@{area}",
                        both,
                        over,
                        on_roster=on_roster,
                    )
                )
    return groups


def _inside(counted: Counted, place: dict[str, int]) -> list[Inside]:
    """Whoever wrote in a stream took part; whoever is in a theme wrote in a stream; nobody took part otherwise."""
    if len(place) == 1:
        return []
    streams = tuple(place[stream_measure(stream)] for stream in counted.streams)
    found = [Inside(n, (PART,)) for n in place.values() if n != PART]
    for theme, above in counted.themes.items():
        if streams:
            found.append(Inside(place[theme_measure(theme)], streams))
        if above in counted.themes:
            found.append(Inside(place[theme_measure(theme)], (place[theme_measure(above)],)))
    found.append(Inside(PART, (*streams, place[LIKED], place[DISLIKED])))
    return found
