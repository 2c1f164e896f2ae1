"""Colours of codes: told apart from the page by day and by night, at 3:1 (WCAG 2.2, 1.4.11)."""

from coloraide import Color

from kernel.errors import DomainError
from tenants.branding.palette import ColourNotUsable, contrast, readable_brand

_DAY, _NIGHT = "#ffffff", "#1c2026"
_LEAST = 3.0
_STEP = 0.01
# Hues that stay apart for people who see few colours (after Okabe and Ito, Color Universal Design, 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d31", "#7a5195", "#56b4e9", "#b4436c", "#e69f00")


class ColourNotRead(DomainError):
    code = "colour_not_read"
    status = 422
    message = "Choose a colour, or write it as # and six letters or digits from 0 to f."


def seen_colour(colour: str) -> str:
    """The colour itself, or the nearest in lightness that can be seen on both pages. Raises ColourNotRead."""
    try:
        wanted = readable_brand(colour)
    except ColourNotUsable as reason:
        raise ColourNotRead from reason
    start = Color(wanted).convert("oklch")["lightness"]
    for step in range(101):
        for lightness in (start - step * _STEP, start + step * _STEP):
            found = _with_lightness(wanted, lightness) if step else wanted
            if is_seen(found):
                return found
    return COLOURS[0]


def is_seen(colour: str) -> bool:
    return min(contrast(colour, _DAY), contrast(colour, _NIGHT)) >= _LEAST


def colour_for(place: int) -> str:
    """A colour for the code at this place among those at the top."""
    return seen_colour(COLOURS[place % len(COLOURS)])


def _with_lightness(colour: str, lightness: float) -> str:
    moved = Color(colour).convert("oklch")
    moved["lightness"] = min(1.0, max(0.0, lightness))
    return str(moved.convert("srgb").fit(method="oklch-chroma").to_string(hex=True))
