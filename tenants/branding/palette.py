"""
An organisation's colours, derived from one brand colour so that everything on them can be read.

Lightness is moved in OKLCH, where it means what the eye sees, until WCAG 2.2's contrast ratio
is reached: 4.5:1 for text, which also satisfies the 3:1 of controls.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from coloraide import Color
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

# Paper and ink of the light scheme; night is the lightest ground of the dark one.
PAPER, INK, NIGHT, WHITE = "#fbfaf7", "#1b1f24", "#1c2026", "#ffffff"
TEXT_CONTRAST = 4.5
_STEP = 0.01
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


class ColourNotUsable(DomainError):
    code = "colour_not_usable"
    status = 422
    message = _("A colour is written as # and six digits or letters from a to f, such as #00625a.")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #rrggbb. `brand` is what was asked for, `accent` what links and buttons use."""

    brand: str
    band: str
    on_band: str
    accent: str
    accent_strong: str
    tint: str
    dark_accent: str
    dark_accent_strong: str
    dark_band: str
    dark_tint: str

    @property
    def was_shifted(self) -> bool:
        return self.accent != self.brand


def readable_brand(colour: str) -> str:
    """The colour as `#rrggbb`. Raises ColourNotUsable."""
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        raise ColourNotUsable
    return f"#{match[1].lower()}"


@lru_cache(maxsize=1_000)
def palette(brand: str) -> Palette:
    """Everything the theme needs from one brand colour. Raises ColourNotUsable."""
    brand = readable_brand(brand)
    accent = _shifted(brand, against=PAPER, darker=True)
    dark_accent = _shifted(brand, against=NIGHT, darker=False)
    on_band = WHITE if contrast(WHITE, brand) >= contrast(INK, brand) else INK
    return Palette(
        brand=brand,
        band=_shifted(brand, against=on_band, darker=on_band == WHITE),
        on_band=on_band,
        accent=accent,
        accent_strong=_moved(accent, -0.08),
        tint=_tinted(accent, lightness=0.955),
        dark_accent=dark_accent,
        dark_accent_strong=_moved(dark_accent, 0.08),
        dark_band=_shifted(_tinted(brand, lightness=0.32, most_chroma=0.08), against=WHITE, darker=True),
        dark_tint=_tinted(dark_accent, lightness=0.27),
    )


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio, 1 to 21."""
    return float(Color(one).contrast(other, method="wcag21"))


def _shifted(colour: str, *, against: str, darker: bool) -> str:
    """The nearest colour in lightness that text in it, or on it, can be read against `against`."""
    step = -_STEP if darker else _STEP
    candidates = (_moved(colour, step * n) for n in range(101))
    return next(
        (found for found in candidates if contrast(found, against) >= TEXT_CONTRAST), INK if darker else WHITE
    )


def _moved(colour: str, lightness: float) -> str:
    moved = Color(colour).convert("oklch")
    moved["lightness"] = min(1.0, max(0.0, moved["lightness"] + lightness))
    return _hex(moved)


def _tinted(colour: str, *, lightness: float, most_chroma: float = 0.03) -> str:
    tinted = Color(colour).convert("oklch")
    tinted["lightness"] = lightness
    tinted["chroma"] = min(tinted["chroma"], most_chroma)
    return _hex(tinted)


def _hex(colour: Color) -> str:
    return str(colour.convert("srgb").fit(method="oklch-chroma").to_string(hex=True))


@dataclass(frozen=True, slots=True)
class Reading:
    """One colour beside what is made of it, and how well each can be read: contrasts from 1 to 21."""

    words: str
    asked: str
    shown: str
    ground: str
    before: float
    after: float

    @property
    def was_shifted(self) -> bool:
        return self.asked != self.shown


def readings(brand: str) -> list[Reading]:
    """For whoever chooses a colour: what was asked for and what will be shown, both. Raises ColourNotUsable."""
    made = palette(brand)
    places = [
        (gettext("Band at the top of each page"), made.band, made.on_band),
        (gettext("Links and buttons on paper"), made.accent, PAPER),
        (gettext("Links and buttons by night"), made.dark_accent, NIGHT),
    ]
    return [
        Reading(words, made.brand, shown, ground, contrast(made.brand, ground), contrast(shown, ground))
        for words, shown, ground in places
    ]
