"""Kappa and alpha against figures that others have published."""

from math import isclose, isnan, nan

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from reporting.coding.measures.agreement import (
    alpha,
    alpha_of_coincidences,
    coincidences_of_yes,
    interval,
    kappa,
    kappa_of_table,
    masi,
    mean_by_weight,
    nominal,
    yes_or_no,
)

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), part C: four observers, twelve units.
_FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
    [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
]


def _units(observers: list[list[float]]) -> list[list[float]]:
    return [[value for value in unit if not isnan(value)] for unit in zip(*observers, strict=True)]


def test_alpha_of_two_observers_and_a_dichotomy() -> None:
    """R50. Krippendorff 2011, part A: alpha 0.095."""
    meg = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    owen = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]

    assert alpha(list(zip(meg, owen, strict=True))) == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_two_observers_and_several_values() -> None:
    """R50. Krippendorff 2011, part B: alpha 0.692."""
    ben, gerry = "aabbdcccedda", "babbbccceddd"

    assert alpha(list(zip(ben, gerry, strict=True))) == pytest.approx(0.692, abs=5e-4)


@pytest.mark.parametrize(("distance", "published"), [(nominal, 0.743), (interval, 0.849)])
def test_alpha_of_four_observers_with_gaps(distance: object, published: float) -> None:
    """R50. Krippendorff 2011, parts C and D: nominal 0.743, interval 0.849."""
    assert alpha(_units(_FOUR), distance) == pytest.approx(published, abs=5e-4)  # type: ignore[arg-type]


def test_kappa_of_a_published_table() -> None:
    """R50. Viera and Garrett, Family Medicine 37 (2005), table 2: 15, 5, 10, 70 give kappa 0.57."""
    first = [True] * 20 + [False] * 80
    second = [True] * 15 + [False] * 5 + [True] * 10 + [False] * 70

    assert kappa(first, second) == pytest.approx(0.57, abs=5e-3)


def test_tables_of_yes_and_no_give_the_same_figures() -> None:
    draw = np.random.default_rng(3)
    first, second = draw.random(200) < 0.3, draw.random(200) < 0.4
    units = list(zip(first.tolist(), second.tolist(), strict=True))
    counted = coincidences_of_yes(np.full(200, 2), first.astype(int) + second)

    assert kappa_of_table(yes_or_no(first, second)) == pytest.approx(kappa(first.tolist(), second.tolist()))
    assert alpha_of_coincidences(counted, nominal([False, True])) == pytest.approx(alpha(units))


def test_several_pairs_count_by_what_both_judged() -> None:
    assert mean_by_weight([(0.5, 10), (None, 90), (0.8, 20)]) == pytest.approx(0.7)
    assert mean_by_weight([(None, 3)]) is None


def test_kappa_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(7)
    for values in (2, 3, 9):
        first, second = draw.integers(0, values, (2, 200)).tolist()
        ours = kappa(first, second)
        assert ours is not None
        assert isclose(ours, cohen_kappa_score(first, second), abs_tol=1e-12)


def test_where_there_is_nothing_to_compare_there_is_no_figure() -> None:
    assert kappa([], []) is None
    assert kappa(["a", "a"], ["a", "a"]) is None
    assert alpha([["a"], ["b"]]) is None
    assert alpha([["a", "a"], ["a", "a"]]) is None


def test_all_the_same_is_one_and_alpha_needs_no_full_rows() -> None:
    assert alpha([["a", "a"], ["b", "b"], ["c"]]) == 1.0
    assert kappa(["a", "b"], ["a", "b"]) == 1.0


def test_sets_that_share_something_are_nearer() -> None:
    """Passonneau, LREC 2006: two thirds of Jaccard where one lies in the other, one third where they overlap."""
    one, both, apart = frozenset("a"), frozenset("ab"), frozenset("bc")

    far = masi([one, both, apart, frozenset()])

    assert far.diagonal().tolist() == [0, 0, 0, 0]
    assert far[0, 2] == 1
    assert far[0, 1] == pytest.approx(1 - 2 / 3 / 2)
    assert far[1, 2] == pytest.approx(1 - 1 / 3 / 3)
    assert far[3, 0] == 1
