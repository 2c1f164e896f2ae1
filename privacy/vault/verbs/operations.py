"""Verbs for operators: how the vault's own work is doing, and a job once more. Over all organisations."""

from datetime import UTC, datetime
from uuid import UUID

import redis
from django.db.models import Count, Min
from django.utils import timezone

from kernel import backups
from kernel.valkey import vault_client
from privacy.keys.configured import key_store
from privacy.vault import ledger, mailings
from privacy.vault.models import Job, JobState, Letter
from privacy.vault.shapes import JobStanding, Standing
from privacy.vault.verb import Caller, verb
from privacy.vault.waking import RUNNER_SEEN

_MOST_JOBS = 30
_MOST_MAILINGS = 15


@verb
def standing(caller: Caller) -> Standing:  # noqa: ARG001  (it is about every organisation)
    """States and counts alone. Nobody is told of what waits for a single person, nor when it left."""
    at = timezone.now()
    open_jobs = Job.objects.exclude(state=JobState.DONE).order_by("asked_at")[:_MOST_JOBS]
    by_state = dict(Job.objects.values_list("state").annotate(count=Count("pk")))
    waiting = Letter.objects.filter(is_claimed=False)
    oldest = waiting.aggregate(count=Count("pk"), oldest=Min("written_at"))
    return Standing(
        jobs=[_job(found) for found in open_jobs],
        jobs_by_state=by_state,
        mailings=mailings.newest(_MOST_MAILINGS, at=at),
        letters_waiting=oldest["count"],
        letters_unknown=Letter.objects.filter(is_claimed=True).count(),
        oldest_letter_at=oldest["oldest"],
        runner_seen_at=_runner_seen(),
        key_copies_missing=key_store().copies_missing(),
        backup_at=backups.last_at(backups.Kind.VAULT),
    )


@verb
def retry(caller: Caller, job: UUID) -> None:  # noqa: ARG001  (an operator's, for every organisation)
    """Let a failed job run once more. Raises UnknownJob for one that is not there, did not fail, or lost its file."""
    ledger.retry(job)


def _job(found: Job) -> JobStanding:
    return JobStanding(
        id=found.pk,
        organisation=found.organisation,
        verb=found.verb,
        state=found.state,
        asked_at=found.asked_at,
        tries=found.fence,
        can_retry=ledger.can_retry(found),
    )


def _runner_seen() -> datetime | None:
    try:
        said = vault_client().get(RUNNER_SEEN)
    except redis.RedisError:
        return None
    return datetime.fromtimestamp(float(bytes(said)), tz=UTC) if said else None  # type: ignore[arg-type]  # the client is not asynchronous
