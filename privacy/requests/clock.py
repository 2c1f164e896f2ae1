"""
The time the law gives: one calendar month from the day a request arrived, and two more where it is complex.

The last day is the day of the same number; where that month is too short, its last day. Weekends and
holidays move nothing: whoever counts so is never late (decision 028). Days on which the clock stands,
because the person has to say who they are or what they mean, are added at the end.
"""

import calendar
from datetime import date, timedelta

MONTHS, MORE_MONTHS = 1, 2


def month_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def due(received_on: date, *, is_extended: bool, days_paused: int) -> date:
    """The last day on which a request can be done in time."""
    months = MONTHS + MORE_MONTHS * is_extended
    return month_later(received_on, months) + timedelta(days=days_paused)
