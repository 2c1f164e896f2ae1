"""
The two moments of the day at which what should be nobody's moment becomes visible.

An author's answer appears, and the constant mail leaves, at the next window: so neither tells when
somebody acted.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WINDOWS = (time(8), time(16))


def next_window(at: datetime, zone: ZoneInfo) -> datetime:
    """The first window strictly after a moment, in the local time of a zone, whatever its clocks do."""
    return min(opens for opens in _around(at, zone) if opens > at)


def window_before(at: datetime, zone: ZoneInfo) -> datetime:
    """The start of the newest window, at this moment or before. Hours are those on the clocks of the zone."""
    return max(opens for opens in _around(at, zone) if opens <= at)


def _around(at: datetime, zone: ZoneInfo) -> list[datetime]:
    """The windows of the day of a moment, and of the days beside it."""
    today = at.astimezone(zone).date()
    days = [today + timedelta(days=beside) for beside in (-1, 0, 1)]
    return [datetime.combine(day, hour, tzinfo=zone) for day in days for hour in WINDOWS]
