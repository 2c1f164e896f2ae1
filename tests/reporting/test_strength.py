"""Strength of opinion and fair rankings, against published examples (R52)."""

from collections import Counter
from datetime import date, timedelta

import pytest

from reporting.findings.measures import (
    Exposure,
    Votes,
    consensus_of,
    days_between,
    division_of,
    ratio,
    shift,
    wilson,
)

MONDAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("likes", "votes", "low", "high"),
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(likes: int, votes: int, low: float, high: float) -> None:
    found = wilson(likes, votes)

    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("now", "of_now", "before", "of_before", "low", "high"),
    # Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10.
    [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (10, 10, 0, 10, 0.6075, 1.0)],
)
def test_a_difference_has_the_published_interval(
    now: int, of_now: int, before: int, of_before: int, low: float, high: float
) -> None:
    found = shift(now, of_now, before, of_before)

    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.is_rising


def test_a_ratio_has_byars_interval() -> None:
    """Breslow and Day 1987: close to the exact limits of a Poisson count, 4.80 and 18.39 for 10."""
    found = ratio(10, 1.0)

    assert (found.low, found.high) == pytest.approx((4.80, 18.39), abs=0.02)
    assert ratio(0, 2.0).low == 0


def test_consensus_of_one_idea_stands_on_all_its_votes() -> None:
    found = consensus_of([Votes(81, 182)])

    assert found is not None
    assert (found.value, found.low) == pytest.approx((81 / 263, 0.2553), abs=5e-5)
    assert consensus_of([]) is None
    assert consensus_of([Votes(0, 0)]) is None


def test_votes_on_several_ideas_may_be_of_the_same_people() -> None:
    """The interval is wider than if every vote were somebody else's, and no wider than that of one idea."""
    one, together = wilson(60, 100), wilson(180, 300)
    found = consensus_of([Votes(60, 40)] * 3)

    assert found is not None
    assert found.value == pytest.approx(0.6)
    assert found.high - found.low > together.high - together.low
    assert found.high - found.low <= one.high - one.low + 1e-9


def test_division_is_about_people_who_voted_on_the_same_idea() -> None:
    """Two ideas that everybody likes and everybody dislikes divide nobody."""
    halves, opposite = division_of([Votes(50, 50)]), division_of([Votes(80, 0), Votes(0, 80)])

    assert halves is not None
    assert opposite is not None
    assert halves.value == pytest.approx(1.0, abs=0.02)
    assert opposite.value == 0
    assert opposite.high < 0.2
    assert division_of([Votes(1, 0), Votes(0, 1)]) is None


@pytest.mark.parametrize("votes", [Votes(1, 1), Votes(2, 0), Votes(7, 1), Votes(50, 50), Votes(999, 1)])
def test_intervals_hold_their_values_and_stay_between_nothing_and_all(votes: Votes) -> None:
    for ideas in ([votes], [votes] * 5, [votes, Votes(3, 2)]):
        for found in (consensus_of(ideas), division_of(ideas)):
            assert found is not None
            assert 0 <= found.low <= found.value <= found.high <= 1


def test_exposure_grows_with_what_was_posted_after() -> None:
    days = Counter({MONDAY: 10, MONDAY + timedelta(1): 30, MONDAY + timedelta(2): 60})
    exposure = Exposure(days)

    seen = [exposure.of(day) for day in sorted(days)]
    assert seen == pytest.approx([0.95, 0.75, 0.3])
    assert exposure.of(MONDAY - timedelta(1)) == 1


def test_quiet_days_are_days_too() -> None:
    assert days_between(MONDAY, MONDAY + timedelta(2)) == [MONDAY + timedelta(n) for n in range(3)]
