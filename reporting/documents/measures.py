"""What can be said about texts and figures without asking any table: digests, quotes, words that take sides."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

ELLIPSIS = "[...]"
_ELLIPSES = re.compile(r"\[\s*(?:\.\.\.|\u2026)\s*\]")
_SPACES = re.compile(r"\s+")
# Two letters that only frame an ellipsis would prove nothing.
_FEWEST_LETTERS = 3
_LOADED = re.compile(
    r"\b(?:obviously|clearly|of course|unfortunately|sadly|shocking|surprisingly|alarming|disappointing|"
    r"only|just|merely|overwhelming(?:ly)?|vast majority|everybody|everyone|nobody|always|never|should|must)\b",
    re.IGNORECASE,
)


def canonical(content: Mapping[str, Any]) -> str:
    """One text for one meaning: keys in order, no spaces, nothing that is not a number."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tidy_quote(quote: str) -> str:
    """One line, with every ellipsis written the same way and a space on its inner sides."""
    parts = [part.strip() for part in _ELLIPSES.split(_SPACES.sub(" ", unicodedata.normalize("NFC", quote)))]
    return f" {ELLIPSIS} ".join(parts).strip()


def is_verbatim(quote: str, text: str) -> bool:
    """
    Whether a quote stands word for word in a text: its parts between "[...]" in their order, none twice.

    A part begins and ends where words do, so that "not" is never cut out of "cannot". Only white space
    may differ.
    """
    source = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    parts = [part.strip() for part in _ELLIPSES.split(_SPACES.sub(" ", unicodedata.normalize("NFC", quote)))]
    said = [part for part in parts if part]
    if not said or any(_letters(part) < min(_FEWEST_LETTERS, _letters(source)) for part in said):
        return False
    at = 0
    for part in said:
        found = _found_whole(part, source, at)
        if found < 0:
            return False
        at = found + len(part)
    # What is left out at either end needs no mark; between parts one stands already.
    return True


def loaded_words(text: str) -> list[str]:
    """Words that take sides or promise more than was counted, for a second look. Nothing is refused for them."""
    return list(dict.fromkeys(match[0].lower() for match in _LOADED.finditer(text)))


def direction_of(text: str) -> str:
    """`rtl` where the first letter with a direction runs from the right."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


def _found_whole(part: str, source: str, at: int) -> int:
    while (found := source.find(part, at)) >= 0:
        end = found + len(part)
        if not (_joins(source, found) or _joins(source, end)):
            return found
        at = found + 1
    return -1


def _joins(source: str, at: int) -> bool:
    """Whether a word runs through this place. Marks belong to the letter before them."""
    if not 0 < at < len(source):
        return False
    if unicodedata.combining(source[at]):
        return True
    return _is_of_word(source[at - 1]) and _is_of_word(source[at])


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"
