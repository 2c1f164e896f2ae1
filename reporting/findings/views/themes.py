"""What the conversation says: themes with their strength, one theme, and ideas in a fair order."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conversations.staff import ProjectRequest, in_project
from kernel.errors import NotFound
from reporting.findings import charts, queries
from reporting.findings.charts.words import path_of, percent, span
from reporting.findings.queries import Part, Posts, Ranked, Ranking
from reporting.shapes import ThemeStrength
from tenants.models import Role

_analyses = in_project(Role.ANALYST)
_RANKINGS = {
    Ranking.RESPONSE: "Strongest response",
    Ranking.SUPPORT: "Surest support",
    Ranking.DIVISION: "Most divided",
    Ranking.DISCUSSED: "Most discussed",
}
_MOST_QUOTES = 6


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A theme as a row: what is not known is empty."""

    theme: ThemeStrength
    share: str
    share_span: str
    division: str
    division_span: str

    @property
    def depth(self) -> int:
        return min(len(self.theme.path) - 1, 4)


@dataclass(frozen=True, slots=True)
class IdeaLine:
    idea: Ranked
    share: str
    share_span: str
    division: str
    response: str
    talk: str


@require_GET
@_analyses
def overview(request: ProjectRequest) -> HttpResponse:
    posts = queries.posts_of(request.conversation)
    parts = _parts(request, posts)
    chosen = next((part for part in parts if str(part.id) == request.GET.get("part")), None)
    themes = chosen.themes if chosen else queries.themes_of(request.conversation, posts=posts)
    top = [theme for theme in themes if len(theme.path) == 1]
    context = {
        "parts": parts,
        "chosen": chosen,
        "lines": _lines(themes),
        "coded": sum(1 for post in posts.all if posts.codes.get(post.id)),
        "whole": len(posts.all),
        "rising": queries.rising_of(request.conversation, posts=posts) if chosen is None else [],
        "pictures": [charts.themes_ranked(top), charts.themes_opinion(top), charts.themes_division(top)],
        "trend": charts.trend(queries.trend_of(request.conversation, posts=posts))
        if chosen is None
        else None,
    }
    return render(request, "findings/overview.html", context)


@require_GET
@_analyses
def theme(request: ProjectRequest, code: UUID) -> HttpResponse:
    posts = queries.posts_of(request.conversation)
    found = next(
        (one for one in queries.themes_of(request.conversation, posts=posts) if one.code == code), None
    )
    if found is None:
        raise NotFound
    streams = _of(queries.themes_by_stream(request.conversation, posts=posts), code)
    areas = _of(queries.themes_by_area(request.conversation, posts=posts), code)
    days = queries.trend_of(request.conversation, code=code, posts=posts)
    context = {
        "line": _line(found),
        "streams": charts.parts_opinion(streams) if len(streams) > 1 else None,
        "areas": charts.parts_opinion(areas, heading="Area") if len(areas) > 1 else None,
        "trend": charts.trend(days, about=path_of(found.path)) if found.contributions else None,
        "supported": _ranked(request, Ranking.SUPPORT, code, posts),
        "divided": _ranked(request, Ranking.DIVISION, code, posts),
        "comments": queries.sample_of_comments(posts, code, most=_MOST_QUOTES),
    }
    return render(request, "findings/theme.html", context)


@require_GET
@_analyses
def ranking(request: ProjectRequest) -> HttpResponse:
    asked = request.GET.get("by", "")
    by = Ranking(asked) if asked in set(Ranking) else Ranking.RESPONSE
    posts = queries.posts_of(request.conversation)
    streams, areas = queries.parts_of(request.conversation)
    chosen = {name: _id(request.GET.get(name, "")) for name in ("theme", "question", "area")}
    ideas = queries.ideas_of(
        request.conversation,
        by=by,
        code=chosen["theme"],
        stream=chosen["question"],
        area=chosen["area"],
        most=50,
        posts=posts,
    )
    context = {
        "by": by,
        "rankings": _RANKINGS,
        "ideas": [_idea(idea) for idea in ideas],
        "themes": [(line.id, path_of(line.path)) for line in posts.frame],
        "streams": streams,
        "areas": areas,
        "chosen": chosen,
    }
    return render(request, "findings/ranking.html", context)


def _parts(request: ProjectRequest, posts: Posts) -> list[Part]:
    """Questions and areas to choose from, each kind only where there are several."""
    kinds = (
        queries.themes_by_stream(request.conversation, posts=posts),
        queries.themes_by_area(request.conversation, posts=posts),
    )
    return [part for parts in kinds if len(parts) > 1 for part in parts]


def _of(parts: Sequence[Part], code: UUID) -> list[tuple[str, ThemeStrength]]:
    return [(part.name, theme) for part in parts for theme in part.themes if theme.code == code]


def _ranked(request: ProjectRequest, by: Ranking, code: UUID, posts: Posts) -> list[IdeaLine]:
    ideas = queries.ideas_of(request.conversation, by=by, code=code, most=_MOST_QUOTES, posts=posts)
    return [_idea(idea) for idea in ideas]


def _lines(themes: Sequence[ThemeStrength]) -> list[ThemeLine]:
    return [_line(theme) for theme in themes]


def _line(theme: ThemeStrength) -> ThemeLine:
    share, division = theme.consensus, theme.division
    return ThemeLine(
        theme=theme,
        share=percent(share.value) if share else "",
        share_span=span(share) if share else "",
        division=percent(division.value) if division else "",
        division_span=span(division) if division else "",
    )


def _idea(idea: Ranked) -> IdeaLine:
    share, division = idea.consensus, idea.division
    return IdeaLine(
        idea=idea,
        share=percent(share.value) if share else "",
        share_span=span(share) if share else "",
        division=percent(division.value) if division else "",
        response=f"{idea.response.value:.1f}",
        talk=f"{idea.talk.value:.1f}",
    )


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
