"""
Verbs of a conversation's end. Each may be called again at any moment, and goes on where it was.

After the end there is no conversation: then nothing is left, and nothing goes any more.
"""

from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from privacy.vault import emptying, ledger
from privacy.vault.closing import digests_of
from privacy.vault.endings import Keeping, Salt, Work
from privacy.vault.meters import meter
from privacy.vault.models import Conversation, Job, JobState
from privacy.vault.opened import Opened, opened_for
from privacy.vault.refusals import NotClosed, UnknownConversation
from privacy.vault.shapes import JobReport
from privacy.vault.verb import Caller, verb

_BATCHES_PER_HOUR = 20_000


@verb
def work(caller: Caller, conversation: UUID, what: Work, sealed_names: list[bytes]) -> JobReport:
    """
    Ask the runner for a deletion's work, unless it was asked for and stands in the ledger; how it is doing.

    What came forward names lie sealed in the conversation's own tables: they come along when it is closed.
    Raises UnknownConversation, NotClosed.
    """
    owner = _owner(caller, conversation)
    if what is not Work.CLOSE and not owner.is_closed:
        raise NotClosed
    with transaction.atomic(using="vault"):
        Conversation.objects.select_for_update().get(pk=owner.pk)
        asked = Job.objects.filter(conversation=conversation, verb=what)
        found = asked.exclude(state=JobState.FAILED).order_by("-asked_at").first()
        if found is None:
            content = msgspec.msgpack.encode(sealed_names) if what is Work.CLOSE else None
            ledger.ask_at_end(owner, what, content, at=timezone.now())
            return JobReport(state=JobState.WAITING, report=None)
    return ledger.report_of(caller, conversation, found.pk)


@verb
def done(caller: Caller, conversation: UUID, what: Work) -> None:
    """The report was taken over: asked again, the work is done anew."""
    finished = {"conversation": conversation, "organisation": caller.organisation, "state": JobState.DONE}
    Job.objects.filter(verb=what, **finished).delete()


@verb
def salt(caller: Caller, conversation: UUID) -> Salt:
    """What digests for `compare` are made with. Raises UnknownConversation, NotClosed."""
    digests = digests_of(_closed(caller, conversation))
    return Salt(salt=digests.salt, counts=digests.counts)


@verb
def compare(caller: Caller, conversation: UUID, digests: list[bytes]) -> list[bytes]:
    """Which of these digests are somebody's. Asking very much is metered and alarms. Raises NotClosed."""
    keys = _closed(caller, conversation)
    meter(caller, what="compared", alarm="many_digests_compared", most=_BATCHES_PER_HOUR)
    return sorted(digests_of(keys).known.intersection(digests))


@verb
def clear(caller: Caller, conversation: UUID, what: Keeping) -> int:
    """Empty a part, or a batch of it. Returns how much went, 0 where nothing is left. Raises NotClosed."""
    try:
        return emptying.clear(_owner(caller, conversation), what)
    except UnknownConversation:
        return 0


@verb
def left(caller: Caller, conversation: UUID, what: Keeping) -> int:
    """How much of a part there still is."""
    try:
        return emptying.left(_owner(caller, conversation), what)
    except UnknownConversation:
        return 0


def _owner(caller: Caller, conversation: UUID) -> Conversation:
    found = Conversation.objects.filter(pk=conversation, organisation=caller.organisation).first()
    if found is None:
        raise UnknownConversation
    return found


def _closed(caller: Caller, conversation: UUID) -> Opened:
    owner = _owner(caller, conversation)
    if not owner.is_closed:
        raise NotClosed
    return opened_for(owner)
