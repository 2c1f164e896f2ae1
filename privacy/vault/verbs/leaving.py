"""
Verbs of going: leaving a conversation, being erased, and the night in which it happens.

At once: sessions end, addresses and everything known of the person are overwritten, tombstones
are set. In the next nightly rewrite the contributions lose their last tie, in one transaction
with everybody else's; then the row and its secret go.
"""

import secrets
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from privacy.anonymity import Kind, Proof, owner_tags, part_tags, reporter_tag, voter_tag
from privacy.vault import codes
from privacy.vault.addresses import read_address
from privacy.vault.departures import let_go
from privacy.vault.endings import Departure
from privacy.vault.models import Forgotten, Leaving, Person
from privacy.vault.opened import opened
from privacy.vault.people import person_at, secret_of
from privacy.vault.proofs import proven
from privacy.vault.refusals import CodeRefused, UnknownReference
from privacy.vault.shapes import Contributions, OwnTags
from privacy.vault.verb import Caller, verb


@verb
def leave(caller: Caller, conversation: UUID, proof: Proof, contributions: Contributions) -> str:
    """
    A signed-in person leaves for good. Survives every new roster. Raises ProofRefused.

    Returns a number under which they can see later that it was done.
    """
    keys = opened(caller, conversation)
    return let_go(keys, proven(keys, proof, "leave"), contributions)


@verb
def erase(
    caller: Caller, conversation: UUID, address: str, code: str, browser: str, contributions: Contributions
) -> str:
    """
    The same on a request that staff entered: the code shows that the address agreed.

    Raises CodeRefused, also when there is nobody.
    """
    keys = opened(caller, conversation)
    asked = read_address(address)
    person = person_at(keys, asked)
    if not codes.take(keys, asked, browser, code) or person is None:
        raise CodeRefused
    return let_go(keys, person, contributions)


@verb
def own_tags(
    caller: Caller, conversation: UUID, ideas: list[UUID], reported: list[UUID], split: list[UUID]
) -> OwnTags:
    """
    For the nightly rewrite only: the tags of everybody who leaves, mixed and ungrouped.

    Votes are found by the ideas, reports by what was reported, parts by the posts that were split.
    """
    keys = opened(caller, conversation)
    batch = uuid4()
    kept: list[bytes] = []
    withdrawn: list[bytes] = []
    with transaction.atomic(using="vault"):
        leaving = Person.objects.filter(conversation=keys.conversation).exclude(leaving=Leaving.NO)
        for person in leaving.select_for_update():
            tags = kept if person.leaving == Leaving.KEEPING else withdrawn
            tags += _tags(secret_of(keys, person), ideas, reported, split)
        leaving.update(leaving_batch=batch)
    mixed = secrets.SystemRandom()
    mixed.shuffle(kept)
    mixed.shuffle(withdrawn)
    return OwnTags(batch=batch, kept=kept, withdrawn=withdrawn)


@verb
def forget(caller: Caller, conversation: UUID, batch: UUID) -> None:
    """After the rewrite has committed: the rows and secrets of those in the batch go."""
    keys = opened(caller, conversation)
    gone = Person.objects.filter(conversation=keys.conversation, leaving_batch=batch)
    today = timezone.now().date()
    with transaction.atomic(using="vault"):
        references = [
            reference for reference in gone.values_list("leaving_reference", flat=True) if reference
        ]
        Forgotten.objects.bulk_create(
            Forgotten(reference=reference, conversation=keys.conversation, day=today)
            for reference in sorted(references)
        )
        gone.delete()


@verb
def departure(caller: Caller, conversation: UUID, reference: str) -> Departure:
    """How far a leaving is. The number leads to nobody. Raises UnknownReference."""
    keys = opened(caller, conversation)
    asked = {"conversation": keys.conversation, "pk": reference}
    if Forgotten.objects.filter(**asked).exists():
        return Departure.DONE
    if (
        reference
        and Person.objects.filter(conversation=keys.conversation, leaving_reference=reference)
        .exclude(leaving=Leaving.NO)
        .exists()
    ):
        return Departure.WAITING
    raise UnknownReference


def _tags(secret: bytes, ideas: list[UUID], reported: list[UUID], split: list[UUID]) -> list[bytes]:
    return [
        *(tag for kind in Kind for tag in owner_tags(secret, kind)),
        *(tag for parent in split for tag in part_tags(secret, parent)),
        *(voter_tag(secret, idea) for idea in ideas),
        *(reporter_tag(secret, contribution) for contribution in reported),
    ]
