"""The register follows the vault, and reminds privacy officers of the clock. Run every minute; done once."""

from datetime import datetime, timedelta

import structlog
from django.core.mail import EmailMessage, get_connection

from kernel.addresses import on_console
from kernel.tenancy import control_plane
from privacy.requests.models import OPEN, Done, Reason, Request, State
from privacy.requests.services import register
from privacy.requests.services.asking import note_confirmed
from privacy.vault.interface import vault_of_nobody
from privacy.vault.rights import RequestLetter, RequestProgress, RequestState
from tenants.models import Role
from tenants.queries import staff as staff_queries

log = structlog.get_logger("privacy.requests")

_BATCH = 500
# How many days before the last one officers hear of it, and once more when it is over.
_REMINDERS = (7, 2, -1)
_CODES_WAIT = timedelta(days=60)
SUBJECT = "A request needs you"


def follow(*, at: datetime) -> None:
    """Take over what the vault has done, close what nobody ever confirmed, and remind. Raises VaultDown."""
    with control_plane():
        numbers = list(Request.objects.filter(state__in=OPEN).order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(numbers), _BATCH):
        progress = vault_of_nobody().request_progress(numbers=numbers[first : first + _BATCH])
        for number, found in progress.items():
            _take_over(number, found)
    _close_unproven(at=at)


def remind(*, at: datetime) -> None:
    """Mail the officers of each request whose time runs out: a link, and nothing else. Each reminder once."""
    today = register.day_of(at)
    with control_plane():
        near = Request.objects.filter(
            state__in=OPEN, paused_on=None, due_on__lte=today + timedelta(days=_REMINDERS[0])
        )
        numbers = list(near.order_by("due_on", "pk").values_list("pk", flat=True))
    for number in numbers:
        _remind(number, at=at)


def link_to(number: str) -> str:
    return on_console(f"/requests/{number}/\n")


def _take_over(number: str, found: RequestProgress) -> None:
    if found.state in (RequestState.CONFIRMED, RequestState.DONE) and found.confirmed_on is not None:
        note_confirmed(number, day=found.confirmed_on, by=None)
    if found.state is RequestState.DONE and found.done_on is not None:
        try:
            with register.held(number, State.RUNNING) as request:
                register.resume(request, day=found.done_on)
                request.state, request.done_on = State.DONE, found.done_on
                register.note(request, Done.DONE, day=found.done_on, by=None)
        except register.NotPossibleNow:
            return


def _close_unproven(*, at: datetime) -> None:
    today = register.day_of(at)
    with control_plane():
        waiting = Request.objects.filter(state=State.AWAITING, paused_on__lte=today - _CODES_WAIT)
        numbers = list(waiting.order_by("pk").values_list("pk", flat=True))
    for number in numbers:
        with register.held(number, State.AWAITING) as request:
            vault_of_nobody().close_request(number=number, letter=RequestLetter.UNPROVEN)
            request.state, request.paused_on, request.paused_for = State.REFUSED, None, ""
            register.note(request, Done.REFUSED, day=today, by=None, reason=Reason.UNPROVEN)


def _remind(number: str, *, at: datetime) -> None:
    """The lock is held until the mail has left, so that two who come by send one."""
    today = register.day_of(at)
    try:
        with register.held(number, *OPEN) as request:
            left = request.days_left(today=today)
            owed = sum(1 for days in _REMINDERS if left <= days)
            if request.is_paused or owed <= request.reminders:
                return
            request.reminders = owed
            register.note(request, Done.REMINDED, day=today, by=None)
            officers = staff_queries.assigned(request.organisation, Role.PRIVACY_OFFICER)
            if not officers:
                log.critical("no_officer_to_remind", request=number)
            connection = get_connection()
            for officer in officers:
                EmailMessage(SUBJECT, link_to(number), to=[officer.email], connection=connection).send()
    except register.NotPossibleNow:
        return
    except OSError as reason:  # smtplib's errors are OSErrors; the next minute tries again
        log.error("officers_not_reminded", request=number, reason=type(reason).__name__)  # noqa: TRY400
