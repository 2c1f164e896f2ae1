"""All organisations: the list, and a new one from the form to its open site."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from kernel.addresses import on_host
from kernel.errors import DomainError
from tenants import queries
from tenants.auth import StaffRequest, staff_only
from tenants.branding.palette import readings
from tenants.models import JobState, Role
from tenants.queries import jobs, overview
from tenants.services import organisations, provisioning
from tenants.services.client_users import readable_addresses
from tenants.services.provisioning import NewOrganisation
from tenants.views.console.uploads import logo_from

_FIRST_COLOUR = "#00625a"
# Beside which field a refusal stands.
_FIELDS = {
    "name_missing": "name",
    "slug_not_usable": "slug",
    "slug_taken": "slug",
    "colour_not_usable": "colour",
    "client_address_not_readable": "clients",
    "too_many_client_users": "clients",
}


@require_GET
@staff_only()
def listed(request: StaffRequest) -> HttpResponse:
    """The organisations somebody works for, with what waits for an operator above."""
    search = request.GET.get("q", "").strip()[:120]
    is_operator = Role.OPERATOR in request.staff.roles
    context = {
        "search": search,
        "shown": overview.organisations_for(request.staff, search=search, at=timezone.now()),
        "jobs": jobs.unfinished() if is_operator else [],
        "is_operator": is_operator,
    }
    return render(request, "tenants/console/organisations.html", context)


@dataclass(frozen=True, slots=True)
class _Typed:
    form: str
    name: str = ""
    slug: str = ""
    colour: str = _FIRST_COLOUR
    clients: str = ""


@staff_only(Role.OPERATOR)
def new(request: StaffRequest) -> HttpResponse:
    """Ask for one; the worker of provisioning makes it while its page tells how far it is."""
    if request.method != "POST":
        return _form(request, _Typed(form=str(uuid4())))
    fields = ("form", "name", "slug", "colour", "clients")
    typed = _Typed(**{name: request.POST.get(name, "").strip() for name in fields})
    if "look" in request.POST:
        return _form(request, typed)
    try:
        logo = logo_from(request)
        wanted = NewOrganisation(
            name=typed.name,
            slug=typed.slug.lower(),
            brand_colour=typed.colour,
            logo=b"" if logo is None else logo.png,
            client_addresses=tuple(readable_addresses(typed.clients)),
        )
        job = provisioning.ask_for_organisation(
            by=request.staff, form=_form_id(typed.form), wanted=wanted, at=timezone.now()
        )
    except DomainError as refusal:
        return _form(request, typed, refusal)
    return HttpResponseRedirect(reverse("provisioning", args=[job]))


@require_GET
@staff_only(Role.OPERATOR)
def short_name(request: StaffRequest) -> HttpResponse:
    """While typing: whether a short name is free, and which address it would be."""
    return render(request, "tenants/console/_short_name.html", _about_slug(request.GET.get("slug", "")))


@require_GET
@staff_only(Role.OPERATOR)
def colours(request: StaffRequest) -> HttpResponse:
    """While choosing: what a colour becomes so that it can be read."""
    return render(request, "tenants/console/_colours.html", _about_colour(request.GET.get("colour", "")))


@require_GET
@staff_only(Role.OPERATOR)
def progress(request: StaffRequest, job: UUID) -> HttpResponse:
    """How far a job is; asks again by itself until it is over."""
    found = jobs.job(job)
    is_there = found.state == JobState.DONE and found.kind == "create"
    organisation = queries.organisation(found.slug) if is_there else None
    context = {
        "job": found,
        "steps": jobs.steps_of(found),
        "organisation": organisation,
        "address": on_host(queries.primary_host(organisation.tenant)) if organisation else "",
    }
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, f"tenants/console/{'_' if is_part else ''}progress.html", context)


def _form(request: StaffRequest, typed: _Typed, refusal: DomainError | None = None) -> HttpResponse:
    context = {
        "typed": typed,
        "problem": refusal.sentence if refusal else "",
        "field_in_trouble": _FIELDS.get(refusal.code, "logo") if refusal else "",
        **_about_colour(typed.colour),
        **_about_slug(typed.slug),
    }
    status = refusal.status if refusal else 200
    return render(request, "tenants/console/new_organisation.html", context, status=status)


def _about_slug(typed: str) -> dict[str, str]:
    slug = typed.strip().lower()[:60]
    said = {"slug_said": "", "slug_free": "", "slug_address": ""}
    if not slug:
        return said
    try:
        organisations.require_free(slug)
    except DomainError as refusal:
        return {**said, "slug_said": refusal.sentence}
    return {**said, "slug_free": "yes", "slug_address": on_host(organisations.own_host(slug))}


def _about_colour(typed: str) -> dict[str, object]:
    try:
        return {"readings": readings(typed), "colour_said": ""}
    except DomainError as refusal:
        return {"readings": [], "colour_said": refusal.sentence}


def _form_id(typed: str) -> UUID:
    """The form's own number; a form without one is a new form."""
    try:
        return UUID(typed)
    except ValueError:
        return uuid4()
