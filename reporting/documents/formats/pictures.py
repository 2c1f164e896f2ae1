"""Charts as pictures for files that take no SVG. Set by Typst in our own font, so the same everywhere."""

import re
from functools import lru_cache
from pathlib import Path

from web import typeset

_TEMPLATE = Path(__file__).resolve().parents[1] / "texts" / "chart.typ"
_SHAPE = re.compile(r'viewBox="\s*[\d.-]+[ ,]+[\d.-]+[ ,]+([\d.]+)[ ,]+([\d.]+)\s*"')
_POINTS_PER_INCH = 192.0


@lru_cache(maxsize=64)
def png_of(svg: str) -> bytes:
    """Kept for the formats of one report, which show the same charts."""
    return typeset.picture(_TEMPLATE, {"svg": svg}, per_inch=_POINTS_PER_INCH)


def proportion_of(svg: str) -> float:
    """Height by width; a chart that does not say is taken for half as high as wide."""
    found = _SHAPE.search(svg)
    return float(found[2]) / float(found[1]) if found and float(found[1]) else 0.5
