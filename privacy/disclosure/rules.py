"""The rules of decision 030, and figures as they are shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """`fewest` people stand behind every figure, also once `colluders` have taken themselves out of it."""

    fewest: int = 11
    colluders: int = 2
    rounding: int = 5
    most_percent: int = 90
    # How far apart the smallest and the largest count are, at the least, that anybody can work out of a withheld one.
    width: int = 5
    # A figure stays until its count has moved by so many people.
    step: int = 11

    @property
    def least_shown(self) -> int:
        return self.fewest + self.colluders


@dataclass(frozen=True, slots=True)
class Figure:
    """A count as it is shown, and the interval in which a reader knows it to be. Capped: it is "over 90 %"."""

    shown: int
    low: int
    high: int
    percent: int | None = None


# Stands for every share above the cap.
OVER = 91


def rounded(count: int, rules: Rules) -> int:
    return rules.rounding * ((count + rules.rounding // 2) // rules.rounding)


def figure(count: int, rules: Rules, *, of: int | None = None, is_population: bool = False) -> Figure:
    """
    The figure of a count that may be shown. Its share is of `of`, a figure itself, or the number of a roster.

    Above the cap only the least is shown that it can be.
    """
    shown = rounded(count, rules)
    slack = rules.rounding // 2
    low, high = max(rules.least_shown, shown - slack), shown + slack
    if not of:
        return Figure(shown, low, high)
    whole = rounded(of, rules) if is_population else of
    percent = round(100 * shown / whole)
    if 100 * shown <= rules.most_percent * whole:
        return Figure(shown, low, high, percent)
    least = -(-rules.most_percent * whole // 100)
    capped = rules.rounding * (least // rules.rounding)
    high = of - rules.fewest if is_population else of + slack
    return Figure(capped, max(rules.least_shown, least - slack), high, OVER)
