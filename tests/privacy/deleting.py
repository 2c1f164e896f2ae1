"""A deletion driven by hand: the stores in their order, with the vault's runner coming by."""

from collections.abc import Callable
from typing import TypeVar

from conversations.models import Conversation
from kernel.tenancy import Tenant
from privacy.scanning import services
from privacy.scanning.report import ScanReport
from privacy.stores import Scope, Step, StoreAway, stores
from privacy.vault import runner

T = TypeVar("T")
_MOST_CALLS = 200


def scope_of(tenant: Tenant, conversation: Conversation) -> Scope:
    return Scope(tenant=tenant, project=conversation.pk)


def patiently(work: Callable[[], T]) -> T:
    """Ask again, as a deletion does, while the vault's runner does what it was asked."""
    for _call in range(_MOST_CALLS):
        try:
            return work()
        except StoreAway:
            runner.run_waiting()
    raise AssertionError("The vault's runner never got it done.")


def digests_written(scope: Scope) -> dict[str, int]:
    return patiently(lambda: services.write_digests(scope))


def scanned(scope: Scope) -> ScanReport:
    return patiently(lambda: services.scan(scope))


def emptied(scope: Scope, *, only: str = "", without: frozenset[Step] = frozenset()) -> dict[str, int]:
    """Every store emptied, or one; how much went by name."""
    gone = {}
    for step, store in stores():
        if step in without or only not in {"", store.name}:
            continue
        count = 0
        for _call in range(_MOST_CALLS):
            count += patiently(lambda store=store: store.erase(scope))  # type: ignore[misc]
            if patiently(lambda store=store: store.remaining(scope)) == 0:  # type: ignore[misc]
                break
            runner.run_waiting()
        else:
            raise AssertionError(f"{store.name} does not get empty.")
        gone[store.name] = count
    return gone
