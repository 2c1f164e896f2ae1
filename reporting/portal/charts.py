"""
Pictures of the portal: bars and a curve as SVG that fits any width, with their words beside them in the page.

Words inside a picture would shrink with it on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from markupsafe import Markup

from kernel.languages import number
from reporting.portal.queries.participation import Day
from web.dates import day as day_words

_WIDTH, _HEIGHT, _GAP = 10, 100, 2


@dataclass(frozen=True, slots=True)
class Bars:
    """One row of bars under its own words; `most` is what its highest bar stands for."""

    words: str
    svg: Markup
    most: int


@dataclass(frozen=True, slots=True)
class Activity:
    """The title says the finding; the alternative says it with the numbers."""

    title: str
    rows: list[Bars]
    days: list[Day]


@dataclass(frozen=True, slots=True)
class Curve:
    title: str
    alternative: str
    svg: Markup
    days: list[tuple[date, int]]


def activity(days: Sequence[Day], *, today: date) -> Activity | None:
    """What was written on each day, ideas above comments, each to its own scale. None before there is anything."""
    busiest = max(days, key=lambda one: one.ideas + one.comments, default=None)
    if busiest is None or not busiest.ideas + busiest.comments:
        return None
    on = day_words(busiest.day, today)
    return Activity(
        title=_("Most was written on one day: %(day)s") % {"day": on},
        rows=[
            _bars(_("Ideas"), [one.ideas for one in days]),
            _bars(_("Comments"), [one.comments for one in days]),
        ],
        days=list(days),
    )


def curve(days: Sequence[tuple[date, int]], goal: int | None) -> Curve | None:
    """How many had taken part by the end of each day, against the goal. None before two days were released."""
    if len(days) < 2:
        return None
    last_day, last = days[-1]
    top = max(goal or 0, *(people for _day, people in days))
    first_day = days[0][0]
    points: list[str] = []
    height: float = _HEIGHT
    for day, people in days:
        x = (day - first_day).days * _WIDTH
        points.append(f"{x},{height}")
        height = _level(people, top)
        points.append(f"{x},{height}")
    width = ((last_day - first_day).days + 1) * _WIDTH
    points.append(f"{width},{height}")
    said = {"people": number(last), "first": number(days[0][1])}
    return Curve(
        title=_("About %(people)s people have taken part") % said,
        alternative=_("From about %(first)s people on the first day to about %(people)s on the last.") % said,
        svg=_curve(points, width, None if goal is None else _level(goal, top)),
        days=list(days),
    )


def _bars(words: str, counts: Sequence[int]) -> Bars:
    most = max(counts, default=0)
    parts = [
        Markup('<rect x="{}" y="{}" width="{}" height="{}"></rect>').format(
            place * _WIDTH + _GAP // 2, _level(count, most), _WIDTH - _GAP, _HEIGHT - _level(count, most)
        )
        for place, count in enumerate(counts)
        if count
    ]
    alternative = _("%(what)s by day. Highest: %(most)s.") % {"what": words, "most": number(most)}
    return Bars(words, _framed(parts, len(counts) * _WIDTH, alternative, "bars"), most)


def _curve(points: list[str], width: int, goal: float | None) -> Markup:
    line = " ".join(points)
    parts = [
        Markup('<polygon class="curve__area" points="{} {},{} 0,{}"></polygon>').format(
            line, width, _HEIGHT, _HEIGHT
        ),
        Markup('<polyline class="curve__line" points="{}"></polyline>').format(line),
    ]
    if goal is not None:
        parts.append(
            Markup('<line class="curve__goal" x1="0" x2="{}" y1="{}" y2="{}"></line>').format(
                width, goal, goal
            )
        )
    return _framed(parts, width, "", "curve")


def _framed(parts: list[Markup], width: int, alternative: str, css: str) -> Markup:
    said = (
        Markup('role="img" aria-label="{}"').format(alternative)
        if alternative
        else Markup('aria-hidden="true"')
    )
    return Markup(
        '<svg class="{}" viewBox="0 -2 {} {}" preserveAspectRatio="none" focusable="false" {}>{}</svg>'
    ).format(css, width, _HEIGHT + 2, said, Markup("").join(parts))


def _level(count: int, most: int) -> float:
    """From the top; the foot is zero, always."""
    return _HEIGHT if not most else round(_HEIGHT - _HEIGHT * count / most, 1)
