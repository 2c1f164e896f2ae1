"""Projects of an organisation: begun, looked at, and led from one state to the next."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import preparing as queries
from conversations.services import lifecycle
from conversations.services.preparing import dates, drafts
from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError, NotFound
from tenants.auth import ClientRequest, freshly_confirmed, in_organisation
from tenants.models import Role
from tenants.queries.projects import deadline_of


@in_organisation(Role.OPERATOR)
def new(request: ClientRequest) -> HttpResponse:
    """A draft from nothing, or with everything another project was prepared with."""
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "slug", "source")}
    problem, status = "", 200
    if request.method == "POST":
        try:
            source = queries.project_named(typed["source"]) if typed["source"] else None
            words: dict[str, Any] = {
                "by": request.staff,
                "name": typed["name"],
                "slug": typed["slug"].lower(),
            }
            if source is None:
                made = drafts.create_project(**words)
            else:
                made = drafts.copy_project(source=source.pk, **words)
        except DomainError as refusal:
            problem, status = refusal.sentence, refusal.status
        else:
            return HttpResponseRedirect(reverse("console_checklist", args=[request.client.pk, made.pk]))
    context = {"typed": typed, "problem": problem, "projects": queries.projects()}
    return render(request, "conversations/console/new_project.html", context, status=status)


@require_GET
@in_project()
def project(request: ProjectRequest) -> HttpResponse:
    """Where it stands, and what can be done about that."""
    return _page(request)


@require_POST
@in_project(Role.OPERATOR)
@freshly_confirmed
def change(request: ProjectRequest) -> HttpResponse:
    """One step of its way, named by the button."""
    act = request.POST.get("act", "")
    which: dict[str, Any] = {
        "by": request.staff,
        "conversation": request.conversation.pk,
        "at": timezone.now(),
    }
    reason = request.POST.get("reason", "")
    try:
        if act == "back":
            lifecycle.back_to_draft(**which)
        elif act == "close":
            lifecycle.close_early(**which, reason=reason)
        elif act == "extend":
            lifecycle.extend(**which, reason=reason, closes_at=_later(request))
        elif act == "complete":
            lifecycle.complete(**which, typed=request.POST.get("typed", "").strip())
        else:
            raise NotFound
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(request, refusal)
    messages.success(request, _SAID[act])
    return HttpResponseRedirect(reverse("console_project", args=[request.client.pk, request.conversation.pk]))


def _later(request: ProjectRequest) -> datetime:
    typed = dates.read_moment(request.POST.get("closes", ""))
    return dates.local_moment(typed, request.conversation.zone)


def _page(request: ProjectRequest, refusal: DomainError | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "standing": queries.standing_of(request.conversation, at=now),
        "problem": refusal.sentence if refusal else "",
        "typed": {name: request.POST.get(name, "") for name in ("reason", "closes")},
        "deadline": deadline_of(request.conversation.pk),
        "is_operator": Role.OPERATOR in request.staff.roles,
    }
    status = refusal.status if refusal else 200
    return render(request, "conversations/console/project.html", context, status=status)


_SAID = {
    "back": "Back to draft. Nobody but us sees it.",
    "close": "Closed. Participants read why.",
    "extend": "Extended. Participants read why.",
    "complete": "Complete. The deadline runs.",
}
