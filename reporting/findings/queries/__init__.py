"""What findings hand to reports, to the portal and to their own pages."""

from reporting.findings.queries.ideas import Ranked, Ranking, ideas_of, sample_of_comments
from reporting.findings.queries.opinions import opinion_groups_of
from reporting.findings.queries.posts import Post, Posts, posts_of
from reporting.findings.queries.themes import Part, parts_of, themes_by_area, themes_by_stream, themes_of
from reporting.findings.queries.trends import DayCount, Rise, rising_of, trend_of

__all__ = [
    "DayCount",
    "Part",
    "Post",
    "Posts",
    "Ranked",
    "Ranking",
    "Rise",
    "ideas_of",
    "opinion_groups_of",
    "parts_of",
    "posts_of",
    "rising_of",
    "sample_of_comments",
    "themes_by_area",
    "themes_by_stream",
    "themes_of",
    "trend_of",
]
