"""The staff of the platform. For operators."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from kernel.errors import DomainError, NotFound
from tenants import queries
from tenants.auth import StaffRequest, freshly_confirmed, staff_only
from tenants.models import Role
from tenants.queries import staff as staff_queries
from tenants.services import staff


@require_GET
@staff_only(Role.OPERATOR)
def colleagues(request: StaffRequest) -> HttpResponse:
    return render(request, "tenants/console/staff.html", {"colleagues": staff_queries.colleagues()})


@staff_only(Role.OPERATOR)
def new_colleague(request: StaffRequest) -> HttpResponse:
    typed = {"name": request.POST.get("name", ""), "email": request.POST.get("email", "")}
    problem = ""
    if request.method == "POST":
        try:
            made = staff.create_staff(**typed, by=request.staff)
        except DomainError as refusal:
            problem = refusal.sentence
        else:
            return HttpResponseRedirect(reverse("colleague", args=[made.pk]))
    context = {"typed": typed, "problem": problem}
    return render(request, "tenants/console/new_colleague.html", context, status=422 if problem else 200)


@require_GET
@staff_only(Role.OPERATOR)
def colleague(request: StaffRequest, account: UUID) -> HttpResponse:
    return _colleague_page(request, account)


@require_POST
@staff_only(Role.OPERATOR)
@freshly_confirmed
def assign(request: StaffRequest, account: UUID) -> HttpResponse:
    role, place = request.POST.get("role", ""), request.POST.get("organisation", "")
    if role not in Role.values:
        return _colleague_page(request, account, problem="Choose a role.")
    chosen = queries.organisation(place) if place else None
    if place and chosen is None:
        return _colleague_page(request, account, problem="Choose an organisation from the list.")
    try:
        staff.assign(
            account=staff_queries.colleague(account).pk,
            role=Role(role),
            organisation=chosen,
            by=request.staff,
        )
    except DomainError as refusal:
        return _colleague_page(request, account, problem=refusal.sentence)
    return HttpResponseRedirect(reverse("colleague", args=[account]))


@require_POST
@staff_only(Role.OPERATOR)
@freshly_confirmed
def change(request: StaffRequest, account: UUID) -> HttpResponse:
    """One of the acts on a colleague, named by the button."""
    found = staff_queries.colleague(account)
    act = request.POST.get("act", "")
    try:
        if act == "unassign":
            chosen = request.POST.get("assignment", "")
            staff.unassign(
                assignment=int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0, by=request.staff
            )
        elif act == "switch-off":
            staff.switch_off(account=found.pk, by=request.staff)
        elif act == "switch-on":
            staff.switch_on(account=found.pk, by=request.staff)
        elif act == "reset":
            staff.reset_second_factor(account=found.pk, by=request.staff)
        else:
            raise NotFound
    except staff.LastOperator as refusal:
        return _colleague_page(request, account, problem=refusal.sentence)
    return HttpResponseRedirect(reverse("colleague", args=[account]))


def _colleague_page(request: StaffRequest, account: UUID, problem: str = "") -> HttpResponse:
    found = staff_queries.colleague(account)
    context = {
        "colleague": found,
        "duties": staff_queries.duties_of(found),
        "has_second_factor": staff_queries.has_second_factor(found),
        "roles": Role,
        "organisations": queries.organisations(),
        "problem": problem,
    }
    return render(request, "tenants/console/colleague.html", context, status=422 if problem else 200)
