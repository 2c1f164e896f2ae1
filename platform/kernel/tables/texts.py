"""Tables of separated values, in the encodings and with the separators that offices really use."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator

from kernel.tables.refused import TableRefused

_SEPARATORS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# The longer mark first: that of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 64 * 1024
_ENCODING = "The file's letters cannot be read. Save it as CSV UTF-8 and upload that."
_NOT_TEXT = "This is not a table: it holds characters that no text has. Save the table as .xlsx or CSV UTF-8."


def read_text(content: bytes) -> tuple[str, Iterator[list[str]]]:
    """How the file is written, in words, and its rows. Raises TableRefused, also while rows are taken."""
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, ValueError) as broken:
        raise TableRefused(_ENCODING) from broken
    if "\0" in text:
        raise TableRefused(_NOT_TEXT)
    separator, text = _separator(text)
    return f"{encoding.upper()}, {_NAMES[separator]}", _rows(text, separator)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as broken:
        raise TableRefused(_NOT_TEXT) from broken


def _encoding(content: bytes) -> str:
    """By its mark; without one UTF-16 shows by its zero bytes, and what is not UTF-8 is Windows' own."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    start = content[:_LOOKED_AT]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    for name in ("utf-8", "cp1252"):
        try:
            content.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def _separator(text: str) -> tuple[str, str]:
    """Excel may name it in a first line of its own; otherwise it is what the first row has most of, unquoted."""
    first, _line, rest = text.partition("\n")
    if first.lower().startswith("sep=") and first[4:5] in _SEPARATORS:
        return first[4], f"\n{rest}"  # the rows keep their numbers
    counts: Counter[str] = Counter()
    is_quoted = False
    for character in text.lstrip()[:_LOOKED_AT]:
        if character == '"':
            is_quoted = not is_quoted
        elif character in "\r\n" and not is_quoted:
            break
        elif not is_quoted:
            counts[character] += 1
    return max(_SEPARATORS, key=lambda separator: counts[separator]), text
