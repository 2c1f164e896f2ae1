"""What people type, made plain: one form for one text, and nothing in it that cannot be seen."""

import re
import unicodedata
from uuid import UUID

# Invisible marks outside the general categories below: they could carry an author's watermark.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_UNSEEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
_BLANKS = re.compile(r"[^\S\n]+|\u2800+")
_MANY_LINES = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """NFC; no control, format or zero-width characters; no runs of blanks or of empty lines."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _INVISIBLE.sub("", text)
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN_CATEGORIES)
    text = _BLANKS.sub(" ", text)
    lines = [line.strip() for line in text.split("\n")]
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def uuid_of(typed: str | None) -> UUID | None:
    """None for anything that is no id."""
    try:
        return UUID(typed or "")
    except ValueError:
        return None


# What a program that opens a table could take for the start of a formula, wide forms included.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(cell: str) -> str:
    """A cell that no such program works out: what looks like a formula is led by an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
