"""
The runner's job `opinions`: who votes alike, from a snapshot that is opened for this job alone.

Votes are opened, counted and forgotten in memory. What is kept, and what leaves, are the figures of
`privacy.opinions.found`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from privacy.opinions.found import GroupsFound
from privacy.vault import frozen, ledger
from privacy.vault.ledger import Claim
from privacy.vault.models import Opinions
from privacy.vault.opened import Opened, opened
from privacy.vault.refusals import SnapshotGone
from privacy.vault.shapes import Report, Trouble

_SECONDS_BETWEEN = 0.25
_OPENED_PERCENT, _GROUPED_PERCENT = 70, 95


def find(claim: Claim, meanwhile: Callable[[], object]) -> None:
    """Find groups and keep the figures, together with the end of the job. Nothing is changed that was released."""
    keys = opened(claim.caller, claim.conversation)
    snapshot = UUID(bytes=keys.unseal("job", "input", claim.id, claim.sealed_input or b""))
    try:
        source = frozen.whole(keys, snapshot)
        found = _figures(keys, snapshot, claim, meanwhile)
    except SnapshotGone:
        ledger.finish(claim, Report(troubles=[Trouble(0, "", SnapshotGone.message)]), has_failed=True)
        return
    kept = Opinions(conversation=keys.conversation, day=source.day, digest=source.digest)
    kept.sealed = keys.seal("opinions", "found", kept.pk, msgspec.msgpack.encode(found))
    with transaction.atomic(using="vault"):
        if not Opinions.objects.filter(conversation=keys.conversation).exists():
            kept.save(force_insert=True)
        ledger.finish(claim, Report())


def found_of(keys: Opened) -> GroupsFound | None:
    """What was released."""
    kept = Opinions.objects.filter(conversation=keys.conversation).first()
    if kept is None:
        return None
    plain = keys.unseal("opinions", "found", kept.pk, kept.sealed)
    return msgspec.msgpack.decode(plain, type=GroupsFound)


def _figures(keys: Opened, snapshot: UUID, claim: Claim, meanwhile: Callable[[], object]) -> GroupsFound:
    # Loaded where it is needed: its libraries are large, and only the runner groups anybody.
    from privacy.opinions.figures import figures_from
    from privacy.opinions.votes import matrix_of

    votes = matrix_of(frozen.opened_votes(keys, snapshot, meanwhile=meanwhile))
    ledger.note_progress(claim, _OPENED_PERCENT, at=timezone.now())
    with ThreadPoolExecutor(max_workers=1) as pool:
        grouping = pool.submit(figures_from, votes)
        while not wait([grouping], timeout=_SECONDS_BETWEEN).done:
            meanwhile()
        found = grouping.result()
    ledger.note_progress(claim, _GROUPED_PERCENT, at=timezone.now())
    return found
