"""One organisation: at a glance, its states, its people, its end."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kernel.addresses import on_host
from kernel.errors import DomainError, NotFound
from tenants.auth import ClientRequest, freshly_confirmed, in_organisation
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tenants.queries import client_users as client_user_queries
from tenants.queries import overview as overview_queries
from tenants.queries import primary_host, projects
from tenants.services import client_users, organisations, provisioning

_Change = Callable[..., None]
_STATES: dict[str, tuple[_Change, str]] = {
    "suspend": (organisations.suspend_organisation, "Suspended. Its site says so within half a minute."),
    "resume": (organisations.resume_organisation, "Resumed. Its site answers within half a minute."),
    "archive": (organisations.archive_organisation, "Archived. What is there can still be read here."),
}
_ACCOUNTS: dict[str, tuple[_Change, str]] = {
    "switch-off": (client_users.switch_off, "Switched off, and out of every browser."),
    "switch-on": (client_users.switch_on, "Switched on again."),
    "sign-out": (client_users.sign_out_everywhere, "Signed out everywhere."),
    "reset": (client_users.reset_second_factor, "With the next code they set up a second factor anew."),
}


@require_GET
@in_organisation()
def overview(request: ClientRequest) -> HttpResponse:
    return _page(request)


@require_POST
@in_organisation(Role.OPERATOR)
@freshly_confirmed
def change_state(request: ClientRequest) -> HttpResponse:
    """Suspend, resume or archive; the button says which."""
    act = request.POST.get("act", "")
    if act not in _STATES:
        raise NotFound
    change, said = _STATES[act]
    try:
        change(by=request.staff, organisation=request.client)
    except DomainError as refusal:
        return _page(request, refusal)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("organisation", args=[request.client.pk]))


@require_POST
@in_organisation(Role.OPERATOR)
def add_client_users(request: ClientRequest) -> HttpResponse:
    typed = request.POST.get("clients", "")
    try:
        made = client_users.add_client_users(by=request.staff, organisation=request.client, text=typed)
    except DomainError as refusal:
        return _page(request, refusal, typed=typed)
    messages.success(request, f"{len(made)} invited." if made else "They all have an account already.")
    return HttpResponseRedirect(reverse("organisation", args=[request.client.pk]))


@require_POST
@in_organisation(Role.OPERATOR)
def invite_again(request: ClientRequest, account: UUID) -> HttpResponse:
    try:
        to = client_users.invite_again(by=request.staff, organisation=request.client, account=account)
    except DomainError as refusal:
        return _page(request, refusal)
    messages.success(request, f"Sent again to {to}.")
    return HttpResponseRedirect(reverse("organisation", args=[request.client.pk]))


@require_POST
@in_organisation(Role.OPERATOR)
@freshly_confirmed
def change_client_user(request: ClientRequest, account: UUID) -> HttpResponse:
    """One of the acts on an account, named by the button."""
    act = request.POST.get("act", "")
    if act not in _ACCOUNTS:
        raise NotFound
    change, said = _ACCOUNTS[act]
    change(by=request.staff, organisation=request.client, account=account)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("organisation", args=[request.client.pk]))


@in_organisation(Role.OPERATOR)
@freshly_confirmed
def delete(request: ClientRequest) -> HttpResponse:
    """The short name has to be typed; then everything goes, and nothing leads back."""
    problem = ""
    if request.method == "POST":
        try:
            job = _ask_to_delete(request.staff, request.client, request.POST.get("typed", "").strip())
        except DomainError as refusal:
            problem = refusal.sentence
        else:
            return HttpResponseRedirect(reverse("provisioning", args=[job]))
    lines = projects.projects_of(request.client.pk, at=timezone.now())
    context = {"problem": problem, "projects": lines}
    return render(request, "tenants/console/delete.html", context, status=422 if problem else 200)


def _ask_to_delete(by: Staff, organisation: Organisation, typed: str) -> UUID:
    return provisioning.ask_to_delete(
        by=by, organisation=organisation, typed=typed, form=uuid4(), at=timezone.now()
    )


def _page(request: ClientRequest, refusal: DomainError | None = None, typed: str = "") -> HttpResponse:
    context = {
        "problem": refusal.sentence if refusal else "",
        "typed": typed,
        "address": on_host(primary_host(request.client.tenant)),
        "schema": overview_queries.schema_of(request.client),
        "projects": projects.projects_of(request.client.pk, at=timezone.now()),
        "client_users": client_user_queries.client_users(),
        "is_operator": Role.OPERATOR in request.staff.roles,
    }
    status = refusal.status if refusal else 200
    return render(request, "tenants/console/organisation.html", context, status=status)
