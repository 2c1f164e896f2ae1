"""The rules of disclosure control, tried by an attacker who goes through every table there could be."""

import os

import numpy as np
import pytest

from privacy.disclosure import attacker, deciding
from privacy.disclosure.attacker import Undecided
from privacy.disclosure.deciding import decide
from privacy.disclosure.menu import ALL, Counted, Kind, figures_of, problem_of
from privacy.disclosure.problem import Before
from privacy.disclosure.rules import OVER, Figure, Rules, figure, rounded
from privacy.vault.groups import Scale
from privacy.vault.releases import PastRelease
from privacy.vault.tabulating import _remembered, before
from tests.privacy.brute import attacked, faults, readable, tables_of

RULES = Rules()
# Of the sets that are tried in every run; the long run takes as many as it is told.
_ALWAYS = 200
_LONG = int(os.environ.get("FUZZ_SETS", "20000"))
# Rules in miniature: with them all tables of several linked measures and days can be gone through.
SMALL = Rules(fewest=3, colluders=1, rounding=3, width=3, step=3)


def teams(sizes: dict[str, tuple[int, int]], **more: object) -> Counted:
    """Teams with (people on the roster, people who took part)."""
    names = list(sizes)
    return Counted(
        kinds=[Kind("one", (("team", name),), n) for n, name in enumerate(names)],
        pool_sizes=[sizes[name][0] for name in names],
        areas=["one"],
        dimensions={"team": (names, True)},
        streams=[],
        themes={},
        counts={"part": np.array([sizes[name][1] for name in names], dtype=np.int64)},
        **more,  # type: ignore[arg-type]
    )


def shown(counted: Counted, rules: Rules = RULES) -> dict[str, Figure]:
    problem = problem_of(counted, with_all=False, before={}, removable=None)
    found = figures_of(problem, decide(problem, rules, seconds=60))
    return {group.removeprefix("in:team:"): made for (_measure, group), made in found.items()}


@pytest.mark.parametrize(
    ("count", "is_shown"), [(9, 0), (11, 0), (12, 0), (13, 1), (27, 1), (29, 1), (30, 0)]
)
def test_a_cell_holds_thirteen_and_leaves_eleven(count: int, is_shown: int) -> None:
    """R53, P4, L13: eleven remain without two colluders, and eleven of the team of 40 did not take part."""
    found = shown(
        teams(
            {"a": (40, count), "b": (300, 100), "c": (300, 90), "d": (100, 9), "e": (100, 9), "f": (100, 9)}
        )
    )

    assert ("a" in found) == bool(is_shown)


def test_a_team_under_eleven_is_never_shown() -> None:
    """P4: whatever it did."""
    for count in range(11):
        assert "a" not in shown(teams({"a": (10, count), "b": (300, 150), "c": (300, 120), "d": (90, 30)}))


def test_a_single_small_team_takes_another_with_it() -> None:
    """L9: otherwise the total gives it away."""
    found = shown(teams({"a": (40, 3), "b": (200, 60), "c": (300, 150), "d": (300, 90)}))

    hidden = {"a", "b", "c", "d"} - set(found)
    assert "a" in hidden
    assert len(hidden) >= 2


def test_counts_are_rounded_and_shares_capped() -> None:
    """Threats, Idea 5: 5; percentages of rounded figures; over 90 %."""
    assert [rounded(n, RULES) for n in (13, 17, 18, 22, 23)] == [15, 15, 20, 20, 25]
    assert figure(62, RULES, of=120, is_population=True) == Figure(60, 58, 62, 50)
    made = figure(985, RULES, of=1000, is_population=True)
    assert (made.shown, made.percent) == (900, OVER)
    assert made.low <= 985 <= made.high
    assert figure(930, RULES, of=1000, is_population=True) == made


def test_unanimity_is_not_told() -> None:
    """L13: all of a team took part, or nobody; neither is seen."""
    everybody = shown(teams({"a": (60, 60), "b": (300, 150), "c": (300, 120), "d": (200, 90)}))
    nobody = shown(teams({"a": (60, 0), "b": (300, 150), "c": (300, 120), "d": (200, 90)}))

    assert "a" not in everybody
    assert "a" not in nobody


def test_ten_dummies_around_somebody_find_out_nothing() -> None:
    """L12: a team of a target and dummies who all took part; with them known the target stays unknown."""
    for took_part in (0, 1):
        counted = teams({"a": (11, 10 + took_part), "b": (300, 150), "c": (300, 120), "d": (200, 90)})
        problem = problem_of(counted, with_all=False, before={}, removable=None)
        decision = decide(problem, RULES, seconds=60)
        dummies = [(0, True)] * 10

        assert "a" not in shown(counted)
        assert [fault for fault in faults(problem, decision, RULES, dummies) if "exactly" in fault] == []


@pytest.mark.parametrize("seed", range(0, _ALWAYS, 40))
def test_brute_force_recovers_nothing(seed: int) -> None:
    """Z14, L9, L12, L13, P12: 0 exact recoveries, 0 cells proven under 11, alone and with two colluders."""
    for n in range(seed, seed + 40):
        _problem, _decision, found = attacked(n, RULES)
        assert found == [], n


@pytest.mark.fuzz
@pytest.mark.parametrize("start", range(0, _LONG, 500))
def test_brute_force_recovers_nothing_at_length(start: int) -> None:
    """Z14: 20,000 table sets."""
    for n in range(start, min(start + 500, _LONG)):
        _problem, _decision, found = attacked(10_000 + n, RULES)
        assert found == [], n


def test_the_attacker_finds_what_thresholds_alone_give_away() -> None:
    """The brute force is able to: without secondary suppression small cells are proven small."""
    proven = 0
    for count in range(13):
        counted = teams({"a": (40, count), "b": (200, 60), "c": (300, 150)})
        problem = problem_of(counted, with_all=False, before={}, removable=None)
        search = deciding._Search(problem, RULES, attacker.Clock(10), bool)
        hidden = [cell for cell in search.cells if cell not in search.shown]
        alone = deciding.Decision(search.shown, set(), hidden, 0)
        proven += bool(faults(problem, alone, RULES))

    assert proven >= 3


def _linked(seed: int) -> Counted:
    """Two teams and four measures in miniature: taking part, one question, likes, dislikes."""
    random = np.random.default_rng(seed)
    sizes = [int(random.integers(4, 9)) for _team in range(2)]
    part = np.array([int(random.integers(0, size + 1)) for size in sizes])
    stream = np.array([int(random.integers(0, n + 1)) for n in part])
    liked = np.array([int(random.integers(max(0, p - s), p + 1)) for p, s in zip(part, stream, strict=True)])
    disliked = np.array([int(random.integers(0, p + 1)) for p in part])
    counted = teams({"a": (sizes[0], int(part[0])), "b": (sizes[1], int(part[1]))})
    counted.streams = ["s"]
    counted.counts = {"part": part, "stream:s": stream, "liked": liked, "disliked": disliked}
    return counted


@pytest.mark.parametrize("seed", range(120))
def test_linked_measures_give_nothing_away(seed: int) -> None:
    """L9: whoever wrote or voted took part, and nobody else; all tables of that are gone through."""
    problem = problem_of(_linked(seed), with_all=True, before={}, removable=None)
    decision = decide(problem, SMALL, seconds=60)
    kinds = [
        [
            (p, s, up, down)
            for p in range(size + 1)
            for s in range(p + 1)
            for up in range(p + 1)
            for down in range(p + 1)
            if p <= s + up + down
        ]
        for size in problem.pool_sizes
    ]
    first, second = (np.array(kind) for kind in kinds)
    sums = {ALL: first[:, None, :] + second[None, :, :]}
    sums["in:team:a"] = np.broadcast_to(first[:, None, :], sums[ALL].shape)
    sums["in:team:b"] = np.broadcast_to(second[None, :, :], sums[ALL].shape)
    agrees = np.ones(sums[ALL].shape[:2], dtype=bool)
    for (measure, group), made in decision.figures.items():
        value = sums[problem.groups[group].name][:, :, measure]
        agrees &= (value >= made.low) & (value <= made.high)

    assert agrees.any()
    for measure, group in decision.hidden:
        value = sums[problem.groups[group].name][:, :, measure][agrees]
        assert value.min() < value.max(), (seed, problem.measures[measure], problem.groups[group].name)


@pytest.mark.parametrize("seed", range(80))
def test_two_days_give_nothing_away(seed: int) -> None:
    """L10: every pair of tables that agrees with both days, and with the rule by which figures stay."""
    random = np.random.default_rng(seed)
    sizes = {name: int(random.integers(5, 9)) for name in "abc"}
    first = {name: int(random.integers(0, size + 1)) for name, size in sizes.items()}
    joined = {name: int(random.integers(0, sizes[name] - first[name] + 1)) for name in sizes}
    second = {name: first[name] + joined[name] for name in sizes}
    if seed % 4 == 0:  # somebody withdrew
        second["a"] = max(0, first["a"] - 1)
    days, problems = [], []
    past: list[PastRelease] = []
    for counts in (first, second):
        counted = teams({name: (sizes[name], counts[name]) for name in sizes})
        early = np.array([min(first[name], second[name]) for name in sizes]) if past else None
        problem = problem_of(counted, with_all=False, before=before(past), removable=early)
        decision = decide(problem, SMALL, seconds=60)
        past.append(PastRelease(day=None, scale=Scale.DAILY, cells=_remembered(problem, decision)))  # type: ignore[arg-type]
        days.append(decision)
        problems.append(problem)
    axes = [np.arange(size + 1) for size in sizes.values()]
    grid = np.stack([part.ravel() for part in np.meshgrid(*axes, *axes, indexing="ij")])
    members = problems[0].members()
    sums = [members @ grid[:3], members @ grid[3:]]
    agrees = np.ones(grid.shape[1], dtype=bool)
    for n, decision in enumerate(days):
        for (_measure, group), made in decision.figures.items():
            if (0, group) not in decision.kept:
                agrees &= (sums[n][group] >= made.low) & (sums[n][group] <= made.high)
            else:
                agrees &= np.abs(sums[1][group] - sums[0][group]) < SMALL.step

    assert agrees.any()
    for n, decision in enumerate(days):
        for _measure, group in decision.hidden:
            value = sums[n][group][agrees]
            assert value.min() < value.max(), (seed, n, problems[n].groups[group].name)


def test_a_figure_stays_until_eleven_people_moved_it() -> None:
    """L10: both ways, and whatever it would be anew."""
    for moved, stays in ((10, True), (11, False), (-10, True), (-30, False)):
        counted = teams({"a": (400, 60 + moved), "b": (400, 120), "c": (300, 100)})
        problem = problem_of(
            counted,
            with_all=False,
            before={"in:team:a": Before(60, 58, 62, 60, (-2, 2), 60)},
            removable=np.array([0, 0, 0]),
        )
        decision = decide(problem, RULES, seconds=60)
        names = {problem.groups[group].name: made for (_m, group), made in decision.figures.items()}

        assert (names["in:team:a"].shown == 60) == stays
        assert (len(decision.kept) == 1) == stays


@pytest.mark.parametrize("seconds", [0.0, 1e-9])
def test_without_time_nothing_is_decided(seconds: float) -> None:
    """F20: HiGHS itself runs out of time."""
    problem = problem_of(
        teams({"a": (40, 3), "b": (200, 60), "c": (300, 150)}), with_all=False, before={}, removable=None
    )

    with pytest.raises(Undecided):
        decide(problem, RULES, seconds=seconds)


def test_an_infeasible_program_decides_nothing() -> None:
    """F20: what is public contradicts the counts, as it would after a mistake of ours."""
    problem = problem_of(
        teams({"a": (40, 3), "b": (200, 60), "c": (300, 150)}), with_all=False, before={}, removable=None
    )
    problem.limits[0, 0] = (500, 500)

    with pytest.raises(Undecided):
        decide(problem, RULES, seconds=60)


def test_an_answer_that_does_not_add_up_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """F20: numeric trouble, seen by exact integers although the status says optimal."""
    real = vars(attacker)["milp"]

    def wrong(*args: object, **kwargs: object) -> object:
        answer = real(*args, **kwargs)
        if answer.x is not None:
            answer.x = answer.x + 7
        return answer

    monkeypatch.setattr(attacker, "milp", wrong)
    problem = problem_of(
        teams({"a": (40, 3), "b": (200, 60), "c": (300, 150)}), with_all=False, before={}, removable=None
    )

    with pytest.raises(Undecided):
        decide(problem, RULES, seconds=60)


def test_live_totals_are_part_of_what_is_known() -> None:
    """Threats, Idea 5: an idea with 40 likes in an area proves 40 people; figures beside it hide more."""
    sizes = {"a": (100, 40), "b": (100, 9)}
    problem = problem_of(
        teams(sizes, limits={"part": {ALL: (49, 49)}}), with_all=False, before={}, removable=None
    )
    decision = decide(problem, RULES, seconds=60)
    public = [(0, 49, 49)] + [
        (group, *readable(made, RULES, problem.groups[group].population))
        for (_m, group), made in decision.figures.items()
    ]
    sizes_of = problem.pool_sizes
    known = tables_of(sizes_of, problem.members(), public, np.zeros(2, dtype=np.int64), sizes_of.copy())

    for _measure, group in decision.hidden:
        if problem.groups[group].name != ALL:
            assert known[group].high >= 11
            assert known[group].low < known[group].high
