"""How an organisation's site looks: name, colour, logo and words."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from kernel.errors import DomainError
from tenants.auth import ClientRequest, in_organisation
from tenants.branding import queries, services
from tenants.branding.palette import palette, readings
from tenants.models import Role
from tenants.services import branding as branding_service
from tenants.views.console.uploads import logo_from


@in_organisation(Role.OPERATOR)
def branding(request: ClientRequest) -> HttpResponse:
    """Everything in one form. What was asked for stands beside what will be shown."""
    kept = queries.branding()
    typed = {"name": request.client.name, "colour": kept.brand_colour, "welcome": kept.welcome}
    problem, status = "", 200
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        if "look" not in request.POST:
            try:
                _save(request, typed)
            except DomainError as refusal:
                problem, status = refusal.sentence, refusal.status
            else:
                messages.success(request, "Saved. The site shows it within half a minute.")
                return HttpResponseRedirect(reverse("branding", args=[request.client.pk]))
    context = {
        "typed": typed,
        "problem": problem,
        "logo": kept.logo,
        "readings": [],
        "colour_said": "",
        "most_words": services.LONGEST_WELCOME,
    }
    try:
        context["readings"] = readings(typed["colour"])
    except DomainError as refusal:
        context["colour_said"] = refusal.sentence
    return render(request, "tenants/console/branding.html", context, status=status)


@require_GET
@in_organisation()
def theme(request: ClientRequest) -> HttpResponse:
    """The organisation's colours, for what the console shows as its participants see it."""
    colours = palette(queries.branding().brand_colour)
    return render(request, "tenants/theme.css", {"colours": colours}, content_type="text/css; charset=utf-8")


@require_GET
@in_organisation()
def logo(request: ClientRequest, digest: str) -> HttpResponse:  # noqa: ARG001  (Django's signature)
    return HttpResponse(queries.logo(digest), content_type="image/png")


def _save(request: ClientRequest, typed: dict[str, str]) -> None:
    branding_service.change_branding(
        by=request.staff,
        organisation=request.client,
        look=branding_service.Look(
            name=typed["name"], brand_colour=typed["colour"], welcome=typed["welcome"]
        ),
        logo=logo_from(request),
        without_logo="without_logo" in request.POST,
    )
