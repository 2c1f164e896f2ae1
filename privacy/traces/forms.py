"""
The forms in which text lies in bytes: plain, UTF-16, base64, hex, quoted-printable, percent.

Whatever looks like one of the forms is decoded, wherever it begins, and what comes out is looked
at once more: so UTF-16 within base64 is seen, too.
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_to_bytes

FORMS = (
    "plain",
    "UTF-16 (both byte orders)",
    "base64 (every alignment)",
    "hex",
    "quoted-printable",
    "percent encoding",
)
# How much of a chunk is read again with the next one, so that nothing is cut in two. Longer than the
# longest address in the longest form.
OVERLAP = 8192

_DEPTH = 2
# How far from a sign of its form a text may reach.
_NEAR = 1024
# Stands between pieces that were not side by side: no letter, digit or sign of any form.
BETWEEN = b" \x1f"
_UTF16 = re.compile(rb"\x00?(?:[\x20-\x7e\x80-\xff]\x00){5,}[\x20-\x7e\x80-\xff]?")
# Lines of an encoded mail belong together.
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
_HEX = re.compile(rb"[0-9A-Fa-f]{12,}")
_QUOTED = re.compile(rb"=(?:\r?\n|([0-9A-Fa-f]{2}))")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
# A decoded piece without any of these holds neither address nor number, in no form.
_WORTH_A_LOOK = re.compile(rb"[@%\x00]|\d(?:[ ().\-/]{0,3}\d){6}")


def views(data: bytes, depth: int = _DEPTH) -> Iterator[bytes]:
    """The bytes themselves, and everything that any form in them decodes to."""
    yield data
    if depth:
        for decode in (_utf16, _base64, _hex, _quoted, _percent):
            decoded = decode(data)
            if decoded:
                yield from views(decoded, depth - 1)


def _utf16(data: bytes) -> bytes:
    if b"\0" not in data:
        return b""
    texts = (text for found in _UTF16.finditer(data) for text in _of_both_orders(found[0]))
    return BETWEEN.join(text.decode("latin-1").encode() for text in texts)


def _of_both_orders(run: bytes) -> Iterator[bytes]:
    """Where the run begins and ends tells the byte order; a sign too many at both ends may be either's neighbour."""
    text = run.replace(b"\0", b"")
    if run[0] and run[-1]:
        yield text[1:]
        yield text[:-1]
    else:
        yield text


def _base64(data: bytes) -> bytes:
    return _joined(
        binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
        for found in _BASE64.finditer(data)
        for whole in _aligned(found[0].replace(b"\r", b"").replace(b"\n", b"").translate(_URL_SAFE))
    )


def _aligned(run: bytes) -> Iterator[bytes]:
    """The run from each of its first four signs on; one sign left over at the end encodes nothing."""
    for start in range(4):
        rest = run[start:]
        yield rest[:-1] if len(rest) % 4 == 1 else rest


def _hex(data: bytes) -> bytes:
    return _joined(
        binascii.unhexlify(run[start : start + (len(run) - start) // 2 * 2])
        for run in (found[0] for found in _HEX.finditer(data))
        for start in (0, 1)
    )


def _quoted(data: bytes) -> bytes:
    return BETWEEN.join(
        _QUOTED.sub(lambda found: binascii.unhexlify(found[1]) if found[1] else b"", part)
        for part in _around(_QUOTED, data)
    )


def _percent(data: bytes) -> bytes:
    return BETWEEN.join(unquote_to_bytes(part) for part in _around(_PERCENT, data))


def _around(signs: re.Pattern[bytes], data: bytes) -> Iterator[bytes]:
    """The neighbourhood of each sign; where neighbourhoods meet, they are one."""
    start = end = None
    for found in signs.finditer(data):
        if start is not None and end is not None and found.start() <= end + _NEAR:
            end = found.end()
            continue
        if start is not None and end is not None:
            yield data[max(0, start - _NEAR) : end + _NEAR]
        start, end = found.span()
    if start is not None and end is not None:
        yield data[max(0, start - _NEAR) : end + _NEAR]


def _joined(pieces: Iterable[bytes]) -> bytes:
    return BETWEEN.join(piece for piece in pieces if _WORTH_A_LOOK.search(piece))
