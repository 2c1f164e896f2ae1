"""A run of `make bench` is kept, and the next one is compared with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench import history
from tests.bench.ground import Result

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def _result(what: str, ratio: float) -> Result:
    return Result("G2", what, 1.0, ratio, "ms", ratio, "<= 2.5x", ratio <= 2.5)


def test_the_newest_run_is_the_last_one(tmp_path: Path) -> None:
    history.keep([_result("page", 3.0)], at=NOW, folder=tmp_path)
    history.keep([_result("page", 2.0)], at=NOW + timedelta(hours=1), folder=tmp_path)

    assert history.last(tmp_path) == [_result("page", 2.0)]


def test_what_moved_by_more_than_noise_is_told_and_the_rest_is_not(tmp_path: Path) -> None:
    before = [_result("page", 2.0), _result("still", 1.0), _result("gone", 1.0)]

    told = history.changes(before, [_result("page", 2.6), _result("still", 1.1), _result("fresh", 5.0)])

    assert [line.split(":", 1)[1].strip() for line in told] == [
        "2.00x -> 2.60x",
        "new, 5.00x",
        "not measured this time",
    ]


def test_the_first_run_has_nothing_before_it(tmp_path: Path) -> None:
    assert history.last(tmp_path / "none") == []
