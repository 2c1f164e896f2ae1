"""
Drawing without knowing how wide the picture will be: across in shares of the width, down in pixels.

On a screen shares become per cent, so the picture fits a phone and a desk, and letters keep their size. For print
they become points of a page. A pattern is a line of dashes: it needs no definition, so no id, and every program
that reads SVG can draw it. Colours are attributes; on a screen the page's stylesheet knows better by the classes.
"""

from enum import StrEnum
from html import escape
from typing import Literal

from reporting.findings.charts.words import wrapped

Style = Literal["screen", "print"]

_PRINT_WIDTH = 640.0
# What is left on a phone of 320 px inside a page's margins.
_NARROWEST = 272.0
_FONT = "Atkinson Hyperlegible Next"
SIZE = 16.0
_BOLDER = 1.06
LINE = 22.0
BAR = 18.0


class Ink(StrEnum):
    """What something is drawn as: its class on a screen, with its colour in print."""

    INK = "ink"
    MUTED = "muted"
    HAIRLINE = "hairline"
    PAPER = "paper"
    PLAIN = "plain"
    LIKE = "like"
    DISLIKE = "dislike"
    THIRD = "third"
    FOURTH = "fourth"
    FIFTH = "fifth"


# Okabe and Ito's palette for all kinds of colour blindness, darkened where it was too light on paper.
_COLOURS = {
    Ink.INK: "#1b1f24",
    Ink.MUTED: "#565c64",
    Ink.HAIRLINE: "#b9b4a9",
    Ink.PAPER: "#ffffff",
    Ink.PLAIN: "#00625a",
    Ink.LIKE: "#0072b2",
    Ink.DISLIKE: "#c25100",
    Ink.THIRD: "#007a5a",
    Ink.FOURTH: "#a8518a",
    Ink.FIFTH: "#7a6200",
}
# Solid, and then stripes that differ by their rhythm: told apart without any colour.
_DASHES = {Ink.DISLIKE: "5 2", Ink.THIRD: "2 2", Ink.FOURTH: "9 3", Ink.FIFTH: "2 5"}
SERIES = (Ink.LIKE, Ink.DISLIKE, Ink.THIRD, Ink.FOURTH, Ink.FIFTH)


class Canvas:
    """A picture that grows downwards. Shares go from 0 at the left to 1 at the right."""

    def __init__(self, style: Style) -> None:
        self._is_print = style == "print"
        self._parts: list[str] = []
        self.y = 0.0

    @property
    def width(self) -> float:
        """The narrowest it will be, for what has to fit."""
        return _PRINT_WIDTH if self._is_print else _NARROWEST

    def lines(self, words: str, *, most: int = 3, ink: Ink = Ink.INK, bold: bool = False) -> None:
        """Words at the left, wrapped, and the place below them."""
        broad = SIZE * (_BOLDER if bold else 1)
        for line in wrapped(words, self.width, broad, most=most):
            self.y += LINE
            self.text(0, self.y - 6, line, ink=ink, bold=bold)
        self.y += 4

    def text(
        self,
        share: float,
        y: float,
        words: str,
        *,
        ink: Ink = Ink.INK,
        bold: bool = False,
        anchor: str = "start",
        dx: float = 0,
    ) -> None:
        weight = ' font-weight="700"' if bold else ""
        ending = "" if anchor == "start" else f' text-anchor="{anchor}"'
        moved = f' dx="{dx:g}"' if dx else ""
        self._parts.append(
            f'<text x="{self._at(share)}" y="{y:.1f}" font-size="{SIZE:g}"{weight}{ending}{moved}'
            f"{self._filled(ink)}>{escape(words)}</text>"
        )

    def bar(self, start: float, end: float, y: float, ink: Ink, *, height: float = BAR) -> None:
        """From one share to another. The first of a series is solid, the others have stripes of their own."""
        if end <= start:
            return
        if ink not in _DASHES:
            self._box(start, end, y, height, self._filled(ink))
            return
        middle = y + height / 2
        self._dashes(start, end, middle, height, ink, _DASHES[ink])
        for edge in (y + 1, y + height - 1):
            self.line(start, end, edge, ink=ink, width=2)

    def withheld(self, start: float, end: float, y: float, *, height: float = BAR) -> None:
        """A figure that is not shown: a frame with thin hatching, and it is named besides."""
        self._dashes(start, end, y + height / 2, height, Ink.MUTED, "1.5 5")
        self._box(start, end, y, height, f' fill="none"{self._stroked(Ink.MUTED, 1)}')

    def line(self, start: float, end: float, y: float, *, ink: Ink = Ink.HAIRLINE, width: float = 1) -> None:
        self._parts.append(
            f'<line x1="{self._at(start)}" x2="{self._at(end)}" y1="{y:.1f}" y2="{y:.1f}"'
            f"{self._stroked(ink, width)}/>"
        )

    def upright(
        self, share: float, top: float, end: float, *, ink: Ink = Ink.HAIRLINE, width: float = 1
    ) -> None:
        self._parts.append(
            f'<line x1="{self._at(share)}" x2="{self._at(share)}" y1="{top:.1f}" y2="{end:.1f}"'
            f"{self._stroked(ink, width)}/>"
        )

    def interval(self, low: float, high: float, y: float) -> None:
        """A whisker that stands out from whatever it lies on."""
        for ink, width, cap in ((Ink.PAPER, 4.0, 6.0), (Ink.INK, 2.0, 5.0)):
            self.line(low, high, y, ink=ink, width=width)
            for end in (low, high):
                self.upright(end, y - cap, y + cap, ink=ink, width=width)

    def circle(self, share: float, y: float, radius: float, ink: Ink) -> None:
        self._parts.append(
            f'<circle cx="{self._at(share)}" cy="{y:.1f}" r="{radius:.1f}" stroke-width="2"'
            f"{self._filled(ink, and_edge=Ink.PAPER)}/>"
        )

    def picture(self, alternative: str) -> str:
        """The whole as SVG; its name for those who do not see it is the finding."""
        height = f"{self.y + 4:.0f}"
        size = f'width="100%" height="{height}" class="chart__svg"'
        if self._is_print:
            size = (
                f'width="{_PRINT_WIDTH:g}" height="{height}" viewBox="0 0 {_PRINT_WIDTH:g} {height}"'
                f' font-family="{_FONT}"'
            )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(alternative)}">'
            f"{''.join(self._parts)}</svg>"
        )

    def _box(self, start: float, end: float, y: float, height: float, paint: str) -> None:
        self._parts.append(
            f'<rect x="{self._at(start)}" y="{y:.1f}" width="{self._at(end - start)}" height="{height:g}"{paint}/>'
        )

    def _dashes(self, start: float, end: float, y: float, height: float, ink: Ink, rhythm: str) -> None:
        self._parts.append(
            f'<line x1="{self._at(start)}" x2="{self._at(end)}" y1="{y:.1f}" y2="{y:.1f}"'
            f' stroke-dasharray="{rhythm}"{self._stroked(ink, height)}/>'
        )

    def _at(self, share: float) -> str:
        if self._is_print:
            return f"{share * _PRINT_WIDTH:.1f}"
        return f"{100 * share:.2f}%"

    def _filled(self, ink: Ink, and_edge: Ink | None = None) -> str:
        edge = f' stroke="{_COLOURS[and_edge]}"' if and_edge else ""
        names = f"chart-fill-{ink}" + (f" chart-stroke-{and_edge}" if and_edge else "")
        return f' fill="{_COLOURS[ink]}"{edge}' + ("" if self._is_print else f' class="{names}"')

    def _stroked(self, ink: Ink, width: float) -> str:
        named = "" if self._is_print else f' class="chart-stroke-{ink}"'
        return f' stroke="{_COLOURS[ink]}" stroke-width="{width:g}"{named}'
