"""What staff decide about a request. The letter that says so leaves in the same breath, where there is an address."""

from contextlib import suppress
from datetime import datetime

from kernel.errors import DomainError
from privacy.requests.models import EXTENSIONS, OPEN, PAUSES, REFUSALS, Done, Reason, State
from privacy.requests.services import register
from privacy.requests.services.asking import found_for
from privacy.vault.interface import vault_of_nobody
from privacy.vault.refusals import UnknownRequest
from privacy.vault.rights import RequestLetter
from tenants.permissions import Staff


class ReasonNeeded(DomainError):
    code = "reason_needed"
    status = 422
    message = "Choose a reason from the list."


class PausedAlready(DomainError):
    code = "paused_already"
    message = "The clock of this request stands already."


class NotPaused(DomainError):
    code = "not_paused"
    message = "The clock of this request is running. It waits for nothing that you could end here."


class ExtendedAlready(DomainError):
    code = "extended_already"
    message = "This request was extended once, and the law allows no more."


class TooLate(DomainError):
    code = "too_late_to_extend"
    message = "The month is over, so it cannot be extended any more. Do it now, and say why it is late."


def pause(*, number: str, reason: str, by: Staff, at: datetime) -> None:
    """
    Stop the clock, because the person was asked what they mean.

    Raises RoleMissing, NotFound, ReasonNeeded, PausedAlready, NotPossibleNow, VaultDown.
    """
    chosen, day = _chosen(reason, PAUSES), register.day_of(at)
    found_for(number, by)
    with register.held(number, *OPEN) as request:
        if request.is_paused:
            raise PausedAlready
        register.pause(request, chosen, day=day)
        register.note(request, Done.PAUSED, day=day, by=by.id, reason=chosen)
        _write(number, RequestLetter.CLARIFY)


def resume(*, number: str, by: Staff, at: datetime) -> None:
    """
    The person answered. A clock that waits for a code goes on by the code alone.

    Raises RoleMissing, NotFound, NotPaused, NotPossibleNow.
    """
    found_for(number, by)
    day = register.day_of(at)
    with register.held(number, *OPEN) as request:
        if request.paused_for not in PAUSES:
            raise NotPaused
        register.resume(request, day=day)
        register.note(request, Done.RESUMED, day=day, by=by.id)


def extend(*, number: str, reason: str, by: Staff, at: datetime) -> None:
    """
    Two months more, once, with a notice to the person.

    Raises RoleMissing, NotFound, ReasonNeeded, ExtendedAlready, TooLate, NotPossibleNow, VaultDown.
    """
    chosen, day = _chosen(reason, EXTENSIONS), register.day_of(at)
    found_for(number, by)
    with register.held(number, *OPEN) as request:
        if request.is_extended:
            raise ExtendedAlready
        if request.days_left(today=day) < 0:
            raise TooLate
        request.is_extended, request.reminders = True, 0
        register.note(request, Done.EXTENDED, day=day, by=by.id, reason=chosen)
        _write(number, RequestLetter.EXTENDED)


def refuse(*, number: str, reason: str, by: Staff, at: datetime) -> None:
    """
    Close a request without doing it. The letter says why, and where the person can complain.

    Raises RoleMissing, NotFound, ReasonNeeded, NotPossibleNow, RequestOver, VaultDown.
    """
    chosen, day = _chosen(reason, REFUSALS), register.day_of(at)
    found_for(number, by)
    with register.held(number, *OPEN) as request:
        request.state, request.paused_on, request.paused_for = State.REFUSED, None, ""
        register.note(request, Done.REFUSED, day=day, by=by.id, reason=chosen)
        with suppress(UnknownRequest):
            vault_of_nobody().close_request(number=number, letter=RequestLetter(chosen.value))


def _chosen(reason: str, among: tuple[Reason, ...]) -> Reason:
    found = next((known for known in among if known.value == reason), None)
    if found is None:
        raise ReasonNeeded
    return found


def _write(number: str, letter: RequestLetter) -> None:
    """Where the vault has no address, staff told the person by the way they came."""
    with suppress(UnknownRequest):
        vault_of_nobody().write_to_asker(number=number, letter=letter)
