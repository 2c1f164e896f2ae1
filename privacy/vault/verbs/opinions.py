"""Verbs of opinion groups: who votes alike. What leaves are rounded figures about groups."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from privacy.vault import frozen, ledger
from privacy.vault.models import Conversation, Job, JobState, Opinions
from privacy.vault.opened import opened
from privacy.vault.opinion_groups import found_of
from privacy.vault.refusals import AlreadyReleased
from privacy.vault.shapes import OpinionsReport
from privacy.vault.verb import Caller, verb

_VERB = "opinions"


@verb
def opinions(caller: Caller, conversation: UUID, snapshot: UUID) -> UUID:
    """
    Ask the runner for opinion groups from a snapshot. Returns the job, the one under way where there is one.

    They are released once for a conversation. Raises SnapshotGone, AlreadyReleased.
    """
    keys = opened(caller, conversation)
    frozen.whole(keys, snapshot)
    with transaction.atomic(using="vault"):
        Conversation.objects.select_for_update().get(pk=conversation)
        if Opinions.objects.filter(conversation=conversation).exists():
            raise AlreadyReleased
        mine = Job.objects.filter(conversation=conversation, organisation=caller.organisation, verb=_VERB)
        under_way = mine.filter(state__in=[JobState.WAITING, JobState.RUNNING]).first()
        if under_way is not None:
            return under_way.pk
        return ledger.ask(caller, conversation, _VERB, snapshot.bytes, at=timezone.now())


@verb
def opinion_groups(caller: Caller, conversation: UUID) -> OpinionsReport:
    """How far the search for groups is, and what was found; nothing but figures about groups."""
    keys = opened(caller, conversation)
    found = found_of(keys)
    if found is not None:
        return OpinionsReport(state=JobState.DONE.value, progress=100, found=found)
    mine = Job.objects.filter(conversation=conversation, organisation=caller.organisation, verb=_VERB)
    newest = mine.order_by("-asked_at").first()
    if newest is None:
        return OpinionsReport(state="", progress=0, found=None)
    return OpinionsReport(state=newest.state, progress=newest.progress, found=None)
