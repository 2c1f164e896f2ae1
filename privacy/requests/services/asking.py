"""Asking, and showing that the address agrees: by staff for somebody, or by the person on the page."""

from datetime import date, datetime
from uuid import UUID

import structlog

from kernel.errors import DomainError, NotFound, Unavailable
from kernel.tenancy import current_tenant
from privacy.requests import queries
from privacy.requests.models import OPEN, Channel, Done, Kind, Reason, Request, State
from privacy.requests.services import register
from privacy.vault.addresses import read_email, read_phone
from privacy.vault.interface import vault_of_nobody
from privacy.vault.rights import RequestKind, RequestShown, Wish
from tenants.permissions import Staff, require_role

log = structlog.get_logger("privacy.requests")


class AddressNeeded(DomainError):
    code = "address_needed"
    status = 422
    message = "Type an e-mail address or a telephone number that a message can go to."


class ArrivesLater(DomainError):
    code = "arrives_later"
    status = 422
    message = "A request cannot arrive after today, and not more than three months ago. Check the day."


_LONGEST_AGO = 92


def enter_request(
    *,
    kind: Kind,
    channel: Channel,
    organisation: UUID | None,
    received_on: date,
    address: tuple[str, str],
    by: Staff,
    at: datetime,
) -> str:
    """
    Register what somebody asked for by mail or telephone, and send a code to their address; returns the number.

    `address` is what was typed and the language of letters; without one it is registered alone. Where the
    vault does not answer the request stays received, and its page asks for the address again. Raises
    RoleMissing, NotFound, AddressNeeded, ArrivesLater.
    """
    _require_place(by, organisation)
    today = register.day_of(at)
    if not 0 <= (today - received_on).days <= _LONGEST_AGO:
        raise ArrivesLater
    if address[0].strip():
        _require_address(address[0])
    made = register.add(
        kind=kind, channel=channel, organisation=organisation, received_on=received_on, by=by.id
    )
    if address[0].strip():
        try:
            _send(made, address, by=by.id, today=today)
        except Unavailable:
            log.warning("vault_did_not_take_address", request=made.number)
    return made.number


def send_code(*, number: str, address: tuple[str, str], by: Staff, at: datetime) -> None:
    """
    Send a code: to an address that is typed now, in place of any before, or again to the one the vault has.

    Raises RoleMissing, NotFound, AddressNeeded, NotPossibleNow, RequestOver, VaultDown.
    """
    request = found_for(number, by)
    if request.state not in (State.RECEIVED, State.AWAITING):
        raise register.NotPossibleNow
    today = register.day_of(at)
    if address[0].strip():
        _require_address(address[0])
        _send(request, address, by=by.id, today=today)
    elif request.state == State.RECEIVED:
        raise AddressNeeded
    else:
        vault_of_nobody().send_request_code(number=number)
        _note_code(number, by=by.id, today=today)


def confirm_for(*, number: str, code: str, wish: Wish, by: Staff, at: datetime) -> bool:
    """
    Take the code that the person read out, with what they chose; False while a new address has to agree, too.

    Raises RoleMissing, NotFound, CodeRefused, NothingWished, RequestOver, VaultDown.
    """
    request = found_for(number, by)
    if not vault_of_nobody().confirm_request(number=request.number, code=code, wish=wish):
        return False
    note_confirmed(number, day=register.day_of(at), by=by.id)
    return True


def ask_online(*, kind: Kind, address: str, language: str, at: datetime) -> str:
    """Register what somebody asks for on the page, and send a code; returns the number. Raises VaultDown."""
    made = register.add(
        kind=kind, channel=Channel.SITE, organisation=None, received_on=register.day_of(at), by=None
    )
    _send(made, (address, language), by=None, today=made.received_on)
    return made.number


def confirm_online(*, number: str, code: str, wish: Wish, at: datetime) -> bool:
    """The same, typed on the page. Raises CodeRefused, NothingWished, OneAtATime, RequestOver, VaultDown."""
    if not vault_of_nobody().confirm_request(number=number, code=code, wish=wish):
        return False
    note_confirmed(number, day=register.day_of(at), by=None)
    return True


def show_online(*, number: str, code: str) -> RequestShown:
    """Raises CodeRefused, VaultDown."""
    return vault_of_nobody().show_request(number=number, code=code)


def copy_online(*, number: str, code: str) -> bytes:
    """The copy, for the page that hands it to the person. Raises CodeRefused, RequestOver, VaultDown."""
    return vault_of_nobody().request_copy(number=number, code=code)


def done_at_once(*, kind: RequestKind, at: datetime) -> str:
    """
    Register what somebody signed in did on their own page of the current organisation; returns the number.

    Nothing tells who, in which conversation, or at which hour.
    """
    today = register.day_of(at)
    made = register.add(
        kind=Kind(kind.value),
        channel=Channel.SITE,
        organisation=current_tenant().organisation,
        received_on=today,
        by=None,
    )
    with register.held(made.number, *OPEN) as request:
        request.state, request.done_on = State.DONE, today
        register.note(request, Done.DONE, day=today, by=None)
    return made.number


def note_confirmed(number: str, *, day: date, by: UUID | None) -> None:
    """The clock goes on, and it is being done. Nothing where that stands there already."""
    try:
        with register.held(number, State.RECEIVED, State.AWAITING) as request:
            register.resume(request, day=day)
            request.state = State.RUNNING
            register.note(request, Done.IDENTITY_SHOWN, day=day, by=by)
    except register.NotPossibleNow:
        return


def found_for(number: str, by: Staff) -> Request:
    """Raises RoleMissing, NotFound."""
    require_role(by, *queries.ROLES)
    return queries.request_with(number, by)


def _send(request: Request, address: tuple[str, str], *, by: UUID | None, today: date) -> None:
    typed, language = address
    vault_of_nobody().open_request(
        number=request.number,
        kind=RequestKind(request.kind),
        address=typed,
        organisation=request.organisation,
        language=language,
    )
    _note_code(request.number, by=by, today=today)


def _note_code(number: str, *, by: UUID | None, today: date) -> None:
    with register.held(number, State.RECEIVED, State.AWAITING) as request:
        if not request.is_paused:
            register.pause(request, Reason.IDENTITY, day=today)
        request.state = State.AWAITING
        register.note(request, Done.CODE_SENT, day=today, by=by)


def _require_place(by: Staff, organisation: UUID | None) -> None:
    """Raises RoleMissing, and NotFound for a place that somebody takes no requests for."""
    require_role(by, *queries.ROLES)
    is_everywhere, places = queries.places_of(by)
    if organisation is None and not is_everywhere:
        raise NotFound
    if organisation is not None and organisation not in {place.pk for place in places}:
        raise NotFound


def _require_address(typed: str) -> None:
    if read_email(typed) is None and read_phone(typed) is None:
        raise AddressNeeded
