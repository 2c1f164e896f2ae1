"""Words of staff that must lead to nobody: no names, no addresses, no numbers."""

import re

from conversations.services.hints import HintKind, hints
from conversations.services.texts import checked_text
from kernel.errors import DomainError

# Telephone numbers, rooms, staff numbers, dates of birth. A year or "3 days" is none.
_NUMBER = re.compile(r"\d(?:[ ./()-]?\d){4,}")
_NAMING = {HintKind.PERSON, HintKind.CONTACT}


class NamesSomebody(DomainError):
    code = "names_somebody"
    status = 422
    message = "“%(words)s” may name or reach somebody. This is kept after people are gone: say it without."


def words_that_name(text: str) -> list[str]:
    """What in a text may be a name, a way to reach somebody, or a number that belongs to one."""
    found = [hint.words for hint in hints(text) if hint.kind in _NAMING]
    return [*found, *(match[0] for match in _NUMBER.finditer(text))]


def nameless(text: str, *, most: int) -> str:
    """The text in its plain form. Raises TextMissing, TextTooLong, NamesSomebody."""
    said = checked_text(text, most=most)
    found = words_that_name(said)
    if found:
        raise NamesSomebody(words=found[0])
    return said
