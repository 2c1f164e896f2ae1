"""Asking for data with an address that is known and with one that is not: the same time."""

import time
from collections.abc import Callable
from statistics import median

from tests.bench.ground import Report

_TIMES = 40
_MOST_APART = 1.3


def measure(report: Report, *, times: int = _TIMES) -> None:
    from django.utils import timezone

    from kernel.tenancy import tenant_context
    from privacy.requests.models import Kind
    from privacy.requests.services import asking
    from tests.making import enrol, make_conversation, make_organisation, new_address

    organisation = make_organisation()
    known = [new_address() for _n in range(times)]
    with tenant_context(organisation.tenant):
        enrol(make_conversation(), *known)

    def ask(address: str) -> None:
        asking.ask_online(kind=Kind.COPY, address=address, language="en", at=timezone.now())

    ask(new_address())
    # Taking turns, so that whatever else the machine does falls on both.
    taken = [(_seconds(ask, address), _seconds(ask, new_address())) for address in known]
    there, nowhere = median(pair[0] for pair in taken), median(pair[1] for pair in taken)
    apart = max(there, nowhere) / min(there, nowhere)
    report.say(
        f"asking for data takes {there * 1000:.1f} ms where the address is known, {nowhere * 1000:.1f} ms elsewhere"
    )
    report.bound("Z12", "how far the two are apart", ours=apart, unit="x", most=_MOST_APART)


def _seconds(ask: Callable[[str], None], address: str) -> float:
    started = time.perf_counter()
    ask(address)
    return time.perf_counter() - started
