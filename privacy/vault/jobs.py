"""What the runner does for each long verb: each in one transaction with the ledger's row."""

from collections.abc import Callable

from django.db import transaction

from privacy.keys.configured import key_store
from privacy.vault import closing, imports, ledger, opinion_groups, tabulating
from privacy.vault.endings import Work
from privacy.vault.ledger import Claim
from privacy.vault.models import Conversation
from privacy.vault.opened import forget_keys
from privacy.vault.shapes import Report

Meanwhile = Callable[[], object]


def run(claim: Claim, meanwhile: Meanwhile = bool) -> None:
    """
    Do a claimed job; what is urgent is done `meanwhile`, between its parts.

    Raises LeaseLost when another runner has taken it over.
    """
    _WORK[claim.verb](claim, meanwhile)


def _purge(claim: Claim, _meanwhile: Meanwhile) -> None:
    """People, letters and then the keys. Without keys whatever survives elsewhere opens no more."""
    with transaction.atomic(using="vault"):
        Conversation.objects.filter(pk=claim.conversation, organisation=claim.caller.organisation).delete()
        ledger.finish(claim, Report())
    key_store().destroy(claim.caller.organisation, claim.conversation)
    forget_keys(claim.conversation)


_WORK: dict[str, Callable[[Claim, Meanwhile], None]] = {
    "enrol": imports.enrol,
    "examine": imports.examine,
    "purge": _purge,
    "opinions": opinion_groups.find,
    "tabulate": tabulating.tabulate,
    Work.CLOSE: closing.close,
    Work.OUTBOX: closing.empty_outbox,
    Work.SUPPLIERS: closing.clear_suppliers,
    Work.SCAN: closing.scan,
}
