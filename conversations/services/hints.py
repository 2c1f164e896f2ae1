"""
Gentle hints while writing: this may name a person, point to one, or hurt one.

Rules of our own over the text alone: no list of people is asked, nothing is kept, and nothing leaves the
process. A hint never refuses anything; the author decides. Every rule takes time in proportion to the text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from django.utils.translation import gettext_lazy as _

from conversations.services.hint_words import ABUSE, FIRST_NAMES, NO_PERSON, ORDINARY


class HintKind(StrEnum):
    PERSON = "person"
    CONTACT = "contact"
    ROLE = "role"
    ABUSE = "abuse"


@dataclass(frozen=True, slots=True)
class Hint:
    """`words` are the author's own, as they stand in the text."""

    kind: HintKind
    words: str

    @property
    def sentence(self) -> str:
        return str(_SENTENCES[self.kind]) % {"words": self.words}


_SENTENCES = {
    HintKind.PERSON: _("“%(words)s” may name a person. Could you say it without the name?"),
    HintKind.CONTACT: _("“%(words)s” looks like a way to reach somebody. Could you leave it out?"),
    HintKind.ROLE: _(
        "“%(words)s” may tell others who is meant, or who you are. Could you write about the matter instead?"
    ),
    HintKind.ABUSE: _(
        "“%(words)s” may hurt somebody, and facilitators may hide it. Could you say it another way?"
    ),
}


def hints(text: str) -> list[Hint]:
    """What the author may want to look at again: at most one hint of each kind, the first that is found."""
    found = ((kind, next(rule(text), None)) for kind, rule in _rules().items())
    return [Hint(kind, " ".join(words.split())[:80]) for kind, words in found if words]


def every_hint(text: str, *, most: int) -> list[Hint]:
    """All that the rules find in a text, up to so many of each kind: for facilitators."""
    return [
        Hint(kind, words)
        for kind, rule in _rules().items()
        for words in dict.fromkeys(" ".join(words.split())[:80] for words in islice(rule(text), most))
    ]


def _rules() -> dict[HintKind, Callable[[str], Iterator[str]]]:
    return {
        HintKind.PERSON: _names,
        HintKind.CONTACT: _contacts,
        HintKind.ROLE: _roles,
        HintKind.ABUSE: _abuse,
    }


# Names ----------------------------------------------------------------------------------

_WORD = r"(?:[OD]['’]|Ma?c)?[A-ZÀ-Þ][a-zß-ÿ]+(?:['’-][A-ZÀ-Þa-zß-ÿ]+)*"
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Nurse|Sister|Matron|Reverend|Rev)\b\.? ({_WORD})"
)
# A run of capitalised words, and what stands before it.
_RUN = re.compile(rf"(?P<before>[^\s\w]?\s*)\b(?P<run>{_WORD}(?: {_WORD})*)(?P<after>['’]s)?")
_WORDS_AFTER_TITLE = frozenset(
    {"Practitioner", "Practitioners", "Manager", "Specialist", "Associate", "Leader", "Led"}
)
_BEGINS_SENTENCE = re.compile(r"(?:^|[.!?:;…\n\"“‘(•*-]|\n)\s*$")


def _names(text: str) -> Iterator[str]:
    for match in _TITLED.finditer(text):
        if match[1] not in _WORDS_AFTER_TITLE:
            yield match[0]
    for match in _RUN.finditer(text):
        words = [word.removesuffix("'s").removesuffix("’s") for word in match["run"].split()]
        starts = bool(_BEGINS_SENTENCE.search(text[max(0, match.start("run") - 3) : match.start("run")]))
        if starts and len(words) > 1 and words[0].lower() in ORDINARY:
            words, starts = words[1:], False
        if _is_name(words, starts=starts):
            yield " ".join(words)


def _is_name(words: list[str], *, starts: bool) -> bool:
    """A known first name with a surname, or alone amid a sentence; or any two words that look like a name."""
    low = [word.lower() for word in words]
    if len(words) > 3 or any(word in NO_PERSON for word in low):
        return False
    if low[0] in FIRST_NAMES:
        return len(words) > 1 or not starts
    return len(words) == 2 and not starts and not any(word in ORDINARY for word in low)


# Ways to reach somebody -----------------------------------------------------------------

_CONTACTS = (
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    re.compile(r"(?<![\w@./])@[A-Za-z]\w{2,30}\b"),
    re.compile(r"(?<![\w.,£$€])(?:\+\d|\(?0\d)[\d ()-]{7,16}\d(?![\w,])"),
)


def _contacts(text: str) -> Iterator[str]:
    for rule in _CONTACTS:
        for match in rule.finditer(text):
            yield match[0]


# Roles that one person has --------------------------------------------------------------

_RANK = (
    r"(?:(?:line|team|ward|unit|shift|store|area|office|deputy|assistant|department|general|senior) ){0,2}"
)
_POST = r"(?:manager|boss|supervisor|team lead(?:er)?|head of department|director|matron|charge nurse|tutor|lecturer)"
_PLACE = (
    r"(?:ward|unit|team|floor|clinic|department|site|office|theatre|reception|branch|faculty|school|shop)"
)
_ROLES = (
    re.compile(rf"\bmy (?:own )?{_RANK}{_POST}\b(?!s)", re.IGNORECASE),
    re.compile(
        rf"\b(?:the|our) {_RANK}(?:manager|lead|leader|matron|sister|supervisor|director|receptionist|secretary|"
        rf"porter|pharmacist|consultant|head) (?:of|on|in|at|for) (?:the )?(?:\w{{1,20}} )?{_PLACE}\b(?: \w{{1,4}}\b)?",
        re.IGNORECASE,
    ),
    # "the ward manager on 7B": a place by its number and letter alone.
    re.compile(
        rf"\b(?:the|our) {_RANK}(?:manager|lead|leader|matron|sister|supervisor|director) (?:of|on|in|at|for) \d{{1,3}}[a-z]\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:the|our) (?:deputy |acting |interim )?head of (?!state\b)\w{2,30}\b", re.IGNORECASE),
    re.compile(
        r"\b(?:our|the|my) (?:chief executive|chief nurse|ceo|medical director|vice[- ]chancellor|head ?teacher|dean)\b",
        re.IGNORECASE,
    ),
)


def _roles(text: str) -> Iterator[str]:
    for rule in _ROLES:
        for match in rule.finditer(text):
            yield match[0]


# Abuse ----------------------------------------------------------------------------------

_TOKEN = re.compile(r"\S+")
_SPELT = re.compile(r"(?<!\S)(?:\w[ .*_-]){3,12}\w(?!\S)")
_EDGES = ".,;:?\"'“”‘’()[]…"
_LOOKS_LIKE = str.maketrans("@430175$!|", "aaeoitssii")
_JOINTS = re.compile(r"[._\-~/]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_PHRASES = re.compile(
    r"\byou(?:'re|’re| are)(?: all| just| so| such)?(?: an?)? (?:stupid|useless|pathetic|disgusting|lazy|thick|worthless)\b"
    r"|\b(?:stupid|useless|lazy|ugly|fat) (?:cow|man|woman|people|managers?|git|sod)\b"
    r"|\b(?:i|we)(?:'ll|’ll| will) (?:kill|hurt|get|find) (?:you|him|her|them)\b"
    r"|\bgo back to (?:your (?:own )?country|where you came from)\b"
    r"|\b(?:piece of shit|go to hell|drop dead|should be shot)\b",
    re.IGNORECASE,
)
_OF_LENGTH: dict[int, list[str]] = {}
for _word in sorted(ABUSE):
    _OF_LENGTH.setdefault(len(_word), []).append(_word)


def _abuse(text: str) -> Iterator[str]:
    for match in _PHRASES.finditer(text):
        yield match[0]
    for match in _TOKEN.finditer(text):
        if _is_abuse(match[0]):
            yield match[0].strip(_EDGES)
    for match in _SPELT.finditer(text):
        # A letter that is a word of its own may stand before: "a m o r o n".
        for first in (0, 2, 4):
            if _is_abuse(match[0][first:].replace(" ", "")):
                yield match[0][first:]


def _is_abuse(token: str) -> bool:
    """Whole words only, however they are disguised: id10t, f*ck, i-d-i-o-t, idiooot."""
    word = token.strip(_EDGES + "!").lower()[:40]
    if not word or word.isdecimal():
        return False
    plain = _JOINTS.sub("", word).translate(_LOOKS_LIKE)
    forms = {plain}
    if _STRETCHED.search(plain):
        forms |= {_STRETCHED.sub(r"\1", plain), _STRETCHED.sub(r"\1\1", plain)}
    forms |= {form.removesuffix("s") for form in forms}
    if "*" in plain:
        return any(_fits(form, known) for form in forms for known in _OF_LENGTH.get(len(form), ()))
    return not forms.isdisjoint(ABUSE)


def _fits(plain: str, known: str) -> bool:
    """Letters that were starred out may be any; most must still be there, or it is a mere row of stars."""
    return plain.count("*") < len(plain) - 1 and all(a in {"*", b} for a, b in zip(plain, known, strict=True))
