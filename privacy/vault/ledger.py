"""
The ledger of long verbs. The truth of a job is its row; the runner only comes by.

A job is claimed with a lease and a new fencing number, in one statement. Whoever finishes it
must still hold that number in the transaction that changes anything else: a runner that slept
through its lease changes nothing, and a job that was started twice is done once.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
from django.db import transaction
from django.db.models import F, Q

from privacy.vault.models import Conversation, Job, JobState
from privacy.vault.opened import Opened, opened, opened_for
from privacy.vault.refusals import UnknownJob
from privacy.vault.shapes import JobReport, Preview, Report
from privacy.vault.verb import Caller
from privacy.vault.waking import wake_runner

# What a killed runner left is taken up within ten minutes.
LEASE = timedelta(minutes=8)
_PREVIEWS_ARE_KEPT = timedelta(days=1)


# All others read what came with them, and it is gone once they ended.
_WITHOUT_INPUT = frozenset({"purge"})
_WITH_PREVIEW = frozenset({"examine"})


class LeaseLost(RuntimeError):
    """Another runner took the job over. Whatever this one did is rolled back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job as its present runner holds it."""

    id: UUID
    verb: str
    caller: Caller
    conversation: UUID
    sealed_input: bytes | None
    fence: int


def ask(caller: Caller, conversation: UUID, verb: str, content: bytes | None, *, at: datetime) -> UUID:
    """Enter a job; its input is sealed, because it may be a roster."""
    keys = None if content is None else opened(caller, conversation)
    job = Job(id=uuid4(), conversation=conversation, organisation=caller.organisation, verb=verb, asked_at=at)
    return _enter(job, keys, content)


def ask_at_end(owner: Conversation, verb: str, content: bytes | None, *, at: datetime) -> UUID:
    """The same for a deletion, which goes on when the conversation is closed to everything else."""
    job = Job(id=uuid4(), conversation=owner.pk, organisation=owner.organisation, verb=verb, asked_at=at)
    return _enter(job, opened_for(owner), content)


def _enter(job: Job, keys: Opened | None, content: bytes | None) -> UUID:
    if keys is not None and content is not None:
        job.sealed_input = keys.seal("job", "input", job.id, content)
    job.save(force_insert=True)
    wake_runner()
    return job.id


def report_of(caller: Caller, conversation: UUID, job: UUID) -> JobReport:
    """Raises UnknownJob, also for a job of another organisation."""
    found = Job.objects.filter(pk=job, conversation=conversation, organisation=caller.organisation).first()
    if found is None:
        raise UnknownJob
    report = None if found.report is None else msgspec.convert(found.report, Report)
    preview = None
    if found.sealed_preview is not None and found.verb in _WITH_PREVIEW:
        plain = opened(caller, conversation).unseal("job", "preview", job, found.sealed_preview)
        preview = msgspec.msgpack.decode(plain, type=Preview)
    return JobReport(state=found.state, report=report, preview=preview)


def result_of(caller: Caller, conversation: UUID, job: UUID) -> tuple[str, int, bytes | None]:
    """State, progress in parts of a hundred, and what the job finished. Raises UnknownJob."""
    found = Job.objects.filter(pk=job, conversation=conversation, organisation=caller.organisation).first()
    if found is None or found.verb in _WITH_PREVIEW:
        raise UnknownJob
    if found.sealed_preview is None:
        return found.state, found.progress, None
    keys = opened(caller, conversation)
    return found.state, found.progress, keys.unseal("job", "preview", job, found.sealed_preview)


def note_progress(claim: Claim, percent: int, *, at: datetime) -> None:
    """Tell how far a job is, and hold it for another lease. Raises LeaseLost."""
    held = Job.objects.filter(pk=claim.id, fence=claim.fence, state=JobState.RUNNING)
    if not held.update(progress=percent, leased_until=at + LEASE):
        raise LeaseLost


def forget_previews(*, at: datetime) -> None:
    """Whoever comes back a day later uploads the roster again."""
    Job.objects.filter(sealed_preview__isnull=False, asked_at__lt=at - _PREVIEWS_ARE_KEPT).update(
        sealed_preview=None
    )


def claim(*, at: datetime) -> Claim | None:
    """The oldest job that waits, or whose runner was not heard of for a lease."""
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, leased_until__lt=at)
    with_one = (
        Job.objects.filter(free).order_by("asked_at").select_for_update(skip_locked=True).values("pk")[:1]
    )
    taken = Job.objects.filter(pk__in=with_one)
    fenced = uuid4()
    # The claim is one UPDATE; reading the row afterwards by its new fence finds just what was taken.
    with transaction.atomic(using="vault"):
        if not taken.update(
            state=JobState.RUNNING, leased_until=at + LEASE, fence=F("fence") + 1, claimed_by=fenced
        ):
            return None
    job = Job.objects.get(claimed_by=fenced)
    return Claim(
        id=job.pk,
        verb=job.verb,
        caller=Caller(organisation=job.organisation, schema_name=""),
        conversation=job.conversation,
        sealed_input=None if job.sealed_input is None else bytes(job.sealed_input),
        fence=job.fence,
    )


def finish(
    claim: Claim, report: Report, *, has_failed: bool = False, sealed_preview: bytes | None = None
) -> None:
    """Inside the transaction that did the work. Raises LeaseLost, which rolls all of it back."""
    changed = Job.objects.filter(pk=claim.id, fence=claim.fence, state=JobState.RUNNING).update(
        state=JobState.FAILED if has_failed else JobState.DONE,
        report=asdict(report),
        sealed_preview=sealed_preview,
        sealed_input=None,
        leased_until=None,
    )
    if not changed:
        raise LeaseLost


def can_retry(job: Job) -> bool:
    """A job that failed, unless it needs a file that is gone."""
    return job.state == JobState.FAILED and (job.sealed_input is not None or job.verb in _WITHOUT_INPUT)


def retry(job: UUID) -> None:
    """Let a failed job wait again. Raises UnknownJob."""
    found = Job.objects.filter(pk=job).first()
    if found is None or not can_retry(found):
        raise UnknownJob
    if not Job.objects.filter(pk=job, state=JobState.FAILED).update(state=JobState.WAITING, report=None):
        raise UnknownJob
    wake_runner()
