"""
Whatever in some bytes could be an address, a telephone number or a name, in the one form it is compared in.

Rather too many than too few: each is compared by its digest, and what is nobody's costs a microsecond.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from privacy.traces.forms import views

MAIL, PHONE, NAME = "mail", "phone", "name"
Candidate = tuple[str, str]

_LONGEST_LOCAL = 64
_LOCAL = re.compile(rb"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+\Z")
_DOMAIN = re.compile(
    rb"(?:(?:[A-Za-z0-9\x80-\xff-]{1,63}\.)+[A-Za-z0-9\x80-\xff-]{2,63}|localhost)", re.IGNORECASE
)
# Allowed in front of the sign, and hardly ever meant: what stands behind one may be the whole address.
_MAY_PRECEDE = re.compile(rb"[=/'?&|{}`!#$%*^~]+")
_ESCAPED = re.compile(rb"u[0-9a-fA-F]{4}|[nrtbf]")
_NEW_SENTENCE = re.compile(rb"\.(?=[A-Z][a-z])")
_NUMBER = re.compile(rb"(?<![A-Za-z0-9])(?:\+|\b)\d(?:[ \t().\-/]{0,3}\d){6,24}(?![A-Za-z0-9])")
_GROUPS = re.compile(r"[ \t]+")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_MOST_GROUPS = 8
_HOME = "44"
_PARTS_OF_LOCAL = re.compile(r"[._\-]+")
_LONGEST_NAME = 120


def candidates(data: bytes) -> Counter[Candidate]:
    """What could be an address or a number, in any form, with how often it stands there at least."""
    found: Counter[Candidate] = Counter()
    for view in views(data):
        found |= Counter(_mails(view)) + Counter(_phones(view))
    return found


def mail(text: str) -> str:
    """The one form in which the vault knows an e-mail address."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def name(text: str) -> str:
    """A name without accents, capitals and doubled spaces; empty where it is a single word, like any other."""
    plain = unicodedata.normalize("NFKD", " ".join(text.split()).lower().replace("’", "'"))
    folded = "".join(c for c in plain if not unicodedata.combining(c))
    return folded if " " in folded and len(folded) <= _LONGEST_NAME else ""


def name_of_mailbox(address: str) -> str:
    """jane.smith2@ is Jane Smith; empty where the mailbox tells no name."""
    local = address.partition("@")[0].partition("+")[0]
    parts = [part.rstrip("0123456789") for part in _PARTS_OF_LOCAL.split(local)]
    parts = [part for part in parts if part.isalpha()]
    return name(" ".join(parts)) if len(parts) > 1 and len(parts[0]) > 1 and len(parts[-1]) > 1 else ""


def names(values: Iterable[str]) -> Iterator[Candidate]:
    """Values that are, as a whole, what a name could be."""
    for value in values:
        if len(value) <= _LONGEST_NAME and (known := name(value)):
            yield NAME, known


def _mails(data: bytes) -> Iterator[Candidate]:
    at = data.find(b"@")
    while at >= 0:
        domain = _DOMAIN.match(data, at + 1)
        local = _LOCAL.search(data, max(0, at - _LONGEST_LOCAL - 1), at) if domain else None
        if domain and local:
            before = data[local.start() - 1 : local.start()] if local.start() else b""
            texts = {
                mail(f"{left.decode()}@{right}")
                for left in _locals(local[0], before, len(domain[0]))
                for right in _domains(domain[0])
            }
            yield from ((MAIL, text) for text in texts)
        at = data.find(b"@", at + 1)


def _locals(local: bytes, before: bytes, domain_length: int) -> set[bytes]:
    """The mailbox as it stands there, and without what may have come before it."""
    found = {local, *(local[sign.end() :] for sign in _MAY_PRECEDE.finditer(local))}
    if before == b"\\" and (escaped := _ESCAPED.match(local)):
        found.add(local[escaped.end() :])
    # Formats in which a text follows its own length, and the length looks like a letter.
    if local[0] == len(local) + domain_length:
        found.add(local[1:])
    return {trimmed for left in found if (trimmed := left.lstrip(b".+"))}


def _domains(domain: bytes) -> set[str]:
    """The host as it stands there, and as far as it goes where a sentence or a sign of another script follows."""
    found = {domain, _NEW_SENTENCE.split(domain)[0], re.split(rb"[\x80-\xff]", domain)[0]}
    return {
        whole.strip(b".-").decode("utf-8", "replace") for whole in found if b"." in whole or whole == domain
    }


def _phones(data: bytes) -> Iterator[Candidate]:
    for number in _NUMBER.finditer(data):
        groups = _GROUPS.split(number[0].decode())[:_MOST_GROUPS]
        texts = {
            form
            for first in range(len(groups))
            for last in range(first + 1, len(groups) + 1)
            for form in _numbers(" ".join(groups[first:last]))
        }
        yield from ((PHONE, text) for text in texts)


def _numbers(written: str) -> set[str]:
    """In the international form: +44 7400 ..., 0044 7400 ..., 07400 ... and +44 (0)7400 ... are one number."""
    digits = re.sub(r"\D", "", written.replace("(0)", ""))
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS + 2:
        return set()
    if digits.startswith("00"):
        return {f"+{digits[2:]}"}
    if digits.startswith("0"):
        return {f"+{_HOME}{digits[1:]}"}
    return {f"+{digits}"}
