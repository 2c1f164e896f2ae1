"""Words in charts: lines that fit, numbers and shares as people read them."""

import unicodedata
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.shapes import Estimate

_ELLIPSIS = "…"
# Widths of letters in parts of their size, a little more than our font takes.
_NARROW, _COMMON, _BROAD, _FULL = 0.32, 0.57, 0.88, 1.05
_NARROW_LETTERS = frozenset("iljtfrI.,:;'|!()[] ")
_BROAD_LETTERS = frozenset("MWmw@%")


def width_of(words: str, size: float) -> float:
    """How wide words will be at the most, in pixels."""
    return sum(_width(letter) for letter in words) * size


def _width(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _FULL
    if letter in _NARROW_LETTERS:
        return _NARROW
    if letter in _BROAD_LETTERS:
        return _BROAD
    return 0.68 if letter.isupper() else _COMMON


def wrapped(words: str, width: float, size: float, *, most: int) -> list[str]:
    """Lines that fit the width; what does not fit into so many ends with dots. A long word is broken."""
    lines: list[str] = []
    line = ""
    for word in _pieces(" ".join(words.split()), width, size):
        joined = f"{line} {word}" if line else word
        if width_of(joined, size) <= width:
            line = joined
            continue
        lines.append(line)
        line = word
    lines.append(line)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_of(last + _ELLIPSIS, size) > width:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + _ELLIPSIS]


def _pieces(words: str, width: float, size: float) -> list[str]:
    pieces = []
    for word in words.split(" "):
        piece = ""
        for letter in word:
            if piece and width_of(piece + letter, size) > width:
                pieces.append(piece)
                piece = ""
            piece += letter
        pieces.append(piece)
    return pieces


def number(value: int) -> str:
    return f"{value:,}"


def percent(share: float) -> str:
    """Nothing but all is 100 %, and nothing but none is 0 %."""
    whole = round(100 * share)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        whole = 1
    return f"{whole} %"


def span(estimate: Estimate) -> str:
    """`62 to 71 %`."""
    low, high = round(100 * estimate.low), round(100 * estimate.high)
    if low == high:
        return f"{low} %"
    return _("%(low)s to %(high)s %%") % {"low": low, "high": high}


def released(value: int | None) -> str:
    """A share as it was released: never "all" or "nobody"."""
    if value is None:
        return "withheld"
    if value > 90:
        return "over 90 %"
    return "under 10 %" if value < 10 else f"{value} %"


def path_of(names: Sequence[str]) -> str:
    return " › ".join(names)


def quoted(words: str, most: int = 140) -> str:
    """The beginning of what somebody wrote, in one line."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0].rstrip(".,;:") + _ELLIPSIS


def posts(value: int) -> str:
    return ngettext("%(n)s post", "%(n)s posts", value) % {"n": number(value)}
