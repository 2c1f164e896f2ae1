"""Where an organisation's own systems are told what happens to its projects."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kernel.errors import DomainError, NotFound
from tenants.auth import ClientRequest, freshly_confirmed, in_organisation
from tenants.models import Role
from tenants.webhooks import queries, services
from tenants.webhooks.models import EventKind
from tenants.webhooks.services import Added

_KINDS = [kind for kind in EventKind if kind is not EventKind.TEST]


@in_organisation(Role.OPERATOR)
def webhooks(request: ClientRequest) -> HttpResponse:
    """All of them with what was sent lately, and the form for another one, whose secret is shown once."""
    if request.method != "POST":
        return _page(request)
    try:
        added = services.add_endpoint(
            by=request.staff,
            url=request.POST.get("url", ""),
            kinds=request.POST.getlist("kind"),
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _page(request, refusal)
    return _page(request, added=added)


@require_POST
@in_organisation(Role.OPERATOR)
@freshly_confirmed
def change(request: ClientRequest, endpoint: UUID) -> HttpResponse:
    """One of the acts on one, named by the button."""
    act = request.POST.get("act", "")
    if act in {"on", "off"}:
        services.switch(by=request.staff, endpoint=endpoint, is_on=act == "on")
    elif act == "test":
        services.ask_for_test(by=request.staff, endpoint=endpoint, at=timezone.now())
    elif act == "remove":
        services.remove(by=request.staff, endpoint=endpoint)
    else:
        raise NotFound
    messages.success(request, _SAID[act])
    return HttpResponseRedirect(reverse("webhooks", args=[request.client.pk]))


def _page(
    request: ClientRequest, refusal: DomainError | None = None, added: Added | None = None
) -> HttpResponse:
    context = {
        "endpoints": queries.endpoints(),
        "deliveries": queries.deliveries(),
        "kinds": _KINDS,
        "added": added,
        "typed": request.POST.get("url", "") if refusal else "",
        "chosen": request.POST.getlist("kind") if refusal else [kind.value for kind in _KINDS],
        "problem": refusal.sentence if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "tenants/console/webhooks.html", context, status=status)


_SAID = {
    "on": "Switched on. What waited is sent within a minute.",
    "off": "Switched off. What happens meanwhile waits.",
    "test": "A test is sent within a minute. Look below for what came of it.",
    "remove": "Removed, with its secret.",
}
