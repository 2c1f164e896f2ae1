"""What people and programs type who mean harm: the same each time, as many as are asked for."""

import random
from collections.abc import Callable, Iterator

import pytest

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u180e\u3164\ufe0f\U000e0041\U000e0101"
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_CONTROLS = "".join(map(chr, [*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0x2029, 0xFFFE, 0xFFFF]))
_FORMULAS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\0=",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("//x.example")',
    "＝1+1",
)
_MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea><svg/onload=alert(1)>",
    "[a](javascript:alert(1))",
    "![a](https://x.example/a.png)",
    "<!--", "]]>", "{{ 7*7 }}", "{% include 'x' %}", "%(name)s", "{0}", "${7*7}", '#panic("x")', "&#x3c;b&#x3e;",
)  # fmt: skip
_HEADERS = (
    "\r\nBcc: all@x.example",
    "\nTo: all@x.example",
    "\r\n\r\n<html>",
    "=?utf-8?q?=0D=0ABcc:_x=40x.example?=",
    "=?utf-8?b?QmNjOiB4QHguZXhhbXBsZQ==?=",
    "\u2028Bcc: x@x.example",
    "a@x.example, b@x.example",
    "<b@x.example>",
    '"a" <b@x.example>',
    "%0d%0aBcc:x",
    "\x85Bcc: x@x.example",
)  # fmt: skip
_PATHS = ("../", "..\\", "/", "\\", "\0", "%2e%2e/", "....//", "~", "./", "C:", "//", "..;/")
_SQL = ("'; DROP TABLE x; --", "' OR 1=1 --", "\\'", "$$;SET ROLE postgres;$$")
_PLAIN = ("More daylight", "Ŵy", "日本語", "العربية", "😀", "Ж", "e\u0301", "x" * 300, " ", "")
_ALL = (*_FORMULAS, *_MARKUP, *_HEADERS, *_PATHS, *_SQL, *_PLAIN)


def texts(count: int, *, seed: int = 7) -> Iterator[str]:
    """Each of the known ones alone, then mixtures of them with marks that nobody sees."""
    chance = random.Random(seed)
    yield from _ALL[:count]
    for _n in range(count - len(_ALL)):
        parts = chance.choices(_ALL, k=chance.randint(1, 4))
        marks = chance.choices(_INVISIBLE + _BIDI + _CONTROLS, k=chance.randint(0, 5))
        mixed = [*parts, *marks]
        chance.shuffle(mixed)
        yield "".join(mixed)[:900]


def paths(count: int, *, others: str, seed: int = 7) -> Iterator[str]:
    """Names of files that lead elsewhere, the folder of another organisation among them."""
    chance = random.Random(seed)
    parts = [
        *_PATHS,
        others,
        f"{others}/",
        "logo.png",
        "a",
        "..",
        ".",
        "\u202egnp.exe",
        "\uff0e\uff0e/",
        "reports/",
    ]
    for _n in range(count):
        yield "".join(chance.choices(parts, k=chance.randint(1, 6)))


def changed(value: bytes, chance: random.Random) -> bytes:
    """The same with a bit turned, cut off, or made longer."""
    kind = chance.randrange(4)
    if kind == 0:
        return value[: chance.randrange(len(value))]
    if kind == 1:
        return value + chance.randbytes(chance.randint(1, 20))
    turned = bytearray(value)
    turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
    return bytes(turned)


Test = Callable[..., None]


def in_both_sizes(bounded: int, full: int) -> Callable[[Test], Test]:
    """A test with `count`: bounded in every run, and in full with `make fuzz`."""
    return pytest.mark.parametrize("count", [bounded, pytest.param(full, marks=pytest.mark.fuzz)])
