"""
The charts a report may choose from, drawn once when the analysis is frozen.

Only charts that show no word of a contribution: what stands in a snapshot stays, words may be taken back.
"""

from typing import Any

from conversations.models import Conversation
from reporting.findings import charts
from reporting.findings.queries import Posts, trend_of
from reporting.shapes import Chart, OpinionGroups, ThemeStrength


def charts_of(
    conversation: Conversation, posts: Posts, themes: list[ThemeStrength], groups: OpinionGroups | None
) -> list[dict[str, Any]]:
    """In the style of print, each under a key that stays the same from one snapshot to the next."""
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
        }
        for key, chart in drawn.items()
    ]
