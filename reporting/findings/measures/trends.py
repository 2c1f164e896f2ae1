"""What was written about by day, and what is written about more than before. Days are all that is kept."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from reporting.findings.measures.strength import wilson


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much a share rose or fell, between -1 and 1, with an interval of 95 in 100."""

    value: float
    low: float
    high: float

    @property
    def is_rising(self) -> bool:
        return self.low > 0

    @property
    def is_falling(self) -> bool:
        return self.high < 0


def shift(now: int, of_now: int, before: int, of_before: int) -> Shift | None:
    """
    The difference of two shares, by Newcombe's method 10 (1998) on Wilson's intervals. None where one of them is
    of nothing.
    """
    if not of_now or not of_before:
        return None
    late, early = wilson(now, of_now), wilson(before, of_before)
    value = late.value - early.value
    below = sqrt((late.value - late.low) ** 2 + (early.high - early.value) ** 2)
    above = sqrt((late.high - late.value) ** 2 + (early.value - early.low) ** 2)
    return Shift(value, value - below, value + above)


def days_between(first: date, last: date) -> list[date]:
    """Every day, the quiet ones as well."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
