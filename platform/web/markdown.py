"""
Running text that organisations write, as Markdown, made into HTML that cannot do anything but be read.

No HTML of its own, no images, and links only to the web, to mail, to telephones and within the site.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_HIGHEST, _LOWEST = 2, 6
_SCHEMES = {"http", "https", "mailto", "tel"}
_SCHEME = re.compile(r"[^/?#]*:")
# What browsers read as the beginning of another host.
_ELSEWHERE = re.compile(r"[/\\]{2}|%5c", re.IGNORECASE)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_MOST_KEPT = 500


class Section(NamedTuple):
    """A highest heading of a text: its anchor on the page and its words."""

    anchor: str
    words: str


class Rendered(NamedTuple):
    html: Markup
    sections: Sequence[Section]


@lru_cache(maxsize=_MOST_KEPT)
def rendered(text: str) -> Rendered:
    """
    Markdown as HTML whose highest heading is an `h2` (the page has the `h1`) and leaves no level out.

    The same text always gives the same answer, so it is kept.
    """
    tokens = _markdown.parse(text)
    for token in tokens:
        token.attrs.pop("style", None)  # of a table's columns; the content security policy forbids it
    sections = _fitted(tokens)
    html = str(_markdown.renderer.render(tokens, _markdown.options, {}))
    return Rendered(Markup(html), sections)  # noqa: S704  (made by the renderer from escaped text)


def literally(words: str) -> str:
    """Words of somebody's as Markdown that shows exactly them, in one line."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(words.split()))


def _is_harmless(address: str) -> bool:
    address = address.strip()
    if _ELSEWHERE.match(address):
        return False
    scheme = _SCHEME.match(address)
    return scheme is None or scheme[0][:-1].lower() in _SCHEMES


def _fitted(tokens: list[Token]) -> list[Section]:
    """Move the headings to where they belong in the page's outline, and give the highest an anchor."""
    sections: list[Section] = []
    opening = [n for n, token in enumerate(tokens) if token.type == "heading_open"]
    top = min((int(tokens[n].tag[1]) for n in opening), default=1)
    before = _HIGHEST - 1
    for n in opening:
        level = min(int(tokens[n].tag[1]) - top + _HIGHEST, before + 1, _LOWEST)
        before = level
        words, closing = tokens[n + 1], tokens[n + 2]
        tokens[n].tag = closing.tag = f"h{level}"
        if level == _HIGHEST:
            section = Section(f"part-{len(sections) + 1}", _plain(words))
            tokens[n].attrSet("id", section.anchor)
            sections.append(section)
    return sections


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  (the library's name)
        return _is_harmless(url)


_markdown = _Reader("commonmark", {"html": False}).enable("table").disable("image")
