"""A verb for facilitation: which words of a text are the name of somebody on the roster?"""

import re
import time
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

import structlog

from kernel.valkey import answering, vault_client
from privacy.vault.models import Leaving, Person
from privacy.vault.opened import Opened, opened
from privacy.vault.verb import Caller, verb

log = structlog.get_logger("privacy.names")

_SECONDS_NAMES_ARE_HELD = 180
_TEXTS_PER_HOUR = 50_000
_HOUR = 3600
# Mailboxes of a place or a task name nobody.
_NOBODY = frozenset(
    [
        "admin",
        "administration",
        "admissions",
        "appointments",
        "bookings",
        "clinic",
        "communications",
        "contact",
        "customer",
        "data",
        "department",
        "enquiries",
        "events",
        "facilities",
        "feedback",
        "finance",
        "health",
        "help",
        "helpdesk",
        "hello",
        "hr",
        "human",
        "info",
        "information",
        "inquiries",
        "it",
        "jobs",
        "library",
        "mail",
        "manager",
        "marketing",
        "news",
        "noreply",
        "office",
        "post",
        "reception",
        "recruitment",
        "resources",
        "sales",
        "school",
        "secretary",
        "security",
        "service",
        "services",
        "staff",
        "student",
        "students",
        "support",
        "switchboard",
        "team",
        "training",
        "ward",
        "web",
        "webmaster",
    ]
)
_PARTS = re.compile(r"[._\-]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class _Names:
    """Names as pairs of folded words; those with an initial only are believed in capitals only."""

    full: set[tuple[str, str]] = field(default_factory=set)
    initial: set[tuple[str, str]] = field(default_factory=set)


_held: dict[UUID, tuple[float, _Names]] = {}


@verb
def mentions(caller: Caller, conversation: UUID, texts: list[str]) -> list[list[str]]:
    """
    For each text the words in it that are a name of somebody on the roster, as they stand there.

    Names are read from the addresses and stay in this process for a few minutes; nothing that does not
    stand in the text itself is answered. Asking very much is metered and alarms.
    """
    keys = opened(caller, conversation)
    _meter(caller, len(texts))
    names = _names_of(keys)
    return [_named(text, names) for text in texts]


def _names_of(keys: Opened) -> _Names:
    now = time.monotonic()
    for other in [name for name, (until, _names) in _held.items() if until <= now]:
        _held.pop(other, None)
    held = _held.get(keys.conversation.pk)
    if held is not None:
        return held[1]
    names = _read(keys)
    _held[keys.conversation.pk] = (now + _SECONDS_NAMES_ARE_HELD, names)
    return names


def _read(keys: Opened) -> _Names:
    names = _Names()
    found = Person.objects.filter(
        conversation=keys.conversation, leaving=Leaving.NO, sealed_email__isnull=False
    ).values_list("id", "sealed_email")
    for person, sealed in found:
        if sealed is not None:
            _add(names, keys.unseal("person", "email", person, sealed).decode())
    return names


def _add(names: _Names, address: str) -> None:
    """jane.smith@, smith-jane@ and j.smith2@ each give the names they may stand for."""
    local = _folded(address.partition("@")[0].partition("+")[0])
    parts = [part.rstrip("0123456789") for part in _PARTS.split(local)]
    parts = [part for part in parts if part.isalpha()]
    if len(parts) < 2 or not _NOBODY.isdisjoint(parts):
        return
    first, last = parts[0], parts[-1]
    if len(first) > 1 and len(last) > 1:
        names.full.update([(first, last), (last, first)])
    if len(last) > 1:
        names.initial.add((first[0], last))


def _named(text: str, names: _Names) -> list[str]:
    found = []
    words = list(_WORD.finditer(text))
    folded = [_folded(word[0]) for word in words]
    for n, pair in enumerate(pairwise(folded)):
        is_capital = words[n][0][0].isupper() and words[n + 1][0][0].isupper()
        if pair in names.full or (is_capital and pair in names.initial):
            found.append(text[words[n].start() : words[n + 1].end()])
    return list(dict.fromkeys(found))


def _folded(text: str) -> str:
    """Small letters without accents: José is jose."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _meter(caller: Caller, count: int) -> None:
    """Whoever sends texts that are lists of names reads the roster: somebody must hear of it."""
    name = f"vault:names:{caller.organisation.hex}"
    with answering():
        pipe = vault_client().pipeline(transaction=True)
        pipe.incrby(name, count)
        pipe.expire(name, _HOUR, nx=True)
        asked = int(pipe.execute()[0])
    if asked > _TEXTS_PER_HOUR:
        log.critical("many_names_compared", organisation=str(caller.organisation), in_the_last_hour=asked)
