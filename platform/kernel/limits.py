"""
How often something may be asked, in moving windows kept in Valkey.

Addresses on the network are counted over all tenants together, or a sweep over tenants would
not be seen; they are stored as keyed digests that nobody can turn back a day later.
"""

import hmac
import time
from dataclasses import dataclass
from datetime import date
from functools import cache
from threading import Lock

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from kernel.errors import TooMany
from kernel.valkey import answering


@cache
def _limiter(url: str) -> MovingWindowRateLimiter:
    # `redis://` and `rediss://` the library knows; a socket it calls `redis+unix://`.
    known = f"redis+{url}" if url.startswith("unix://") else url
    return MovingWindowRateLimiter(storage_from_string(known, key_prefix="web:limit"))


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often something may be asked within a window of seconds, how often still, and when the window ends."""

    most: int
    window: int
    left: int
    ends_in: int


class _Windows:
    """Counts of this process, window by window; when too many are kept, those that are over go, or all."""

    _MOST = 50_000

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], tuple[float, int]] = {}
        self._lock = Lock()

    def hit(self, rate: RateLimitItem, what: str, who: str) -> Allowance:
        """What is left after this one; less than nothing where it does not fit into its window."""
        now = time.monotonic()
        with self._lock:
            ends, counted = self._counts.get((what, who), (0.0, 0))
            if ends <= now:
                self._forget(now)
                ends, counted = now + rate.get_expiry(), 0
            self._counts[what, who] = (ends, counted + 1)
        return Allowance(rate.amount, rate.get_expiry(), rate.amount - counted - 1, max(1, round(ends - now)))

    def _forget(self, now: float) -> None:
        if len(self._counts) >= self._MOST:
            kept = {key: count for key, count in self._counts.items() if count[0] > now}
            self._counts = kept if len(kept) < self._MOST // 2 else {}


_in_process = _Windows()


@cache
def _rate(text: str) -> RateLimitItem:
    return parse(text)


def count(*, what: str, who: str, rate: str, today: date) -> None:
    """
    Count one asking of `what` by `who`, such as rate="30/10minutes".

    Raises TooMany when the window is full, ValkeyDown when nobody can count.
    """
    with answering():
        allowed = _limiter(settings.VALKEY_URL).hit(_rate(rate), what, _digest(who, today))
    if not allowed:
        raise TooMany


def count_here(*, what: str, who: str, rate: str, today: date) -> Allowance:
    """
    The same, counted in this process alone: for acts that are frequent and harmless one by one.

    Raises TooMany, which says when the window ends.
    """
    found = _in_process.hit(_rate(rate), what, _digest(who, today))
    if found.left < 0:
        raise TooMany(found.ends_in)
    return found


def allowed(rate: str) -> tuple[int, int]:
    """How often, within how many seconds: such as 30 and 600 for "30/10minutes"."""
    found = _rate(rate)
    return found.amount, found.get_expiry()


def _digest(who: str, today: date) -> str:
    return hmac.digest(f"{settings.SECRET_KEY}:{today}".encode(), who.encode(), "sha256").hex()[:32]
