"""The verb that says whether a conversation has enough people: in steps, so that nobody is counted singly."""

from collections import Counter, defaultdict
from uuid import UUID

from django.db.models import Q

from privacy.vault.models import Leaving, Person
from privacy.vault.opened import opened
from privacy.vault.population import remembered_of
from privacy.vault.shapes import Readiness
from privacy.vault.verb import Caller, verb

_FEWEST, _STEP = 11, 5


@verb
def readiness(caller: Caller, conversation: UUID) -> Readiness:
    """How many can be reached, and the sizes of areas and groups, as far as a checklist needs them."""
    keys = opened(caller, conversation)
    has_address = Q(sealed_email__isnull=False) | Q(sealed_phone__isnull=False)
    there = Person.objects.filter(has_address, conversation=keys.conversation, leaving=Leaving.NO)
    areas: Counter[str] = Counter()
    dimensions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (area, groups), size in remembered_of(keys).kinds:
        areas[area] += size
        for dimension, group in groups:
            dimensions[dimension][group] += size
    return Readiness(
        reachable=_rounded(there.filter(is_stopped=False).count()),
        areas=_sizes(areas),
        dimensions={dimension: _sizes(found) for dimension, found in sorted(dimensions.items())},
    )


def _sizes(found: Counter[str]) -> dict[str, int]:
    """By code, so that the order tells nothing either."""
    return {code: _rounded(found[code]) for code in sorted(found) if code and found[code] > 0}


def _rounded(count: int) -> int:
    if count < _FEWEST:
        return 0
    return max(_FEWEST, count - count % _STEP)
