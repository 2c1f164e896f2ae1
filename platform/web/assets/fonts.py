"""
Makes the fonts of typeset documents from those of the pages: TrueType, one file for each weight.

Run by `make assets`; the result is committed. Browsers read variable woff2 in parts, Typst does not.
"""

import tempfile
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

_HERE = Path(__file__).resolve().parent
_PAGES = _HERE.parent / "static" / "web" / "fonts"
_FAMILY = "Atkinson Hyperlegible Next"
_WEIGHTS = {"Regular": 400, "Bold": 700}
# Numbers of the name table: family, style, full name, PostScript name, and the two for large families.
_FAMILY_NAME, _STYLE, _FULL, _POSTSCRIPT, _LARGE_FAMILY, _LARGE_STYLE = 1, 2, 4, 6, 16, 17


def make() -> None:
    for style, weight in _WEIGHTS.items():
        with tempfile.TemporaryDirectory() as folder:
            parts = [
                str(_part(name, weight, Path(folder) / f"{name}.ttf")) for name in ("latin", "latin-ext")
            ]
            made = Merger().merge(parts)
        _date(made)
        _name(made, style, weight)
        made.save(_HERE.parent / "fonts" / f"atkinson-hyperlegible-next-{style.lower()}.ttf")


def _part(name: str, weight: int, path: Path) -> Path:
    font = TTFont(_PAGES / f"atkinson-hyperlegible-next-{name}.woff2", recalcTimestamp=False)
    font.flavor = None
    instantiateVariableFont(font, {"wght": weight}, inplace=True)
    font.save(path)
    return path


def _date(font: TTFont) -> None:
    """As old as the font it comes from: the same fonts in, the same file out."""
    font.recalcTimestamp = False
    source = TTFont(_PAGES / "atkinson-hyperlegible-next-latin.woff2")["head"]
    font["head"].created, font["head"].modified = source.created, source.modified


def _name(font: TTFont, style: str, weight: int) -> None:
    names = {
        _FAMILY_NAME: _FAMILY,
        _STYLE: style,
        _FULL: f"{_FAMILY} {style}",
        _POSTSCRIPT: f"{_FAMILY.replace(' ', '')}-{style}",
    }
    for number in (_LARGE_FAMILY, _LARGE_STYLE):
        font["name"].removeNames(nameID=number)
    for number, words in names.items():
        font["name"].removeNames(nameID=number)
        font["name"].setName(words, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    is_bold = style == "Bold"
    font["OS/2"].fsSelection = 0x20 if is_bold else 0x40
    font["head"].macStyle = 1 if is_bold else 0


if __name__ == "__main__":
    make()
