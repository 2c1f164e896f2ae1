"""Charts: they say what they find, hold what they are given and nothing else, and can be drawn everywhere."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from lxml import etree

from reporting.findings import charts
from reporting.findings.charts.words import percent, width_of, wrapped
from reporting.findings.measures import Votes, consensus_of, division_of
from reporting.findings.queries import DayCount
from reporting.shapes import (
    Cell,
    Chart,
    OpinionGroup,
    OpinionGroups,
    OpinionIdea,
    ReleasedTable,
    ThemeStrength,
)
from web import typeset

MONDAY = date(2026, 6, 1)
NASTY = 'Pay & <script>alert("1")</script> \u202eabc 😀'
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller " * 3


def theme(name: str, *votes: Votes, comments: int = 3) -> ThemeStrength:
    return ThemeStrength(
        code=uuid4(),
        path=("Work", name),
        definition="",
        colour="#123456",
        ideas=len(votes),
        comments=comments,
        likes=sum(vote.likes for vote in votes),
        dislikes=sum(vote.dislikes for vote in votes),
        consensus=consensus_of(votes),
        division=division_of(votes),
    )


THEMES = [theme(NASTY, Votes(40, 10)), theme(LONG, Votes(9, 12), Votes(5, 5)), theme("Silence")]
DAYS = [DayCount(MONDAY + timedelta(n), n % 5, n) for n in range(20)]
TABLE = ReleasedTable(
    id=uuid4(),
    code="took part",
    title="Took part, by directorate",
    rows=["Medicine", NASTY],
    columns=["Took part", "Did not"],
    cells=[[Cell(120, 91), Cell(None)], [Cell(None), Cell(None)]],
    withheld="Some figures are withheld.",
    released_on=MONDAY,
)
_IDEAS = [OpinionIdea(uuid4(), NASTY, [91, 9]), OpinionIdea(uuid4(), LONG, [55, None])]
GROUPS = OpinionGroups(
    groups=[OpinionGroup("Group A", 235, -0.2, 0.1, _IDEAS), OpinionGroup("Group B", 40, 1.0, -1.0, [])],
    people=275,
    left_out=None,
    silhouette=0.4,
    explained=18,
    is_clear=True,
    common=_IDEAS,
    dividing=_IDEAS,
    found_on=MONDAY,
)
Make = Callable[[charts.Style], Chart]
ALL: dict[str, Make] = {
    "ranked": lambda style: charts.themes_ranked(THEMES, style=style),
    "opinion": lambda style: charts.themes_opinion(THEMES, style=style),
    "division": lambda style: charts.themes_division(THEMES, style=style),
    "parts": lambda style: charts.parts_opinion([(NASTY, THEMES[0]), (LONG, THEMES[1])], style=style),
    "trend": lambda style: charts.trend(DAYS, about=NASTY, style=style),
    "table": lambda style: charts.group_table(TABLE, style=style),
    "map": lambda style: charts.opinion_map(GROUPS, style=style),
    "common": lambda style: charts.common_ground(GROUPS, style=style),
    "dividing": lambda style: charts.dividing_ideas(GROUPS, style=style),
    "no themes": lambda style: charts.themes_opinion([], style=style),
    "no days": lambda style: charts.trend([], style=style),
    "no groups": lambda style: charts.opinion_map(replace(GROUPS, groups=[]), style=style),
}
both_styles = pytest.mark.parametrize("style", ["screen", "print"])


@both_styles
@pytest.mark.parametrize("kind", ALL)
def test_a_chart_is_plain_svg_with_a_name(kind: str, style: charts.Style) -> None:
    """R54: no script, no id that could clash, no style attribute that a policy refuses, nothing from elsewhere."""
    found = ALL[kind](style)
    root = etree.fromstring(found.svg.encode())

    assert root.get("role") == "img"
    assert root.get("aria-label") == found.alternative
    assert found.alternative.endswith(".")
    assert found.title
    for part in root.iter():
        assert part.tag.rsplit("}")[-1] in {"svg", "text", "rect", "line", "circle"}
        assert not {"id", "style", "href", "onload"} & set(part.attrib)
    assert ("class" in root.attrib) == (style == "screen")
    assert all(len(row) == len(found.headings) for row in found.rows)


@pytest.mark.parametrize("kind", ALL)
def test_words_of_others_stay_words(kind: str) -> None:
    assert "<script" not in ALL[kind]("screen").svg


@pytest.mark.parametrize("kind", ALL)
def test_nothing_in_print_lies_outside_the_picture(kind: str) -> None:
    root = etree.fromstring(ALL[kind]("print").svg.encode())
    width = float(root.get("width", "0"))

    for part in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= float(part.get(name, "0")) <= width
        if part.tag.endswith("text") and not part.get("text-anchor"):
            start = float(part.get("x", "0")) + float(part.get("dx", "0"))
            assert start + width_of(part.text or "", 16) <= width + 8


def test_what_is_withheld_is_hatched_and_named_and_looks_like_what_is_empty() -> None:
    """R53: a chart tells no more than its table."""
    found = charts.group_table(TABLE, style="screen")
    empty = replace(TABLE, cells=[[Cell(120, 91), Cell(None)], [Cell(None), Cell(None)]])

    assert found.svg.count(">withheld<") == 3
    assert found.svg.count('stroke-dasharray="1.5 5"') == 3
    assert found.rows[0] == ["Medicine", "over 90 %", "withheld"]
    assert found.alternative == "Took part, by directorate: 3 figures are withheld."
    assert charts.group_table(empty, style="screen") == found


def test_bars_begin_at_zero_and_are_as_long_as_what_they_show() -> None:
    found = charts.themes_ranked([theme("A", comments=40), theme("B", comments=10)])
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%" height="18"', found.svg)]

    assert re.findall(r'<rect x="([\d.]+)%', found.svg) == ["0.00", "0.00"]
    assert widths[0] == pytest.approx(4 * widths[1], rel=1e-3)


def test_the_title_says_the_finding() -> None:
    high, low = theme("High", Votes(95, 5)), theme("Low", Votes(20, 80))

    assert charts.themes_opinion([low, high]).title == "Work › High has the surest support"
    assert charts.themes_division([low, high]).title == "Opinions differ most about Work › Low"
    assert charts.parts_opinion([("Wards", high), ("Offices", low)]).title == (
        "Support is stronger in “Wards” than in “Offices”"
    )
    assert (
        charts.parts_opinion([("Wards", low), ("Offices", low)]).title
        == "Support is much the same everywhere"
    )
    assert charts.trend(DAYS).title == "Most was posted on 20 June: 23 posts"


def test_long_words_are_broken_and_long_texts_end() -> None:
    lines = wrapped(LONG, 272, 16, most=3)

    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width_of(line, 16) <= 272 for line in lines)
    assert wrapped("Short.", 272, 16, most=3) == ["Short."]


def test_only_all_is_all_and_only_none_is_none() -> None:
    assert [percent(share) for share in (0, 0.001, 0.5, 0.999, 1)] == ["0 %", "1 %", "50 %", "99 %", "100 %"]


def test_typst_sets_every_kind(tmp_path: Path) -> None:
    """R54: the same pictures stand in the report as PDF/UA."""
    template = tmp_path / "charts.typ"
    template.write_text(
        '#set document(title: "Charts")\n'
        '#for chart in json(bytes(sys.inputs.data)).charts [#image(bytes(chart.svg), format: "svg", alt: chart.alt)]\n'
    )
    made = [ALL[kind]("print") for kind in ALL]
    data = {"charts": [{"svg": chart.svg, "alt": chart.alternative} for chart in made]}

    assert json.dumps(data)
    assert typeset.pdf(template, data).startswith(b"%PDF")
