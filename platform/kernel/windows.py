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
    today = at.astimezone(zone).date()
    for day in (today, today + timedelta(days=1)):
        for window in WINDOWS:
            opens = datetime.combine(day, window, tzinfo=zone)
            if opens > at:
                return opens
    raise AssertionError("A day has windows.")


def window_before(at: datetime, zone: ZoneInfo) -> datetime:
    """The start of the newest window, at this moment or before. Hours are those on the clocks of the zone."""
    today = at.astimezone(zone).date()
    starts = [
        datetime.combine(day, hour, tzinfo=zone)
        for day in (today - timedelta(days=1), today)
        for hour in WINDOWS
    ]
    return max(start for start in starts if start <= at)
