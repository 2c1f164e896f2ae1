"""Who did what, by kind of people: a snapshot joined with what roster and survey say. Lives as long as its job."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import numpy as np

from privacy.disclosure.menu import (
    ALL,
    DISLIKED,
    LIKED,
    TOOK_PART,
    Counted,
    Kind,
    stream_measure,
    theme_measure,
)
from privacy.disclosure.problem import Ints
from privacy.vault import frozen
from privacy.vault.frozen import People
from privacy.vault.groups import Labels, TablesAsked
from privacy.vault.models import Leaving, Person
from privacy.vault.opened import Opened
from privacy.vault.people import attributes_of
from privacy.vault.population import Remembered, remembered_of
from privacy.vault.releases import PastRelease

# Tables with more rows than a page bears help nobody: the largest themes of the frame have columns.
_MOST_THEMES = 60
_PAGE = 1_000

_Answers = tuple[tuple[str, str], ...]
_Key = tuple[str, _Answers, _Answers]


@dataclass(slots=True)
class Tally:
    """`names` are what the vault itself calls dimensions and groups: "team", "team:porters"."""

    counted: Counted
    removable: Ints
    names: dict[str, str]


@dataclass(slots=True)
class _Seen:
    """By number of person: measures as bits. And what anybody can count: contributions and votes by area."""

    bits: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    early: set[int] = field(default_factory=set)
    measures: dict[str, int] = field(default_factory=dict)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)
    most: dict[tuple[str, str], int] = field(default_factory=dict)

    def bit(self, measure: str) -> int:
        return 1 << self.measures.setdefault(measure, len(self.measures))


def count(
    keys: Opened, asked: TablesAsked, past: list[PastRelease], meanwhile: Callable[[], object]
) -> Tally:
    """Open everything once and count it. Raises SnapshotGone."""
    people, seen = People(), _Seen()
    first = past[0].day if past else None
    _read_posts(keys, asked.snapshot, people, seen, first, meanwhile)
    _read_votes(keys, asked.snapshot, people, seen, meanwhile)
    known = remembered_of(keys)
    rows, dimensions = _who_is_what(keys, known, asked.labels)
    return _tally(people, seen, known, rows, dimensions, asked.labels)


def _read_posts(
    keys: Opened,
    snapshot: UUID,
    people: People,
    seen: _Seen,
    first: date | None,
    meanwhile: Callable[[], object],
) -> None:
    for person, post in frozen.posts_of(keys, snapshot, people, meanwhile):
        measures = [stream_measure(str(post.stream)), *(theme_measure(str(code)) for code in post.codes)]
        for measure in measures:
            seen.totals[measure, post.area] += 1
        seen.totals[TOOK_PART, post.area] += 1
        if person is not None:
            for measure in measures:
                seen.bits[person] |= seen.bit(measure)
            if first is not None and post.day <= first:
                seen.early.add(person)


def _read_votes(
    keys: Opened, snapshot: UUID, people: People, seen: _Seen, meanwhile: Callable[[], object]
) -> None:
    bits = {1: seen.bit(LIKED), -1: seen.bit(DISLIKED)}
    per_idea: Counter[tuple[UUID, str, int]] = Counter()
    for person, vote in frozen.votes_of(keys, snapshot, people, meanwhile):
        seen.bits[person] |= bits[vote.value]
        per_idea[vote.idea, vote.area, vote.value] += 1
    both: Counter[tuple[UUID, str]] = Counter()
    for (idea, area, value), votes in per_idea.items():
        measure = LIKED if value > 0 else DISLIKED
        seen.totals[measure, area] += votes
        seen.totals[TOOK_PART, area] += votes
        seen.most[measure, area] = max(seen.most.get((measure, area), 0), votes)
        both[idea, area] += votes
    # One person has one vote on an idea: so many people there are at least.
    for (_idea, area), votes in both.items():
        seen.most[TOOK_PART, area] = max(seen.most.get((TOOK_PART, area), 0), votes)


def _who_is_what(keys: Opened, known: Remembered, labels: Labels) -> tuple[dict[UUID, _Key], dict[str, bool]]:
    """Everybody's area, groups and answers; and which dimensions there are, and whether the roster has them."""
    on_roster = {dimension for (_area, groups), _size in known.kinds for dimension, _group in groups}
    on_roster |= set(known.names)
    surveyed: set[str] = set()
    rows: dict[UUID, _Key] = {}
    last = None
    while True:
        there = Person.objects.filter(conversation=keys.conversation, leaving=Leaving.NO).order_by("pk")
        page = list((there.filter(pk__gt=last) if last else there)[:_PAGE])
        for person in page:
            said = attributes_of(keys, person)
            answers = _answers(keys, person)
            given = tuple(sorted((d, g) for d, g in answers.items() if d not in on_roster))
            surveyed.update(dimension for dimension, _group in given)
            rows[person.pk] = said.area, tuple(sorted(said.dimensions.items())), given
        if len(page) < _PAGE:
            break
        last = page[-1].pk
    order = {named.code: n for n, named in enumerate(labels.dimensions)}
    found = sorted(on_roster | surveyed, key=lambda code: (order.get(code, len(order)), code))
    return rows, {dimension: dimension in on_roster for dimension in found}


def _answers(keys: Opened, person: Person) -> dict[str, str]:
    if person.sealed_survey is None:
        return {}
    found: dict[str, str] = json.loads(keys.unseal("person", "survey", person.pk, person.sealed_survey))
    return found


def _tally(
    people: People,
    seen: _Seen,
    known: Remembered,
    rows: dict[UUID, _Key],
    dimensions: dict[str, bool],
    labels: Labels,
) -> Tally:
    pools, kinds = _kinds(known, rows)
    numbers = {key: n for n, key in enumerate(kinds)}
    of_person = [numbers[rows[who]] if who in rows else -1 for who in people.numbers]
    streams = _ordered(seen, "stream:", [named.code for named in labels.streams])
    themes = {
        str(theme.id): theme.parent
        for theme in labels.themes
        if theme_measure(str(theme.id)) in seen.measures
    }
    if len(themes) > _MOST_THEMES:
        sizes: Counter[str] = Counter()
        for (measure, _area), size in seen.totals.items():
            sizes[measure.removeprefix("theme:")] += size
        largest = set(sorted(themes, key=lambda theme: -sizes[theme])[:_MOST_THEMES])
        themes = {theme: above for theme, above in themes.items() if theme in largest}
    measures = [stream_measure(s) for s in streams] + [theme_measure(t) for t in themes] + [LIKED, DISLIKED]
    counted = Counted(
        kinds=[Kind(area, (*groups, *answers), pools[area, groups][0]) for area, groups, answers in kinds],
        pool_sizes=[size for _n, size in pools.values()],
        areas=[named.code for named in labels.areas],
        dimensions={
            dimension: (_groups(dimension, kinds, labels), on_roster)
            for dimension, on_roster in dimensions.items()
        },
        streams=streams,
        themes=themes,
        counts=_counts(seen, of_person, len(kinds), measures),
        limits=_limits(seen, measures),
    )
    removable = np.zeros(len(kinds), dtype=np.int64)
    for person in seen.early:
        if of_person[person] >= 0:
            removable[of_person[person]] += 1
    return Tally(counted, removable, _names(known))


def _kinds(
    known: Remembered, rows: dict[UUID, _Key]
) -> tuple[dict[tuple[str, _Answers], tuple[int, int]], list[_Key]]:
    """Pools by number and size, and kinds. A pool has as many people as its roster says, or as there are."""
    sizes: Counter[tuple[str, _Answers]] = Counter({kind: size for kind, size in known.kinds if size > 0})
    there = Counter((area, groups) for area, groups, _answers in rows.values())
    keys = sorted(sizes | there)
    pools = {key: (n, max(sizes[key], there[key])) for n, key in enumerate(keys)}
    kinds = sorted({*rows.values(), *((area, groups, ()) for area, groups in keys)})
    return pools, kinds


def _counts(seen: _Seen, of_person: list[int], kinds: int, measures: list[str]) -> dict[str, Ints]:
    places = np.array(of_person, dtype=np.int64)
    counts = {measure: np.zeros(kinds, dtype=np.int64) for measure in (TOOK_PART, *measures)}
    bits = {measure: 1 << seen.measures[measure] for measure in measures if measure in seen.measures}
    for person, did in seen.bits.items():
        kind = places[person]
        if kind >= 0:
            counts[TOOK_PART][kind] += 1
            for measure, bit in bits.items():
                if did & bit:
                    counts[measure][kind] += 1
    return counts


def _limits(seen: _Seen, measures: list[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """What live totals tell of people: no more than contributions and votes, no fewer than votes of one idea."""
    areas = {area for _measure, area in seen.totals}
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for measure in (TOOK_PART, *measures):
        by_area = {area: (_least(seen, measure, area), seen.totals[measure, area]) for area in areas}
        low = max((low for low, _high in by_area.values()), default=0)
        found[measure] = {**by_area, ALL: (low, sum(high for _low, high in by_area.values()))}
    return found


def _least(seen: _Seen, measure: str, area: str) -> int:
    return max(seen.most.get((measure, area), 0), int(seen.totals[measure, area] > 0))


def _groups(dimension: str, kinds: list[_Key], labels: Labels) -> list[str]:
    there = {group for _area, groups, answers in kinds for d, group in (*groups, *answers) if d == dimension}
    order = {named.code: n for n, named in enumerate(labels.groups.get(dimension, []))}
    return sorted(there, key=lambda group: (order.get(group, len(order)), group))


def _ordered(seen: _Seen, prefix: str, order: list[str]) -> list[str]:
    there = [measure.removeprefix(prefix) for measure in seen.measures if measure.startswith(prefix)]
    return sorted(there, key=lambda code: (order.index(code) if code in order else len(order), code))


def _names(known: Remembered) -> dict[str, str]:
    named = {
        f"{dimension}:{group}": label
        for dimension, groups in known.labels.items()
        for group, label in groups.items()
    }
    return {**known.names, **named}
