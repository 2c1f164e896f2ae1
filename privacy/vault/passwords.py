"""Which passwords anybody would try first: those that others had, and words that stand around the door."""

import gzip
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.contrib.auth import password_validation

SHORTEST = 10
# Ours; each conversation adds its name, its address on the web and the own address (`practice.md` lists them).
OUR_WORDS = ("clever", "together", "conversation", "conversations", "facilitator", "password", "secret")
_MUST_STAY = 8
_FEWEST_CHARACTERS = 5
_WORD = re.compile(r"[^\W\d_]{4,}")
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
# Django's list: the 20,000 that stood most often in what was stolen elsewhere.
_LIST = Path(password_validation.__file__).with_name("common-passwords.txt.gz")


def is_easy(password: str, *, about: Iterable[str]) -> bool:
    """
    Whether somebody who knows what passwords are like, or `about` whom or what this one is, would guess it.

    It rules out no kind of character and asks for none.
    """
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(set(folded)) < _FEWEST_CHARACTERS:
        return True
    bare = _AROUND.sub("", folded)
    if folded in _common() or (len(bare) >= _FEWEST_CHARACTERS and bare in _common()):
        return True
    left = folded
    for word in sorted(_words(about), key=len, reverse=True):
        left = left.replace(word, "")
    return left != folded and len(re.sub(r"[\W_]", "", left)) < _MUST_STAY


@cache
def _common() -> frozenset[str]:
    with gzip.open(_LIST, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)


def _words(about: Iterable[str]) -> set[str]:
    found = {word for text in about for word in _WORD.findall(text.casefold())}
    return found | set(OUR_WORDS)
