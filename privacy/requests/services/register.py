"""The register's own steps: each in one transaction with its entry in the audit, and no word about anybody."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from kernel import audit
from kernel.errors import DomainError
from kernel.tenancy import control_plane
from privacy.requests import clock
from privacy.requests.models import Channel, Done, Kind, Reason, Request, RequestStep, State

# Nothing in it is mistaken for something else, on paper or on the telephone.
_PLAIN_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_ZONE = ZoneInfo("Europe/London")


class NotPossibleNow(DomainError):
    code = "request_not_possible_now"
    message = (
        "This request has moved on, so that is not possible any more. Look at its page for how far it is."
    )


def day_of(at: datetime) -> date:
    """The law counts days where we are."""
    return at.astimezone(_ZONE).date()


def add(
    *, kind: Kind, channel: Channel, organisation: UUID | None, received_on: date, by: UUID | None
) -> Request:
    """A new request with a random number."""
    request = Request(
        number=_new_number(),
        kind=kind,
        channel=channel,
        organisation=organisation,
        received_on=received_on,
        due_on=clock.due(received_on, is_extended=False, days_paused=0),
        handled_by=by,
    )
    with control_plane(), transaction.atomic():
        request.save(force_insert=True)
        note(request, Done.ENTERED, day=received_on, by=by)
    return request


@contextmanager
def held(number: str, *states: State) -> Iterator[Request]:
    """One request, locked until it is saved with what happens to it. Raises NotPossibleNow unless it is in a state."""
    with control_plane(), transaction.atomic():
        found = Request.objects.select_for_update().filter(pk=number, state__in=states).first()
        if found is None:
            raise NotPossibleNow
        yield found
        found.due_on = clock.due(
            found.received_on, is_extended=found.is_extended, days_paused=found.days_paused
        )
        found.save()


def pause(request: Request, reason: Reason, *, day: date) -> None:
    request.paused_on, request.paused_for = day, reason


def resume(request: Request, *, day: date) -> None:
    """The days it stood are added to the time there is."""
    if request.paused_on is not None:
        request.days_paused += max((day - request.paused_on).days, 0)
    request.paused_on, request.paused_for = None, ""


def note(request: Request, what: Done, *, day: date, by: UUID | None, reason: str = "") -> None:
    """A step, and its entry in the audit, in the caller's transaction."""
    RequestStep.objects.create(request=request, day=day, what=what, reason=reason, by=by)
    about: dict[str, str | int] = {"request": request.number, "kind": request.kind}
    if reason:
        about["reason"] = reason
    audit.record(f"request {what.value}", by=by, organisation=request.organisation, about=about)


def _new_number() -> str:
    drawn = "".join(secrets.choice(_PLAIN_CHARACTERS) for _place in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"
