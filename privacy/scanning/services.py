"""
Digests before, the scan afterwards, and masking what people wrote about where they can be reached.

No list of people leaves the vault, not even as digests: the worker digests what it reads and asks
the vault which of those it knows. The vault looks through its own database, keys and folders by itself.
"""

import re
import time
from functools import partial

from kernel.tenancy import tenant_context
from privacy.scanning.places import Search
from privacy.scanning.report import ScanReport
from privacy.stores import Scope, StoreAway, sealed_names
from privacy.traces.candidates import MAIL, PHONE, Candidate, candidates
from privacy.traces.digests import digest
from privacy.traces.report import Part
from privacy.vault.endings import Work
from privacy.vault.interface import vault_for
from privacy.vault.refusals import UnknownConversation
from privacy.vault.shapes import Report
from privacy.vault.stores import asked

_MASK = "[…]"
_MOST_COMPARED = 5_000
_BETWEEN_DIGITS = r"[ ()./\-]{0,3}"


def write_digests(scope: Scope) -> dict[str, int]:
    """
    Close the conversation in the vault and have its runner write down whom to look for; counts by kind.

    Before any row goes. May be called again. Raises StoreAway until the runner is done.
    """
    with tenant_context(scope.tenant):
        names = sealed_names(scope)
    return _worked(scope, Work.CLOSE, names).counts


def scan(scope: Scope) -> ScanReport:
    """
    Look for everybody of the scope, everywhere. Takes minutes, and changes nothing.

    Called outside any transaction. Raises StoreAway until the vault's runner has done its part.
    """
    started = time.monotonic()
    vault = vault_for(scope.tenant)
    of_vault = _worked(scope, Work.SCAN).scanned or Part()
    with asked():
        salt = vault.salt(conversation=scope.project)
    compare = partial(_compared, scope)
    search = Search(scope.tenant, salt.salt, compare)
    with asked():
        of_worker = search.everywhere()
        vault.done(conversation=scope.project, what=Work.SCAN)
    kinds = of_vault.proven.keys() | of_worker.proven.keys()
    return ScanReport(
        looked_for=salt.counts,
        places=[*of_worker.places, *of_vault.places],
        proven={kind: all(part.proven.get(kind, True) for part in (of_vault, of_worker)) for kind in kinds},
        seconds=time.monotonic() - started,
    )


def masked(scope: Scope, texts: list[str]) -> dict[int, str]:
    """
    Texts in which somebody of the scope left an address or a number, by their place in the list, without it.

    None where the vault knows nobody of it any more. Raises StoreAway, also before digests were written.
    """
    found = [candidates(text.encode()) for text in texts]
    try:
        with asked():
            salt = vault_for(scope.tenant).salt(conversation=scope.project).salt
    except UnknownConversation:
        return {}
    digested = {digest(salt, candidate): candidate for counted in found for candidate in counted}
    known = {digested[one] for one in _compared(scope, list(digested))}
    return {
        place: _without(text, known.intersection(counted))
        for place, (text, counted) in enumerate(zip(texts, found, strict=True))
        if known.intersection(counted)
    }


def _worked(scope: Scope, what: Work, names: list[bytes] | None = None) -> Report:
    with asked():
        job = vault_for(scope.tenant).work(conversation=scope.project, what=what, sealed_names=names or [])
    if job.state != "done" or job.report is None:
        raise StoreAway
    return job.report


def _compared(scope: Scope, digests: list[bytes]) -> list[bytes]:
    vault = vault_for(scope.tenant)
    known: list[bytes] = []
    for start in range(0, len(digests), _MOST_COMPARED):
        with asked():
            known += vault.compare(
                conversation=scope.project, digests=digests[start : start + _MOST_COMPARED]
            )
    return known


def _without(text: str, known: set[Candidate]) -> str:
    """The text with each of these replaced; all of it where one stands there in another form."""
    for candidate in sorted(known):
        text = re.sub(_pattern(candidate), _MASK, text, flags=re.IGNORECASE)
    return _MASK if known.intersection(candidates(text.encode())) else text


def _pattern(candidate: Candidate) -> str:
    kind, plain = candidate
    if kind == MAIL:
        return re.escape(plain)
    assert kind == PHONE  # noqa: S101  (names are not looked for in texts)
    national = plain.removeprefix("+44")
    before = r"(?:(?:\+|00)?44|0)?" if national != plain else r"(?:\+|00)?"
    digits = _BETWEEN_DIGITS.join(national.removeprefix("+"))
    return rf"{before}{_BETWEEN_DIGITS}(?:\(0\))?{_BETWEEN_DIGITS}{digits}"
