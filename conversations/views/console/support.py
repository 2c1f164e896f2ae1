"""The support queue: who cannot get in, what they ask, an answer by mail. All of it lies in the vault."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from conversations.queries import helping
from conversations.services import helping as services
from kernel.errors import DomainError
from tenants.auth import ClientRequest, StaffRequest, in_organisation, staff_only
from tenants.models import Role
from tenants.queries import staff as staff_queries


@require_GET
@staff_only(Role.SUPPORT)
def overview(request: StaffRequest) -> HttpResponse:
    """How many wait in each organisation that somebody supports."""
    places = staff_queries.supported_by(request.staff)
    context = {"queues": [(place, helping.waiting_in(place.tenant)) for place in places]}
    return render(request, "conversations/console/support_overview.html", context)


@require_GET
@in_organisation(Role.SUPPORT)
def queue(request: ClientRequest) -> HttpResponse:
    context = {"lines": helping.waiting(), "today": timezone.localdate()}
    return render(request, "conversations/console/support_queue.html", context)


@require_http_methods(["GET", "POST"])
@in_organisation(Role.SUPPORT)
def one(request: ClientRequest, case: UUID) -> HttpResponse:
    """One call for help with its contact, templates to answer with, and the end of it."""
    chosen = request.GET.get("template", "")
    filled = helping.filled(chosen, helping.opened(case)) if chosen else ("", "")
    typed = {"subject": request.POST.get("subject", filled[0]), "text": request.POST.get("text", filled[1])}
    problem, status = "", 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "close":
                services.close(case=case, by=request.staff)
                messages.success(request, "Closed. What was asked, and by whom, is gone.")
                return HttpResponseRedirect(reverse("support_queue", args=[request.client.pk]))
            services.answer(case=case, **typed, by=request.staff)
            messages.success(request, "The answer leaves now.")
            return HttpResponseRedirect(request.path)
        except DomainError as refusal:
            problem, status = refusal.sentence, refusal.status
    context = {
        "call": helping.opened(case),
        "templates": helping.templates(),
        "chosen": chosen,
        "typed": typed,
        "problem": problem,
        "today": timezone.localdate(),
    }
    return render(request, "conversations/console/support_case.html", context, status=status)
