"""Reports on the data map: what a deletion takes out of them, and what stays."""

from dataclasses import dataclass

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from privacy.scanning.services import masked
from privacy.stores import Described, Scope
from reporting.documents import queries
from reporting.documents.models import Section, Snapshot
from reporting.documents.services.following import follow_contributions
from reporting.documents.services.publishing import take_back

_REASON = "An address or a number of somebody who took part stood in it."
_MODELS = ("Freezing", "Snapshot", "Report", "Section", "Quote", "Edition", "Version", "Document")
KNOWN_PLACES = {
    f"tenant.documents_{name}": "what analysts wrote and published, with the contacts an organisation gives"
    for name in ("report", "edition", "version", "snapshot")
}


@dataclass(frozen=True)
class Reports(Described):
    """Drafts go, since nothing is published any more. Versions stay unless they hold what could reach somebody."""

    def erase(self, scope: Scope) -> int:
        """Raises StoreAway."""
        with tenant_context(scope.tenant):
            if not _drafts(scope) or not Conversation.objects.filter(pk=scope.project).exists():
                return 0
            gone = follow_contributions(conversation=scope.project)
            gone += _take_back_what_reaches(scope)
            return gone + Section.objects.filter(report__conversation=scope.project).delete()[0]

    def remaining(self, scope: Scope) -> int:
        with tenant_context(scope.tenant):
            return _drafts(scope)


def _drafts(scope: Scope) -> int:
    return Section.objects.filter(report__conversation=scope.project).count()


def _take_back_what_reaches(scope: Scope) -> int:
    versions = queries.versions_with_words(scope.project)
    snapshots = list(Snapshot.objects.filter(conversation=scope.project).exclude(content=""))
    reaching = masked(scope, [one.edition.content for one in versions])
    for place in reaching:
        take_back(version=versions[place].pk, reason=_REASON)
    emptied = [snapshots[place].pk for place in masked(scope, [one.content for one in snapshots])]
    for version in versions:
        if version.snapshot_id in emptied:
            take_back(version=version.pk, reason=_REASON)
    Snapshot.objects.filter(pk__in=emptied).update(content="")
    return len(reaching) + len(emptied)


REPORTS = Reports(
    name="Reports",
    holds="what analysts wrote, frozen figures, quotes word for word as they were shown; published files",
    where="the organisation's own schema, and documents/ of the object store",
    covers=frozenset({f"model:documents.{name}" for name in _MODELS} | {"files:documents/"}),
    stays="published versions and the snapshots they are made from, unless they hold an address or a number of"
    " somebody who took part; drafts go",
)
