"""The register on the console. For privacy officers and support; nothing on it says who asked."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kernel import languages
from kernel.errors import DomainError, NotFound
from privacy.requests import queries
from privacy.requests.forms import EntryForm, WishForm
from privacy.requests.models import EXTENSIONS, PAUSES, REFUSALS, Channel, Kind
from privacy.requests.services import asking, deciding
from privacy.requests.services.register import day_of
from tenants.auth import StaffRequest, staff_only

_LONGEST_CODE = 40


@require_GET
@staff_only(*queries.ROLES)
def listed(request: StaffRequest) -> HttpResponse:
    today = day_of(timezone.now())
    context = {"register": queries.register(request.staff, today=today), "today": today}
    return render(request, "requests/console/list.html", context)


@staff_only(*queries.ROLES)
def new(request: StaffRequest) -> HttpResponse:
    """Enter what somebody asked for by mail or telephone. The address goes to the vault, and comes back on no page."""
    now = timezone.now()
    form = EntryForm(request.POST if request.method == "POST" else None)
    problem, field = "", "kind"
    if request.method == "POST":
        if form.is_valid():
            try:
                number = _enter(request, form, now)
            except DomainError as refusal:
                problem, field = refusal.sentence, "address"
            else:
                return HttpResponseRedirect(reverse("data_request", args=[number]))
        else:
            field, problem = next((name, str(found[0])) for name, found in form.errors.items())
    is_everywhere, places = queries.places_of(request.staff)
    typed = {name: request.POST.get(name, "") for name in ("kind", "channel", "place", "received_on")}
    context = {
        "typed": {**typed, "received_on": typed["received_on"] or day_of(now).isoformat()},
        "kinds": Kind,
        "channels": [channel for channel in Channel if channel is not Channel.SITE],
        "is_everywhere": is_everywhere,
        "places": places,
        "languages": languages.offered(),
        "problem": problem,
        "field": field,
    }
    return render(request, "requests/console/new.html", context, status=422 if problem else 200)


@require_GET
@staff_only(*queries.ROLES)
def one(request: StaffRequest, number: str) -> HttpResponse:
    return _page(request, number)


@require_POST
@staff_only(*queries.ROLES)
def change(request: StaffRequest, number: str) -> HttpResponse:
    """One of the acts on a request, named by the button."""
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound
    try:
        act(request, number, timezone.now())
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(request, number, problem=refusal.sentence, field=request.POST["act"])
    return HttpResponseRedirect(reverse("data_request", args=[number]))


def _enter(request: StaffRequest, form: EntryForm, at: datetime) -> str:
    said = form.cleaned_data
    return asking.enter_request(
        kind=Kind(said["kind"]),
        channel=Channel(said["channel"]),
        organisation=said["place"],
        received_on=said["received_on"],
        address=(said["address"], _language(request)),
        by=request.staff,
        at=at,
    )


def _send(request: StaffRequest, number: str, at: datetime) -> None:
    address = request.POST.get("address", "")[:320]
    asking.send_code(number=number, address=(address, _language(request)), by=request.staff, at=at)


def _confirm(request: StaffRequest, number: str, at: datetime) -> None:
    wish = WishForm(request.POST)
    wish.is_valid()
    code = request.POST.get("code", "")[:_LONGEST_CODE]
    if not asking.confirm_for(number=number, code=code, wish=wish.wish, by=request.staff, at=at):
        messages.success(
            request, "A second code went to the new address or number. Take that one in the same way."
        )


def _pause(request: StaffRequest, number: str, at: datetime) -> None:
    deciding.pause(number=number, reason=request.POST.get("reason", ""), by=request.staff, at=at)


def _resume(request: StaffRequest, number: str, at: datetime) -> None:
    deciding.resume(number=number, by=request.staff, at=at)


def _extend(request: StaffRequest, number: str, at: datetime) -> None:
    deciding.extend(number=number, reason=request.POST.get("reason", ""), by=request.staff, at=at)


def _refuse(request: StaffRequest, number: str, at: datetime) -> None:
    deciding.refuse(number=number, reason=request.POST.get("reason", ""), by=request.staff, at=at)


_ACTS: dict[str, Callable[[StaffRequest, str, datetime], None]] = {
    "send": _send,
    "confirm": _confirm,
    "pause": _pause,
    "resume": _resume,
    "extend": _extend,
    "refuse": _refuse,
}


def _language(request: StaffRequest) -> str:
    known = [offered.code for offered in languages.offered()]
    chosen = request.POST.get("language", "")
    return chosen if chosen in known else known[0]


def _page(request: StaffRequest, number: str, problem: str = "", field: str = "") -> HttpResponse:
    found = queries.request_with(number, request.staff)
    today = day_of(timezone.now())
    context = {
        "found": found,
        "days_left": found.days_left(today=today),
        "place": queries.place_of(found),
        "steps": queries.steps_of(found),
        "pauses": PAUSES,
        "extensions": EXTENSIONS,
        "refusals": REFUSALS,
        "languages": languages.offered(),
        "today": today,
        "problem": problem,
        "field": field,
    }
    return render(request, "requests/console/request.html", context, status=422 if problem else 200)
