"""
Rankings that are fair to what came late, and to what few have seen.

Most likes first would favour whatever stood there longest. Two rankings do not:

- **Surest support**: the lower end of Wilson's interval of the share of likes, so how many were there to like it
  counts as far as it makes us surer and no further (Miller 2009, "How not to sort by average rating").
- **Strongest response**: likes in proportion to those expected of an idea that could be liked for as long. Votes keep
  no time, so how busy a day was is read from the posts of that day: an idea is exposed to all that was posted after
  its day, and to half of its own day. Observed over expected is a standardised ratio; it is ranked by the lower end
  of Byar's interval (Breslow, Day 1987, "Statistical methods in cancer research" II), so one lucky like on the last
  day does not come first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt

from reporting.findings.measures.strength import Z

_LEAST = 0.25  # of a busy day's share: what was posted in the last minutes was not seen for no time at all


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times what was expected, with an interval of 95 in 100."""

    value: float
    low: float
    high: float


class Exposure:
    """For how much of a conversation an idea could be seen, by the day it was posted: from 0 to 1."""

    def __init__(self, posts: Mapping[date, int]) -> None:
        whole = sum(posts.values())
        self._from: dict[date, float] = {}
        left = 0
        least = _LEAST / max(len(posts), 1)
        for day in sorted(posts, reverse=True):
            self._from[day] = max((left + posts[day] / 2) / max(whole, 1), least)
            left += posts[day]
        self._whole = 1.0

    def of(self, day: date) -> float:
        return self._from.get(day, self._whole)


def ratio(observed: int, expected: float) -> Ratio:
    """Observed over expected with Byar's interval. `expected` is above zero."""
    more = observed + 1
    low = 0.0 if observed == 0 else observed * (1 - 1 / (9 * observed) - Z / (3 * sqrt(observed))) ** 3
    high = more * (1 - 1 / (9 * more) + Z / (3 * sqrt(more))) ** 3
    return Ratio(observed / expected, max(0.0, low) / expected, high / expected)
