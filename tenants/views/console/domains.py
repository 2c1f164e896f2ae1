"""The host names of an organisation."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from kernel.errors import DomainError, NotFound
from tenants.auth import ClientRequest, freshly_confirmed, in_organisation
from tenants.models import Role
from tenants.queries.domains import domains_of
from tenants.services import domains as service


@in_organisation(Role.OPERATOR)
def domains(request: ClientRequest) -> HttpResponse:
    """All of them, and the form for another one."""
    if request.method != "POST":
        return _page(request)
    typed = request.POST.get("name", "")
    try:
        service.add_domain(by=request.staff, organisation=request.client, name=typed)
    except DomainError as refusal:
        return _page(request, refusal, typed=typed)
    messages.success(request, "Added. It answers as soon as its record is there and checked.")
    return HttpResponseRedirect(reverse("domains", args=[request.client.pk]))


@require_POST
@in_organisation(Role.OPERATOR)
@freshly_confirmed
def change(request: ClientRequest, domain: UUID) -> HttpResponse:
    """One of the acts on a name, named by the button."""
    act = request.POST.get("act", "")
    which: dict[str, Any] = {"by": request.staff, "organisation": request.client, "domain": domain}
    try:
        said = _do(act, which)
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(request, refusal)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("domains", args=[request.client.pk]))


def _do(act: str, which: dict[str, Any]) -> str:
    """Raises NotFound for an act there is not, and what the services raise."""
    if act == "check":
        service.check_domain(**which)
        return "Verified. The name answers now."
    if act == "main":
        service.make_main(**which)
        return "This is the main address now. Letters name it from here on."
    if act in {"lead", "stay"}:
        service.lead_on(**which, leads=act == "lead")
        return "Saved. It takes half a minute to show."
    if act == "remove":
        service.remove_domain(**which)
        return "Removed."
    raise NotFound


def _page(request: ClientRequest, refusal: DomainError | None = None, typed: str = "") -> HttpResponse:
    context = {
        "lines": domains_of(request.client.pk),
        "label": service.LABEL,
        "prefix": service.PREFIX,
        "typed": typed,
        "problem": refusal.sentence if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "tenants/console/domains.html", context, status=status)
