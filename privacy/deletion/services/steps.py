"""
One deletion, step by step: each store of a step is emptied until it says itself that nothing is left.

Everything in here may be killed at any point and begun again, and may run twice at a time: erasing what is
gone changes nothing, and only who holds the fencing number writes anything down.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import structlog
from django.db import DatabaseError

from kernel.errors import DomainError, Unavailable
from privacy.deletion.models import WORDS_OF_STEPS
from privacy.deletion.services import certificates, ledger
from privacy.deletion.services.ledger import Claim, LeaseLost
from privacy.scanning.services import scan, write_digests
from privacy.stores import ORDER, Scope, Step, Store, StoreAway, stores_of
from tenants.queries import organisation_by_id

log = structlog.get_logger("privacy.deletion")

# How long a store that is not there yet is waited for within one tick: the vault's runner takes seconds.
PATIENCE = 60.0
_BETWEEN = 0.25
# What a search found is not searched for again at every tick.
_REST = timedelta(hours=1)
# From then on keys are destroyed whatever the scan still finds: the certificate says what it was.
_DAYS_UNTIL_KEYS_GO = 20
T = TypeVar("T")


class StillFound(DomainError):
    code = "still_found"
    message = "The search still finds something of the people (places: %(places)s). Look at what it says and remove it."


class NotProven(DomainError):
    code = "not_proven"
    message = (
        "The search did not find its own planted examples, so its silence proves nothing. It is repeated."
    )


def run_due(*, only: UUID | None = None, is_waiting_over: bool = False) -> int:
    """Enter what was completed, and take every deletion that is due as far as it goes. How many were at hand."""
    ledger.begin()
    passed: list[UUID] = []
    while claim := ledger.claim(passed=passed, only=only, is_waiting_over=is_waiting_over):
        passed.append(claim.project)
        run(claim)
    return len(passed)


def run(claim: Claim) -> None:
    """As far as it goes now. What stands in the way is written down, and the next tick goes on."""
    try:
        _go(claim)
    except LeaseLost:
        log.warning("lease_lost", project=str(claim.project))
    except (StillFound, NotProven) as refusal:
        log.critical("deletion_waits", project=str(claim.project), step=claim.step, reason=refusal.code)
        ledger.release(claim, problem=refusal.sentence, rest=_REST)
    except DomainError as refusal:
        log.warning("deletion_waits", project=str(claim.project), step=claim.step, reason=refusal.code)
        ledger.release(claim, problem=f"{claim.at}: {refusal.sentence}" if claim.at else refusal.sentence)
    except (DatabaseError, OSError) as reason:
        log.warning("deletion_waits", project=str(claim.project), reason=type(reason).__name__)
        ledger.release(
            claim, problem="A database, or a service that this needs, does not answer. It is tried again."
        )
    except Exception as fault:  # noqa: BLE001  (a fault of ours: it is seen, and the other deletions go on)
        log.critical(
            "deletion_broken", project=str(claim.project), step=claim.step, reason=type(fault).__name__
        )
        ledger.release(
            claim, problem=f"A fault of ours stands in the way ({type(fault).__name__}). It is tried again."
        )


def _go(claim: Claim) -> None:
    owner = organisation_by_id(claim.organisation)
    if owner is None:
        raise Unavailable
    scope = Scope(tenant=owner.tenant, project=claim.project)
    while claim.step is not Step.CERTIFICATE:
        _do(claim, scope)
        ledger.step_done(claim)
    for store in stores_of(Step.CERTIFICATE):
        _empty(claim, scope, store)
    certificates.issue(claim, scope)
    ledger.release(claim)


def _do(claim: Claim, scope: Scope) -> None:
    claim.at = WORDS_OF_STEPS[claim.step]
    if claim.step is Step.FREEZE:
        # Closes the vault for the conversation, and writes down whom to look for afterwards.
        _patiently(claim, lambda: write_digests(scope))
    if claim.step is Step.SCAN:
        _sweep(claim, scope)
        _search(claim, scope)
    for store in stores_of(claim.step):
        _empty(claim, scope, store)


def _empty(claim: Claim, scope: Scope, store: Store, *, is_late: bool = False) -> None:
    """Raises StoreAway where a store does not get empty, LeaseLost."""
    claim.at = store.name
    if store.name not in claim.counts:
        # Before anything goes: so a crash in between takes nothing from what is certified.
        found = _patiently(claim, lambda: store.remaining(scope))
        ledger.note_counts(claim, store.name, found=found if store.counts_before else 0)
    erased = 0
    until = time.monotonic() + PATIENCE
    while True:
        ledger.renew(claim)
        gone = _patiently(claim, lambda: store.erase(scope))
        erased += gone
        if _patiently(claim, lambda: store.remaining(scope)) == 0:
            break
        if gone:
            until = time.monotonic() + PATIENCE
        elif time.monotonic() > until:
            raise StoreAway
        else:
            time.sleep(_BETWEEN)
    if not is_late and erased > claim.counts[store.name].get("erased", 0):
        ledger.note_counts(claim, store.name, erased=erased)


def _sweep(claim: Claim, scope: Scope) -> None:
    """Whatever came into a place after it was emptied goes as well: a late bounce, a write that had begun before."""
    for step in ORDER[: ORDER.index(Step.SCAN)]:
        for store in stores_of(step):
            late = _patiently(claim, lambda store=store: store.remaining(scope))  # type: ignore[misc]
            if late:
                log.warning("came_late", project=str(claim.project), store=store.name, count=late)
                before = claim.counts.get(store.name, {}).get("late", 0)
                ledger.note_counts(claim, store.name, late=before + late)
                _empty(claim, scope, store, is_late=True)


def _search(claim: Claim, scope: Scope) -> None:
    """Raises NotProven and StillFound, which hold the keys back for as long as the deadline allows."""
    report = _patiently(claim, lambda: scan(scope))
    ledger.note_scan(claim, report.as_dict())
    if ledger.days_since_completion(claim.project) >= _DAYS_UNTIL_KEYS_GO:
        return
    if not report.is_proven:
        raise NotProven
    if not report.is_clean:
        raise StillFound(places=len(report.found))


def _patiently(claim: Claim, ask: Callable[[], T]) -> T:
    """What is not there yet is asked again for some seconds. Raises StoreAway, LeaseLost."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except StoreAway:
            if time.monotonic() > until:
                raise
        time.sleep(_BETWEEN)
        ledger.renew(claim)
