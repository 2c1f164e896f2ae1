"""The clock of requests: calendar months, days on which it stands, two months more."""

from datetime import date

import pytest

from privacy.requests import clock
from privacy.requests.models import Reason, Request
from privacy.requests.services import register


@pytest.mark.parametrize(
    ("arrived", "last"),
    [
        (date(2026, 3, 3), date(2026, 4, 3)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 3, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number_or_the_last_there_is(arrived: date, last: date) -> None:
    """R63."""
    assert clock.due(arrived, is_extended=False, days_paused=0) == last


@pytest.mark.parametrize(
    ("arrived", "last"),
    [
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 10, 5), date(2027, 1, 5)),
    ],
)
def test_an_extension_is_counted_from_the_day_it_arrived(arrived: date, last: date) -> None:
    """R63: three months in all, and not one and then two, which could lose the day's number."""
    assert clock.due(arrived, is_extended=True, days_paused=0) == last


def test_days_on_which_the_clock_stood_are_added_at_the_end() -> None:
    """R63."""
    request = Request(received_on=date(2026, 3, 31), due_on=date(2026, 4, 30))

    register.pause(request, Reason.CLARIFICATION, day=date(2026, 4, 2))
    while_it_stands = request.days_left(today=date(2026, 4, 20))
    register.resume(request, day=date(2026, 4, 12))

    assert while_it_stands == 28
    assert request.days_paused == 10
    assert clock.due(date(2026, 3, 31), is_extended=False, days_paused=request.days_paused) == date(
        2026, 5, 10
    )


def test_going_on_on_the_same_day_adds_nothing() -> None:
    request = Request(received_on=date(2026, 3, 1), due_on=date(2026, 4, 1))

    register.pause(request, Reason.IDENTITY, day=date(2026, 3, 1))
    register.resume(request, day=date(2026, 3, 1))

    assert (request.days_paused, request.is_paused) == (0, False)


def test_after_the_last_day_fewer_than_none_are_left() -> None:
    request = Request(received_on=date(2026, 3, 1), due_on=date(2026, 4, 1))

    assert [request.days_left(today=date(2026, 4, day)) for day in (1, 2)] == [0, -1]
