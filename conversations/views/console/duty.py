"""The duty list: who of us is called when a life may be in danger."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from kernel.errors import DomainError
from privacy.oversight import queries
from privacy.oversight.services import duty
from tenants.auth import ClientRequest, in_organisation
from tenants.models import Role


@require_http_methods(["GET", "POST"])
@in_organisation(Role.FACILITATOR, Role.PRIVACY_OFFICER, Role.OPERATOR)
def duty_list(request: ClientRequest) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in ("name", "email", "phone")}
    problem, status = "", 200
    if request.method == "POST":
        try:
            if "take_off" in request.POST:
                duty.take_off_duty(duty=_id(request.POST["take_off"]), by=request.staff)
                messages.success(request, "Taken off duty.")
            else:
                duty.put_on_duty(**typed, by=request.staff)
                messages.success(request, "On duty from now on.")
            return HttpResponseRedirect(request.path)
        except DomainError as refusal:
            problem, status = refusal.sentence, refusal.status
    context = {"on_duty": queries.on_duty(), "typed": typed, "problem": problem}
    return render(request, "conversations/console/duty.html", context, status=status)


def _id(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        return UUID(int=0)
