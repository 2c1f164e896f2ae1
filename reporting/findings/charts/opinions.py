"""Charts of opinion groups: where they stand, what they share, and what sets them apart."""

from collections.abc import Sequence
from math import sqrt

from django.utils.translation import gettext as _

from reporting.findings.charts.canvas import BAR, LINE, SERIES, Canvas, Ink, Style
from reporting.findings.charts.words import number, quoted, released
from reporting.shapes import Chart, OpinionGroup, OpinionGroups, OpinionIdea

_HEIGHT = 230.0
_LARGEST, _SMALLEST = 52.0, 15.0
_FIRST, _LONGEST = 0.08, 0.60


def opinion_map(groups: OpinionGroups, *, style: Style = "screen") -> Chart:
    """The middles of groups: the closer together, the more alike they voted. Below it how large each is."""
    canvas = Canvas(style)
    found = groups.groups
    most = max((group.people for group in found), default=1)
    for n, group in enumerate(found):
        radius = max(_SMALLEST, _LARGEST * sqrt(group.people / most))
        x, y = 0.5 + 0.3 * group.x, _HEIGHT / 2 - 0.5 * (_HEIGHT - 2 * _LARGEST) * group.y
        canvas.circle(x, y, radius, SERIES[n])
        canvas.text(x, y + 6, _letter(group), ink=Ink.PAPER, bold=True, anchor="middle")
    canvas.y = _HEIGHT if found else 0
    for n, group in enumerate(found):
        canvas.lines(
            _("Group %(letter)s, about %(people)s people")
            % {"letter": _letter(group), "people": number(group.people)}
        )
        canvas.bar(0, 0.9 * group.people / most, canvas.y, SERIES[n])
        canvas.y += BAR + 8
    title = _title(found)
    sizes = ", ".join(f"{_letter(group)} {number(group.people)}" for group in found)
    alternative = (
        _("%(title)s; people in each, about: %(sizes)s.") % {"title": title, "sizes": sizes}
        if found
        else f"{title}."
    )
    return Chart(
        title=title,
        alternative=alternative,
        svg=canvas.picture(alternative),
        headings=[_("Group"), _("People, about")],
        rows=[[_("Group %(letter)s") % {"letter": _letter(group)}, number(group.people)] for group in found],
    )


def common_ground(groups: OpinionGroups, *, style: Style = "screen", most: int = 6) -> Chart:
    """Ideas that most like in every group, or dislike in every group."""
    shown = groups.common[:most]
    title = "Every group agrees on these ideas" if shown else "No idea is common ground"
    return _ideas(title, shown, groups.groups, style)


def dividing_ideas(groups: OpinionGroups, *, style: Style = "screen", most: int = 6) -> Chart:
    """Ideas that one group likes and another does not, the furthest apart first."""
    shown = groups.dividing[:most]
    title = "These ideas divide the groups" if shown else "No idea divides the groups clearly"
    return _ideas(title, shown, groups.groups, style)


def _title(found: Sequence[OpinionGroup]) -> str:
    if len(found) < 2:
        return _("No groups of opinion were found")
    titles = {
        2: _("Two groups voted alike"),
        3: _("Three groups voted alike"),
        4: _("Four groups voted alike"),
        5: _("Five groups voted alike"),
    }
    return titles[len(found)]


def _ideas(title: str, ideas: Sequence[OpinionIdea], groups: Sequence[OpinionGroup], style: Style) -> Chart:
    canvas = Canvas(style)
    if ideas:
        canvas.lines("In each group, how many of those who voted like it", ink=Ink.MUTED)
    for idea in ideas:
        canvas.lines(quoted(idea.text), most=5)
        for n, (group, share) in enumerate(zip(groups, idea.likes, strict=True)):
            _bar(canvas, _letter(group), share, SERIES[n])
        canvas.y += 10
    first = ideas[0] if ideas else None
    said = (
        ", ".join(f"{group.name} {released(share)}" for group, share in zip(groups, first.likes, strict=True))
        if first
        else ""
    )
    alternative = f"{title}; first of them “{quoted(first.text, 100)}”: {said}." if first else f"{title}."
    return Chart(
        title=title,
        alternative=alternative,
        svg=canvas.picture(alternative),
        headings=["Idea", *(group.name for group in groups)],
        rows=[[quoted(idea.text, 400), *map(released, idea.likes)] for idea in ideas],
    )


def _bar(canvas: Canvas, name: str, share: int | None, ink: Ink) -> None:
    canvas.text(0, canvas.y + 14, name, bold=True)
    end = _FIRST + _LONGEST * (share or 20) / 100
    if share is None:
        canvas.withheld(_FIRST, end, canvas.y)
    else:
        canvas.bar(_FIRST, end, canvas.y, ink)
    canvas.text(end, canvas.y + 14, released(share), ink=Ink.INK, dx=6)
    canvas.y += LINE + 2


def _letter(group: OpinionGroup) -> str:
    return group.name.rsplit(" ", 1)[-1]
