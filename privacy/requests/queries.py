"""Reads of the register. Each steps to the control plane by itself, and shows what somebody may see."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.errors import NotFound
from kernel.tenancy import control_plane
from privacy.requests.models import OPEN, Request, RequestStep
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tenants.queries import staff as staff_queries

ROLES = (Role.PRIVACY_OFFICER, Role.SUPPORT)
_MOST_OVER = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One request in a list. `place` is the organisation's name, empty for every one."""

    request: Request
    days_left: int
    place: str


@dataclass(frozen=True, slots=True)
class Register:
    open: list[Line]
    over: list[Line]


def register(staff: Staff, *, today: date) -> Register:
    """What somebody may see: open ones by the time that is left, then the newest that are over."""
    with control_plane():
        seen = _seen_by(staff)
        names = dict(Organisation.objects.values_list("pk", "name"))
        open_ones = [_line(found, names, today) for found in seen.filter(state__in=OPEN)]
        over = seen.exclude(state__in=OPEN).order_by("-received_on", "number")[:_MOST_OVER]
        return Register(
            # A clock that stands waits behind those that run.
            open=sorted(
                open_ones, key=lambda line: (line.request.is_paused, line.days_left, line.request.number)
            ),
            over=[_line(found, names, today) for found in over],
        )


def request_with(number: str, staff: Staff) -> Request:
    """Raises NotFound, also for one of an organisation that somebody does not work for."""
    with control_plane():
        found = _seen_by(staff).filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


def steps_of(request: Request) -> list[tuple[RequestStep, str]]:
    """What happened so far, with the name of whoever of us did it."""
    with control_plane():
        steps = list(RequestStep.objects.filter(request=request).order_by("pk"))
        names = staff_queries.names_of({step.by for step in steps if step.by is not None})
    return [(step, names.get(step.by, "") if step.by else "") for step in steps]


def places_of(staff: Staff) -> tuple[bool, list[Organisation]]:
    """Whether somebody takes requests for every organisation, and those they take them for."""
    with control_plane():
        return staff_queries.places_of(staff, *ROLES)


def place_of(request: Request) -> str:
    """The organisation's name; empty for every one, or one that is gone."""
    with control_plane():
        name = Organisation.objects.filter(pk=request.organisation).values_list("name", flat=True).first()
    return name or ""


def _seen_by(staff: Staff) -> QuerySet[Request]:
    is_everywhere, places = staff_queries.places_of(staff, *ROLES)
    here: list[UUID] = [place.pk for place in places]
    return Request.objects.filter(Q() if is_everywhere else Q(organisation__in=here))


def _line(request: Request, names: dict[UUID, str], today: date) -> Line:
    place = names.get(request.organisation, "") if request.organisation else ""
    return Line(request=request, days_left=request.days_left(today=today), place=place)
