from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`mend` is wrong in production; `look` depends on where it runs; `away` could not be looked at."""

    FINE = "fine"
    LOOK = "look"
    MEND = "mend"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Finding:
    """One plain sentence about one thing: what is so and, where it is not fine, what to do."""

    level: Level
    sentence: str


Check = Callable[[], Iterator[Finding]]


def fine(sentence: str) -> Finding:
    return Finding(Level.FINE, sentence)


def look(sentence: str) -> Finding:
    return Finding(Level.LOOK, sentence)


def mend(sentence: str) -> Finding:
    return Finding(Level.MEND, sentence)


def away(sentence: str) -> Finding:
    return Finding(Level.AWAY, sentence)
