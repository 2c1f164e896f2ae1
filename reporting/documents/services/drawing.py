"""
The charts a report may choose from, drawn once when the analysis is frozen.

Only charts that show no word of a contribution: what stands in a snapshot stays, words may be taken back.
"""

from typing import Any

from django.conf import settings
from django.utils import translation

from conversations.models import Conversation
from reporting.findings import charts
from reporting.findings.queries import Posts, trend_of
from reporting.shapes import Chart, OpinionGroups, ThemeStrength

_WORDS = ("title", "alternative", "svg", "headings", "rows")


def charts_of(
    conversation: Conversation, posts: Posts, themes: list[ThemeStrength], groups: OpinionGroups | None
) -> list[dict[str, Any]]:
    """
    In the style of print and in every language a report may have, each under a key that stays the same from one
    snapshot to the next. The words of the first language stand in the chart itself, the others in its `said`.
    """
    first, *others = [code for code, _name in settings.LANGUAGES]
    with translation.override(first):
        found = _drawn(conversation, posts, themes, groups)
    for language in others:
        with translation.override(language):
            for chart, said in zip(found, _drawn(conversation, posts, themes, groups), strict=True):
                chart["said"][language] = {name: said[name] for name in _WORDS}
    return found


def _drawn(
    conversation: Conversation, posts: Posts, themes: list[ThemeStrength], groups: OpinionGroups | None
) -> list[dict[str, Any]]:
    drawn: dict[str, Chart] = {}
    if any(theme.contributions for theme in themes):
        drawn["themes-ranked"] = charts.themes_ranked(themes, style="print")
    if any(theme.consensus for theme in themes):
        drawn["themes-opinion"] = charts.themes_opinion(themes, style="print")
        drawn["themes-division"] = charts.themes_division(themes, style="print")
    days = trend_of(conversation, posts=posts)
    if any(day.posts for day in days):
        drawn["trend"] = charts.trend(days, style="print")
    if groups is not None and groups.groups:
        drawn["opinion-map"] = charts.opinion_map(groups, style="print")
    return [
        {
            "key": key,
            "title": chart.title,
            "alternative": chart.alternative,
            "svg": chart.svg,
            "headings": chart.headings,
            "rows": chart.rows,
            "said": {},
        }
        for key, chart in drawn.items()
    ]
