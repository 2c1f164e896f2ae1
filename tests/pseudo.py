"""
Languages that exist in tests only, made from the sentences the product asks for.

In `eo` every sentence is wrapped, accented and 40 % longer; in `ar` it runs from the right. What a page
shows without the wrapping was never given to translators.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from django.test import override_settings

from web import words

LONG, FROM_THE_RIGHT = "eo", "ar"
_KEPT = re.compile(r"(%\(\w+\)s|\{\w+\}|%%|<[^>]+>|&\w+;)")
_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = str.maketrans(_PLAIN, "àƀćđéƒğħíĵķŀḿńőþqŕšţúṽŵẋýžÀƁĆĐÉƑĞĦÍĴĶĿḾŃŐÞQŔŠŢÚṼŴẊÝŽ")
_ARABIC = str.maketrans(_PLAIN, "ابتدعفغهيجكلمنوخقرسطصثضحذز" * 2)
_WRAPPED = re.compile(r"⟦[^⟦⟧]*⟧")
_LETTERS = re.compile(r"[^\W\d_]+")
_SAID = ("aria-label", "title", "alt", "placeholder", "data-words")
_ALONE = {"br", "hr", "img", "input", "link", "meta", "rect", "use", "path", "source", "wbr", "area", "col"}


def long(text: str) -> str:
    return f"⟦{_but_for_what_is_filled_in(text, _ACCENTED)} {'~' * (len(text) * 2 // 5)}⟧"


def from_the_right(text: str) -> str:
    return _but_for_what_is_filled_in(text, _ARABIC)


def write_catalogues(folder: Path) -> None:
    """Put both languages where CATALOGUES_DIR may name them."""
    for code, said in ((LONG, long), (FROM_THE_RIGHT, from_the_right)):
        path = folder / code / "LC_MESSAGES"
        path.mkdir(parents=True)
        (path / "django.mo").write_bytes(_catalogue(code, said))


@contextmanager
def offered() -> Iterator[None]:
    """Both languages beside the product's own, in this process."""
    with TemporaryDirectory() as folder:
        write_catalogues(Path(folder))
        codes = [(code, code) for code in ("en", "cy", LONG, FROM_THE_RIGHT)]
        with override_settings(LANGUAGES=codes, LOCALE_PATHS=[folder]):
            yield


def not_given_to_translators(html: str, *, names: tuple[str, ...] = ()) -> list[str]:
    """
    The words a page in the long language shows or says outside every wrapping.

    Words within an element of another or an unknown language are somebody else's, and so is what was
    typed into a field. `names` may stand anywhere, as they do in titles.
    """
    reader = _Reader()
    reader.feed(html)
    text = " ".join(reader.heard)
    for name in names:
        text = text.replace(name, "")
    while (shorter := _WRAPPED.sub("", text)) != text:
        text = shorter
    return _LETTERS.findall(text)


class _Reader(HTMLParser):
    """Hears a page: its texts and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # The switch names each language in its own words, this one too.
        is_theirs = (
            tag in {"script", "style", "textarea", "code"}
            or "hreflang" in given
            or given.get("lang", LONG) != LONG
            or (bool(self._open) and self._open[-1][1])
        )
        if not is_theirs:
            self.heard += [given[name] or "" for name in _SAID if name in given]
        if tag not in _ALONE:
            self._open.append((tag, is_theirs))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.heard.append(data)


def _but_for_what_is_filled_in(text: str, letters: dict[int, int]) -> str:
    parts = _KEPT.split(text)
    return "".join(part if _KEPT.fullmatch(part) else part.translate(letters) for part in parts)


@cache
def _catalogue(code: str, said: Callable[[str], str]) -> bytes:
    made = Catalog(locale="en")  # two forms, as the sentences themselves have
    for message in words.collected():
        if not message.id:
            continue
        if message.context == "order of a date":
            string: str | tuple[str, ...] = str(message.id)
        elif isinstance(message.id, str):
            string = said(message.id)
        else:
            string = tuple(said(form) for form in message.id)
        made.add(message.id, string, context=message.context)
    return words.compiled(made)
