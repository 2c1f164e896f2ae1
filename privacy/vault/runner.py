"""The vault's own worker: sends letters and mailings, does the ledger's jobs, and sleeps until told."""

import threading
from collections.abc import Callable
from datetime import datetime

import psycopg
import structlog
from django.db import close_old_connections, connections
from django.db.utils import DatabaseError
from django.utils import timezone

from kernel import faults
from kernel.errors import DomainError
from kernel.zones import inside_vault
from privacy.vault import dispatches, frozen, fulfilment, jobs, ledger, letters, mailings
from privacy.vault.dispatches import MailAway, Post
from privacy.vault.shapes import Report, Trouble
from privacy.vault.waking import CHANNEL, note_runner

log = structlog.get_logger("privacy.runner")

_SECONDS_ASLEEP = 2.0
# Before jobs and requests are looked for again. Codes are looked for before each.
_BATCHES_OF_MAIL = 10


def run_waiting(*, at: datetime | None = None) -> int:
    """
    Everything that waits now, or waits at another moment; returns how much there was.

    What fails is in the ledger. Codes are looked for before each small step, so they never
    wait behind a roster's next neighbour or a mailing to thousands.
    """
    done = 0
    with inside_vault(), Post() as post:
        while did := _send_codes() + _run_job() + _mail(post, at or timezone.now()) + _do_requests(at):
            done += did
    return done


def run_until(stopped: threading.Event) -> None:
    """Run until told to stop. A database that is away is waited for."""
    while not stopped.is_set():
        try:
            run_waiting()
            note_runner()
            _sleep(stopped)
        except (DatabaseError, psycopg.Error, DomainError) as trouble:
            log.warning("runner_waits", reason=type(trouble).__name__)
            stopped.wait(_SECONDS_ASLEEP)
        finally:
            close_old_connections()


def _do_requests(at: datetime | None) -> int:
    return fulfilment.advance(at=at or timezone.now())


def _send_codes() -> int:
    done = 0
    while sent := letters.send_waiting():
        done += sent
    return done


def _run_job() -> int:
    ledger.forget_previews(at=timezone.now())
    frozen.forget_frozen(at=timezone.now())
    claim = ledger.claim(at=timezone.now())
    if claim is not None:
        _run(claim)
    return claim is not None


def _mail(post: Post, at: datetime) -> int:
    mailings.open_windows(at=at)
    mailings.release_due(at=at)
    done = 0
    try:
        for _batch in range(_BATCHES_OF_MAIL):
            sent = dispatches.send_batch(post, at=at)
            done += sent
            if not sent:
                break
            _send_codes()
    except MailAway as reason:
        log.warning("mail_server_away", reason=type(reason.__cause__).__name__)
    return done


def _run(claim: ledger.Claim) -> None:
    try:
        jobs.run(claim, meanwhile=_send_codes)
    except ledger.LeaseLost:
        log.warning("lease_lost", job=str(claim.id))
    except (DatabaseError, DomainError):
        raise  # something is away; the lease runs out and the job is taken up again
    except Exception as failure:  # noqa: BLE001  (the job itself is at fault: it must not be tried for ever)
        faults.report(failure, where=f"job {claim.verb}")
        ledger.finish(claim, Report(troubles=[Trouble(0, "", "this could not be read")]), has_failed=True)


def _sleep(stopped: threading.Event) -> None:
    """Wait for a notification of the database, at most two seconds."""
    connection = connections["vault"]
    connection.ensure_connection()
    raw = connection.connection
    raw.execute(f"LISTEN {CHANNEL}")
    woken: Callable[..., object] = raw.notifies
    for _note in woken(timeout=_SECONDS_ASLEEP, stop_after=1):  # type: ignore[attr-defined]  # a generator
        if stopped.is_set():
            return
