"""
Answers kept in the process for a few seconds: rows that change rarely and are asked on every page.

Keys begin with the tenant where the answer is a tenant's. What is remembered may be late by the
stated seconds in other processes, so nothing that decides over a write is ever taken from here.
"""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """
    Asks `find` again after `seconds`; holds at most `most` answers.

    With `seconds_of_none` an answer that there is nothing is kept for so long instead.
    """

    def __init__(self, *, seconds: float, most: int, seconds_of_none: float | None = None) -> None:
        self._seconds = seconds
        self._seconds_of_none = seconds if seconds_of_none is None else seconds_of_none
        self._most = most
        self._kept: dict[K, tuple[float, V]] = {}
        self._lock = Lock()

    def get(self, key: K, find: Callable[[], V]) -> V:
        now = time.monotonic()
        kept = self._kept.get(key)
        if kept is not None and kept[0] > now:
            return kept[1]
        found = find()
        with self._lock:
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = (now + (self._seconds_of_none if found is None else self._seconds), found)
        return found

    def forget(self) -> None:
        """After a change in this process, which should show at once."""
        self._kept.clear()
