"""A report as PDF/UA-1, set by Typst."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from reporting.documents.formats.blocks import Block, Paper
from web import typeset

_TEMPLATE = Path(__file__).resolve().parents[1] / "texts" / "report.typ"


def written(paper: Paper) -> bytes:
    """Tagged, with title, language, bookmarks and a text for every picture."""
    language, _dash, region = paper.language.partition("-")
    data = {
        "title": paper.title,
        "lang": language,
        "region": region.upper() or None,
        "direction": paper.direction,
        "organisation": paper.organisation,
        "conversation": paper.conversation,
        "lines": list(paper.lines),
        "published_on": paper.published_on,
        "brand": {name: getattr(paper.brand, name) for name in ("accent", "band", "on_band", "tint")},
        "logo": list(paper.brand.logo),
        "words": paper.words,
        "parts": [
            {"heading": part.heading, "blocks": [_named(block) for block in part.blocks]}
            for part in paper.parts
        ],
        "appendix": [_named(grid) for grid in paper.appendix if grid.rows],
    }
    return typeset.tagged_pdf(_TEMPLATE, data)


def _named(block: Block) -> dict[str, Any]:
    said = {"is": type(block).__name__.lower(), **asdict(block)}
    said.pop("data", None)  # of a picture: it stands in the appendix
    return said
