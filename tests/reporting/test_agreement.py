"""Kappa and alpha against figures that others have published."""

from math import isclose, isnan, nan

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from reporting.coding.measures.agreement import (
    alpha,
    distance_between_numbers,
    kappa,
    kappa_of_all,
    masi,
    nominal,
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


@pytest.mark.parametrize(("distance", "published"), [(nominal, 0.743), (distance_between_numbers, 0.849)])
def test_alpha_of_four_observers_with_gaps(distance: object, published: float) -> None:
    """R50. Krippendorff 2011, parts C and D: nominal 0.743, interval 0.849."""
    assert alpha(_units(_FOUR), distance) == pytest.approx(published, abs=5e-4)  # type: ignore[arg-type]


def test_kappa_of_a_published_table() -> None:
    """R50. Viera and Garrett, Family Medicine 37 (2005), table 2: 15, 5, 10, 70 give kappa 0.57."""
    first = [True] * 20 + [False] * 80
    second = [True] * 15 + [False] * 5 + [True] * 10 + [False] * 70

    found = kappa(first, second)

    assert found == pytest.approx(0.57, abs=5e-3)
    assert kappa_of_all([{"a": one, "b": other} for one, other in zip(first, second, strict=True)]) == found


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

    assert masi(one, one) == 0
    assert masi(one, apart) == 1
    assert masi(one, both) == pytest.approx(1 - 2 / 3 / 2)
    assert masi(both, apart) == pytest.approx(1 - 1 / 3 / 3)
    assert masi(frozenset(), one) == 1
