"""Charts of themes: how much was said, how much of it is liked, and where people differ."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reporting.findings.charts.canvas import BAR, Canvas, Ink, Style
from reporting.findings.charts.words import number, path_of, percent, posts, span
from reporting.shapes import Chart, Estimate, ThemeStrength

_LONGEST = 0.74
_GAP = 12.0


def themes_ranked(themes: Sequence[ThemeStrength], *, style: Style = "screen", most: int = 12) -> Chart:
    """How many posts each theme has, most first."""
    there = [theme for theme in themes if theme.contributions]
    shown = sorted(there, key=lambda theme: (-theme.contributions, theme.path))[:most]
    canvas = Canvas(style)
    for theme in shown:
        canvas.lines(path_of(theme.path))
        end = _LONGEST * theme.contributions / shown[0].contributions
        canvas.bar(0, end, canvas.y, Ink.PLAIN)
        canvas.text(end, canvas.y + 14, number(theme.contributions), bold=True, dx=6)
        canvas.y += BAR + _GAP
    title = (
        _("%(theme)s has the most posts") % {"theme": path_of(shown[0].path)}
        if shown
        else _("No post has a theme yet")
    )
    alternative = _said(title, [(theme, posts(theme.contributions)) for theme in shown])
    return Chart(
        title=title,
        alternative=alternative,
        svg=canvas.picture(alternative),
        headings=[_("Theme"), _("Posts"), _("Ideas"), _("Comments")],
        rows=[
            [path_of(theme.path), number(theme.contributions), number(theme.ideas), number(theme.comments)]
            for theme in shown
        ],
    )


def themes_opinion(themes: Sequence[ThemeStrength], *, style: Style = "screen", most: int = 12) -> Chart:
    """Likes to the right and dislikes to the left, with the interval of the share; surest support first."""
    rated = [(path_of(theme.path), theme, theme.consensus) for theme in themes if theme.consensus]
    chosen = sorted(rated, key=lambda line: (-line[2].low, line[0]))[:most]
    title = (
        _("%(theme)s has the surest support") % {"theme": chosen[0][0]}
        if chosen
        else _("Nobody has voted on a theme yet")
    )
    return _diverging(title, [(name, theme, share) for name, theme, share in chosen], _("Theme"), style)


def parts_opinion(
    parts: Sequence[tuple[str, ThemeStrength]], *, style: Style = "screen", heading: str = "Question"
) -> Chart:
    """One theme in each question or area, by name, in the order given."""
    rated = [(name, theme, theme.consensus) for name, theme in parts if theme.consensus]
    best = max(rated, key=lambda line: line[2].value, default=None)
    least = min(rated, key=lambda line: line[2].value, default=None)
    if best is None or least is None:
        title = "Nobody has voted on this theme yet"
    elif len(rated) == 1:
        title = f"Votes on this theme are in “{best[0]}” alone"
    elif best[2].low > least[2].high:
        title = f"Support is stronger in “{best[0]}” than in “{least[0]}”"
    else:
        title = "Support is much the same everywhere"
    return _diverging(title, rated, heading, style)


def themes_division(themes: Sequence[ThemeStrength], *, style: Style = "screen", most: int = 12) -> Chart:
    """Where people who voted on the same ideas differ, with the interval; surest division first."""
    rated = [(path_of(theme.path), theme, theme.division) for theme in themes if theme.division]
    chosen = sorted(rated, key=lambda line: (-line[2].low, line[0]))[:most]
    canvas = Canvas(style)
    for name, _theme, division in chosen:
        canvas.lines(name)
        canvas.bar(0, _LONGEST * division.value, canvas.y, Ink.PLAIN)
        canvas.interval(_LONGEST * division.low, _LONGEST * division.high, canvas.y + BAR / 2)
        canvas.text(1, canvas.y + 14, percent(division.value), bold=True, anchor="end")
        canvas.y += BAR + _GAP
    title = (
        _("Opinions differ most about %(theme)s") % {"theme": chosen[0][0]}
        if chosen
        else _("Nobody has voted on a theme yet")
    )
    alternative = _said(title, [(theme, percent(division.value)) for _name, theme, division in chosen])
    return Chart(
        title=title,
        alternative=alternative,
        svg=canvas.picture(alternative),
        headings=[_("Theme"), _("Division"), _("95 in 100 between"), _("Votes")],
        rows=[
            [name, percent(division.value), span(division), number(theme.likes + theme.dislikes)]
            for name, theme, division in chosen
        ],
    )


def _diverging(
    title: str, lines: Sequence[tuple[str, ThemeStrength, Estimate]], heading: str, style: Style
) -> Chart:
    canvas = Canvas(style)
    middle, longest = 0.4, 0.4
    if lines:
        canvas.y += 16
        canvas.text(middle, canvas.y, _("Dislikes"), ink=Ink.MUTED, anchor="end", dx=-6)
        canvas.text(middle, canvas.y, _("Likes"), ink=Ink.MUTED, dx=6)
        canvas.y += 8
    for name, _theme, share in lines:
        canvas.lines(name)
        top = canvas.y
        canvas.bar(middle - longest * (1 - share.value), middle, top, Ink.DISLIKE)
        canvas.bar(middle, middle + longest * share.value, top, Ink.LIKE)
        canvas.interval(middle + longest * share.low, middle + longest * share.high, top + BAR / 2)
        canvas.upright(middle, top - 3, top + BAR + 3, ink=Ink.INK, width=1.5)
        canvas.text(1, top + 14, percent(share.value), bold=True, anchor="end")
        canvas.y += BAR + _GAP
    alternative = _said(title, [(theme, _likes(share)) for _name, theme, share in lines])
    if heading != _("Theme"):
        said = ", ".join(f"{name} {_likes(share)}" for name, _theme, share in lines[:3])
        alternative = f"{title}: {said}." if said else f"{title}."
    return Chart(
        title=title,
        alternative=alternative,
        svg=canvas.picture(alternative),
        headings=[heading, _("Likes"), _("Dislikes"), _("Share of likes"), _("95 in 100 between")],
        rows=[
            [name, number(theme.likes), number(theme.dislikes), percent(share.value), span(share)]
            for name, theme, share in lines
        ],
    )


def _likes(share: Estimate) -> str:
    return _("%(share)s likes") % {"share": percent(share.value)}


def _said(title: str, lines: Sequence[tuple[ThemeStrength, str]]) -> str:
    """The finding in one sentence, with the first three."""
    said = ", ".join(f"{path_of(theme.path)} {figure}" for theme, figure in lines[:3])
    return f"{title}: {said}." if said else f"{title}."
