"""What reports look like from inside: tags, styles, texts for pictures, and the same bytes every time (R54)."""

import io
import re
import shutil
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import docx
import pikepdf
import pptx
import pytest
from docx.oxml.ns import qn

from reporting.documents.formats import blocks, page, pdf, slides, word, written
from reporting.documents.formats.composing import composed, words_in
from reporting.documents.models import Format
from reporting.findings import charts
from reporting.shapes import Estimate, ThemeStrength
from tests.documents import ARABIC, SHIFTS, WELSH

_LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3


def _theme(n: int, name: str = "") -> ThemeStrength:
    share = Estimate(0.876, 0.861, 0.89)
    path = (f"Area {n % 3 + 1}", name or f"Theme {n}")
    return ThemeStrength(
        UUID(int=n), path, "How work is planned.", "#00625a", 90 + n, 200, 2210, 310, share, share
    )


def _frozen(count: int = 6, *, name: str = "") -> dict[str, Any]:
    themes = [_theme(n, name) for n in range(count)]
    drawn = charts.themes_ranked(themes, style="print") if themes else None
    shown = (
        [
            {
                "key": "themes-ranked",
                "title": drawn.title,
                "alternative": drawn.alternative,
                "svg": drawn.svg,
                "headings": drawn.headings,
                "rows": drawn.rows,
            }
        ]
        if drawn
        else []
    )
    cells = [[{"shown": 45, "percent": 91}, {"shown": None, "percent": None}]]
    return {
        "taken_on": "2026-11-21",
        "totals": {"ideas": 1204, "comments": 5310, "votes": 41877},
        "people": 835,
        "questions": [{"question": "What should change?", "ideas": 1204, "comments": 5310, "votes": 41877}],
        "coded": {"version": 3, "contributions": 6514, "coded": 6490},
        "themes": [
            {"code": str(one.code), "path": list(one.path), "definition": one.definition, "ideas": one.ideas,
             "comments": one.comments, "likes": one.likes, "dislikes": one.dislikes,
             "consensus": {"value": 0.876, "low": 0.861, "high": 0.89}, "division": None}
            for one in themes
        ],
        "charts": shown,
        "tables": [
            {"id": "t", "title": "Themes by staff group", "rows": ["Nurses"], "columns": ["Hours", "Pay"],
             "cells": cells, "withheld": "Figures for fewer than 11 people are not shown."}
        ],
        "opinion_groups": {
            "groups": [{"name": "Group A", "people": 40}, {"name": "Group B", "people": 25}],
            "is_clear": False,
            "common": [{"id": "i1", "likes": [91, 80]}, {"id": "gone", "likes": [70, 70]}],
            "dividing": [{"id": "i2", "likes": [9, None]}],
        },
    }  # fmt: skip


def _said(frozen: dict[str, Any], *, language: str = "en", text: str = "") -> dict[str, Any]:
    def section(kind: str, **more: Any) -> dict[str, Any]:
        words = words_in(language)
        return {"kind": kind, "heading": words[f"heading_{kind}"], "text": "", "themes": [], "charts": [],
                "tables": [], "quotes": [], **more}  # fmt: skip

    themes = [one["code"] for one in frozen["themes"]]
    quotes = [
        {"text": said, "label": label} for said, label in ((SHIFTS, "Nurses"), (ARABIC, ""), (WELSH, ""))
    ]
    return {
        "title": "What we heard", "language": language, "organisation": "Acme Trust", "conversation": "Our work",
        "opened_on": "2026-09-01", "closed_on": "2026-09-21", "published_on": "2026-11-21", "number": 2,
        "brand": {"accent": "#00625a", "band": "#00625a", "on_band": "#ffffff", "tint": "#e8f3f1"},
        "snapshot": "ab" * 32, "identity": "cd" * 32, "statements": {"i1": "More daylight.", "i2": "Ban meetings."},
        "sections": [
            section("summary", text=text or "We **heard** this. [Site](https://example.org)\n\n1. One\n2. Two\n\n### Deep",
                    charts=["themes-ranked"]),
            section("part"),
            section("themes", themes=themes, quotes=quotes),
            section("strength", themes=themes),
            section("differences", tables=["t"]),
            section("opinions"),
            section("method"),
        ],
    }  # fmt: skip


def _paper(count: int = 6, *, language: str = "en", text: str = "", name: str = "") -> blocks.Paper:
    frozen = _frozen(count, name=name)
    return composed(frozen, _said(frozen, language=language, text=text))


def _pdf(paper: blocks.Paper) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf.written(paper)))


def _tags(node: Any) -> list[str]:
    """Every kind of tag in the document's tree, in order."""
    found = [str(node.S)] if "/S" in node else []
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            found += _tags(child)
    return found


def test_the_pdf_is_tagged_and_says_so() -> None:
    """PDF/UA-1: marked, language, title shown, tags for headings, tables, quotes and figures, bookmarks."""
    kept = _pdf(_paper())

    assert kept.Root.MarkInfo.Marked
    assert str(kept.Root.Lang) == "en"
    assert kept.Root.ViewerPreferences.DisplayDocTitle
    with kept.open_metadata() as said:
        assert said["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert said["dc:title"] == "What we heard"
    tags = _tags(kept.Root.StructTreeRoot)
    assert {
        "/H1",
        "/H2",
        "/P",
        "/Table",
        "/TH",
        "/TD",
        "/THead",
        "/Figure",
        "/Caption",
        "/L",
        "/BlockQuote",
    } <= set(tags)
    assert kept.Root.Outlines.Count != 0


def _figures(node: Any) -> list[Any]:
    found = [node] if node.get("/S") == "/Figure" else []
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            found += _figures(child)
    return found


def test_every_picture_in_the_pdf_has_its_text() -> None:
    kept = _pdf(_paper())

    figures = _figures(kept.Root.StructTreeRoot)
    assert figures
    assert all(str(figure.Alt) for figure in figures)
    assert str(figures[0].Alt) == _frozen()["charts"][0]["alternative"]


def test_a_sign_no_font_shows_is_named_and_the_standard_kept() -> None:
    """An emoji in a quote: never a document that is not accessible."""
    kept = _pdf(_paper(text="Thank you 👍🏽 🙂 ❤️ and 中."))

    with kept.open_metadata() as said:
        assert said["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


@pytest.mark.parametrize("format", list(Format))
def test_the_same_paper_is_the_same_bytes(format: Format) -> None:
    assert written(_paper(), format) == written(_paper(), format)


@pytest.mark.parametrize("format", list(Format))
@pytest.mark.parametrize(
    ("count", "text", "name"),
    [
        (0, "", ""),
        (200, "", ""),
        (3, _LONG, _LONG[:100]),
        (3, f"{ARABIC}\n\n- {ARABIC}", ARABIC),
        (3, "# A\n\n#### B", ""),
    ],
    ids=["nothing", "200 themes", "long words", "right to left", "headings that leap"],
)
def test_whatever_stands_in_it_is_written(format: Format, count: int, text: str, name: str) -> None:
    assert len(written(_paper(count, text=text, name=name), format)) > 5_000


def test_nothing_typed_is_read_as_anything_but_words() -> None:
    """Typst, HTML and XML alike."""
    evil = (
        '#panic("x") $a$ <script>alert(1)</script> & ]]> \\u{0} <b>bold</b> ![pic](https://example.org/a.png)'
    )
    paper = _paper(3, text=evil, name="<i>#emph[x]</i>")

    shown = page.written(paper).decode()
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;i&gt;#emph[x]" in shown
    assert "<script>alert(1)</script>" in "\n".join(one.text for one in _word(paper).paragraphs)
    assert pdf.written(paper).startswith(b"%PDF")


def _word(paper: blocks.Paper) -> Any:
    return docx.Document(io.BytesIO(word.written(paper)))


def test_word_has_real_styles_captions_and_header_rows() -> None:
    """R54: headings in the outline, captions that Word numbers, tables with a header row."""
    made = _word(_paper())

    styles = [one.style.name for one in made.paragraphs]
    assert styles.count("Heading 1") == 8
    assert {"Title", "Heading 2", "Caption", "Intense Quote", "List Number"} <= set(styles)
    fields = [one.get(qn("w:instr")) for one in made.element.iter(qn("w:fldSimple"))]
    assert "SEQ Figure \\* ARABIC" in fields
    assert fields.count("SEQ Table \\* ARABIC") == len(made.tables) - 1  # the last stands behind a figure
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in made.tables)
    assert all(one.get("descr") for one in made.element.iter(qn("wp:docPr")))
    assert made.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-GB"


def test_office_files_keep_one_day_and_nobody() -> None:
    """Core properties and archives say the day of publication, and no name but the organisation's."""
    for content in (word.written(_paper()), slides.written(_paper())):
        with zipfile.ZipFile(io.BytesIO(content)) as kept:
            assert {entry.date_time for entry in kept.infolist()} == {(2026, 11, 21, 0, 0, 0)}
            core = kept.read("docProps/core.xml").decode()
        assert "2026-11-21T00:00:00Z" in core
        assert "<dc:creator>Acme Trust</dc:creator>" in core
        assert not re.search(r"python|steve|generated", core, re.IGNORECASE)


def test_hidden_figures_look_like_empty_ones_and_are_named() -> None:
    """R53: a word, not a colour alone; shares are capped."""
    shown = page.written(_paper()).decode()

    assert re.search(r'<td class="number hidden">not shown</td>', shown)
    assert "45 (&gt; 90%)" in shown
    assert "Figures for fewer than 11 people are not shown." in shown
    assert "&lt; 10%" in shown


def test_an_idea_that_is_shown_no_more_is_not_told() -> None:
    """R55: opinion groups name ideas by the words that are shown at publication."""
    shown = page.written(_paper()).decode()

    assert "More daylight." in shown
    assert "gone" not in shown


def test_a_welsh_report_speaks_welsh() -> None:
    shown = page.written(_paper(language="cy")).decode()

    assert '<html lang="cy" dir="ltr">' in shown
    assert "Prif feysydd" in shown
    assert "21 Tachwedd 2026" in shown
    assert not re.search(r"\b(?:Contents|Likes|Version|Agreement)\b", shown)
    assert str(_pdf(_paper(language="cy")).Root.Lang) == "cy"


def test_every_language_has_every_word() -> None:
    assert set(words_in("en")) == set(words_in("cy"))
    assert words_in("xx") == words_in("en")
    gaps = {key: set(re.findall(r"\{\w+\}", text)) for key, text in words_in("en").items()}
    assert {key: set(re.findall(r"\{\w+\}", text)) for key, text in words_in("cy").items()} == gaps


def test_the_page_needs_nothing_else_and_its_policy_knows_it() -> None:
    content = page.written(_paper())

    assert not re.search(rb'(?:src|href)="(?!#|data:|https://example\.org)', content)
    assert page.policy(content).startswith("default-src 'none'; style-src 'sha256-")
    assert content.count(b"<h1") == 1
    levels = [int(level) for level in re.findall(rb"<h(\d)", content)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_slides_have_titles_texts_and_notes() -> None:
    show = pptx.Presentation(io.BytesIO(slides.written(_paper(200))))

    titles = [slide.shapes.title.text_frame.text for slide in show.slides]
    assert all(titles)
    assert all(slide.notes_slide.notes_text_frame.text for slide in show.slides)
    pictures = [shape for slide in show.slides for shape in slide.shapes if shape.shape_type == 13]
    assert pictures
    assert all(one._element.xpath(".//p:cNvPr")[0].get("descr") for one in pictures)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
@pytest.mark.parametrize("format", [Format.WORD, Format.SLIDES])
def test_libreoffice_opens_what_we_write(format: Format, tmp_path: Path) -> None:
    """Scenario 28: converted without repair, every heading still there."""
    (tmp_path / f"report.{format}").write_bytes(written(_paper(), format))
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run(
        [*command, "--outdir", tmp_path, tmp_path / f"report.{format}"], check=True, capture_output=True
    )

    with pikepdf.open(tmp_path / "report.pdf") as made:
        assert len(made.pages) > 3
