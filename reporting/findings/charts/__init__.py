"""
Charts made on the server, after look.md: bars from zero, labels where things are, a title that says the finding.

Each function gives a `Chart`. `style="screen"` fills the width of whatever it stands in, down to a phone of 320 px,
and takes its colours from the page; `style="print"` has a size and colours of its own, for Typst and for pictures
in Word. Neither has scripts, style attributes or ids.
"""

from reporting.findings.charts.canvas import Style
from reporting.findings.charts.groups import group_table
from reporting.findings.charts.opinions import common_ground, dividing_ideas, opinion_map
from reporting.findings.charts.themes import parts_opinion, themes_division, themes_opinion, themes_ranked
from reporting.findings.charts.trend import trend

__all__ = [
    "Style",
    "common_ground",
    "dividing_ideas",
    "group_table",
    "opinion_map",
    "parts_opinion",
    "themes_division",
    "themes_opinion",
    "themes_ranked",
    "trend",
]
