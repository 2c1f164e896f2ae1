"""A report as one web page that needs nothing else: styles, font and pictures are within it."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from markupsafe import Markup

from reporting.documents.formats.blocks import Paper

_STYLE = Path(__file__).resolve().parents[1] / "texts" / "report.css"
_FONT = "web/fonts/atkinson-hyperlegible-next-latin.woff2"
_BETWEEN = re.compile(r">\s+<")
_UNWANTED = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", re.DOTALL)


def written(paper: Paper, *, note: str = "") -> bytes:
    """`note` stands above a preview: it says that this is not published."""
    brand = paper.brand
    context = {
        "paper": paper,
        "note": note,
        "words": paper.words,
        "style": Markup(_style(brand.accent, brand.band, brand.on_band, brand.tint)),  # noqa: S704  (ours, and colours that a constraint knows)
        "logo": base64.b64encode(brand.logo).decode(),
        "drawn": _drawn,
        "kind": lambda block: type(block).__name__.lower(),
    }
    return render_to_string("documents/report.html", context).encode()


def policy(page: bytes) -> str:
    """What such a page may do in a browser: show itself. Its one style sheet is known by its digest."""
    found = re.search(rb"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(found[1] if found else b"").digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; font-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _drawn(svg: str, number: int) -> Markup:
    """
    A chart of our own making within the page. Its words are said by the text beside it, and its ids are
    made its own, so that two charts with the same pattern do not meet.
    """
    plain = _BETWEEN.sub("><", _UNWANTED.sub("", svg)).strip()
    plain = re.sub(r'\bid="([^"]+)"', rf'id="c{number}-\1"', plain)
    plain = re.sub(r"url\(#([^)]+)\)", rf"url(#c{number}-\1)", plain)
    plain = re.sub(r'href="#([^"]+)"', rf'href="#c{number}-\1"', plain)
    opening, _bracket, rest = plain.partition(">")
    opening = re.sub(r'\s(?:role|aria-\w+|tabindex)="[^"]*"', "", opening)
    return Markup(f'{opening} aria-hidden="true" focusable="false">{rest}')  # noqa: S704  (drawn by this package)


@cache
def _style(accent: str, band: str, on_band: str, tint: str) -> str:
    colours = f":root{{--accent:{accent};--band:{band};--on-band:{on_band};--tint:{tint}}}"
    path = finders.find(_FONT)
    font = base64.b64encode(Path(str(path)).read_bytes()).decode() if path else ""
    return colours + _STYLE.read_text(encoding="utf-8").replace("FONT", f"data:font/woff2;base64,{font}")
