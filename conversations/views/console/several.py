"""Several posts at once: ticked in the list, or alike."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import facilitated
from conversations.services.queue import acting, finishing
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.panels import HIDING
from conversations.views.console.queue_frame import done_query, frame, kept, uuids_of
from kernel.errors import DomainError, NotFound
from tenants.models import Role


class NothingTicked(DomainError):
    code = "nothing_ticked"
    status = 422
    message = "Tick at least one post in the list first."


@require_POST
@in_project(Role.FACILITATOR)
def several(request: ProjectRequest) -> HttpResponse:
    """Mark what is ticked as done, or hide it for one reason."""
    items = uuids_of(request.POST.getlist("item"))
    try:
        query = _done(request, items)
    except DomainError as refusal:
        context = {
            **frame(request),
            "trouble": refusal.sentence,
            "ticked": items,
            "hiding": HIDING,
            "typed_rule": request.POST.get("rule", ""),
            "typed_note": request.POST.get("note", ""),
        }
        return render(request, "conversations/console/queue.html", context, status=refusal.status)
    return HttpResponseRedirect(
        reverse("console_queue", args=[request.client.pk, request.conversation.pk]) + query
    )


def _done(request: ProjectRequest, items: list[UUID]) -> str:
    """Do it; returns the query of the page that says so. Raises NothingTicked, and what the acts raise."""
    if not items:
        raise NothingTicked
    conversation, by, at = request.conversation, request.staff, timezone.now()
    if request.POST.get("what") != "hide":
        finished = finishing.finish_several(conversation=conversation, items=items, by=by, at=at)
        return done_query(request, did="done", items=finished.done, left=finished.held)
    hidden = acting.hide_several(
        conversation=conversation,
        items=items,
        rule=request.POST.get("rule", ""),
        note=request.POST.get("note", ""),
        by=by,
        at=at,
    )
    return done_query(request, did="hide", acts=hidden.acts, left=hidden.left)


@require_GET
@in_project(Role.FACILITATOR)
def alike(request: ProjectRequest, group: UUID) -> HttpResponse:
    """Posts that say nearly the same, all ticked."""
    found = facilitated.alike(request.conversation, group)
    if not found:
        raise NotFound
    context = {"posts": found, "group": group, "hiding": HIDING, "keep": kept(request)}
    return render(request, "conversations/console/alike.html", context)
