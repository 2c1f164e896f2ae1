"""What was posted on each day."""

from collections.abc import Sequence

from babel.dates import format_date
from django.utils.translation import gettext as _

from kernel import languages
from reporting.findings.charts.canvas import LINE, Canvas, Ink, Style
from reporting.findings.charts.words import number, posts
from reporting.findings.queries.trends import DayCount
from reporting.shapes import Chart

_HEIGHT = 140.0


def trend(days: Sequence[DayCount], *, about: str = "", style: Style = "screen") -> Chart:
    """A column for each day, from zero; the fullest is labelled. `about` names a theme."""
    canvas = Canvas(style)
    most = max((day.posts for day in days), default=0)
    headings = [_("Day"), _("Ideas"), _("Comments")]
    if not most:
        title = (
            _("Nothing was posted about %(theme)s") % {"theme": about} if about else _("Nothing was posted")
        )
        return Chart(title, f"{title}.", canvas.picture(f"{title}."), headings, [])
    fullest = next(day for day in days if day.posts == most)
    said = {"theme": about, "day": _day(fullest), "posts": posts(most)}
    title = (
        _("Most was posted about %(theme)s on %(day)s: %(posts)s") % said
        if about
        else _("Most was posted on %(day)s: %(posts)s") % said
    )
    _columns(canvas, days, most, fullest)
    whole = sum(day.posts for day in days)
    span = {"title": title, "n": number(whole), "first": _day(days[0]), "last": _day(days[-1])}
    alternative = _("%(title)s; %(n)s between %(first)s and %(last)s.") % span
    return Chart(
        title=title,
        alternative=alternative,
        svg=canvas.picture(alternative),
        headings=headings,
        rows=[[_day(day), number(day.ideas), number(day.comments)] for day in days],
    )


def _columns(canvas: Canvas, days: Sequence[DayCount], most: int, fullest: DayCount) -> None:
    step = 1 / len(days)
    gap = step * 0.15
    floor = LINE + _HEIGHT
    for n, day in enumerate(days):
        height = _HEIGHT * day.posts / most
        if height:
            canvas.bar(n * step + gap, (n + 1) * step - gap, floor - height, Ink.PLAIN, height=height)
        if day is fullest:
            middle = (n + 0.5) * step
            anchor = "start" if middle < 0.15 else "end" if middle > 0.85 else "middle"
            canvas.text(middle, floor - height - 6, number(most), bold=True, anchor=anchor)
    canvas.line(0, 1, floor, ink=Ink.INK)
    canvas.text(0, floor + LINE - 2, _day(days[0]), ink=Ink.MUTED)
    if len(days) > 1:
        canvas.text(1, floor + LINE - 2, _day(days[-1]), ink=Ink.MUTED, anchor="end")
    canvas.y = floor + LINE + 4


def _day(day: DayCount) -> str:
    return format_date(day.day, "d MMMM", locale=languages.locale(languages.current()))
