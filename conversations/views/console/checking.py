"""The checklist, which leads to the opening, and the test of the invitation."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import preparing as queries
from conversations.services import checklist, lifecycle
from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError, NotFound
from tenants.auth import freshly_confirmed
from tenants.models import Role


@require_GET
@in_project(Role.OPERATOR, Role.FACILITATOR)
def show(request: ProjectRequest) -> HttpResponse:
    return _page(request)


@require_POST
@in_project(Role.OPERATOR, Role.FACILITATOR)
def test(request: ProjectRequest) -> HttpResponse:
    """Send the invitation to oneself, or type the code that it carried."""
    act, now = request.POST.get("act", ""), timezone.now()
    which: dict[str, Any] = {"by": request.staff, "conversation": request.conversation.pk, "at": now}
    try:
        if act == "send":
            checklist.send_test(**which, address=request.user.email)
            said = f"On its way to {request.user.email}. Type its code below once you have read it."
        elif act == "seen":
            checklist.confirm_seen(**which, code=request.POST.get("code", ""))
            said = "Seen. Whenever its words change, it has to be seen again."
        else:
            raise NotFound
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(request, refusal)
    messages.success(request, said)
    return _back(request, "console_checklist")


@require_POST
@in_project(Role.OPERATOR)
@freshly_confirmed
def schedule(request: ProjectRequest) -> HttpResponse:
    """Let it open by itself. Refused while a line is red."""
    try:
        lifecycle.schedule(by=request.staff, conversation=request.conversation.pk, at=timezone.now())
    except DomainError as refusal:
        return _page(request, refusal)
    messages.success(request, "Scheduled. It opens by itself, and the invitations leave then.")
    return _back(request, "console_project")


def _back(request: ProjectRequest, place: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(place, args=[request.client.pk, request.conversation.pk]))


def place_of(request: ProjectRequest, place: str) -> str:
    """Where a line is put right: pages of texts are the organisation's, all others the project's."""
    here = [request.client.pk] if place == "console_pages" else [request.client.pk, request.conversation.pk]
    return reverse(place, args=here)


def _page(request: ProjectRequest, refusal: DomainError | None = None) -> HttpResponse:
    now = timezone.now()
    standing = queries.standing_of(request.conversation, at=now)
    # Afterwards nobody need know any more how many people there are.
    lines = [] if standing.is_fixed else checklist.checklist_of(request.conversation, at=now)
    context = {
        "lines": lines,
        "is_ready": checklist.is_ready(lines),
        "standing": standing,
        "address": request.user.email,
        "problem": refusal.sentence if refusal else "",
        "is_operator": Role.OPERATOR in request.staff.roles,
        "place_of": lambda place: place_of(request, place),
    }
    status = refusal.status if refusal else 200
    return render(request, "conversations/console/checklist.html", context, status=status)
