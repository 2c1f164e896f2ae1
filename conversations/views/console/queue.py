"""The work queue: a list of what is to be looked at, and one post of it."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import facilitated
from conversations.services.queue import acting, claims, finishing
from conversations.staff import ProjectRequest, in_project
from conversations.views.console import queue_frame
from conversations.views.console.queue_frame import frame, onwards, opened, uuids_of, with_name
from kernel.errors import DomainError
from tenants.models import Role
from tenants.queries.staff import names


@require_GET
@in_project(Role.FACILITATOR)
def queue(request: ProjectRequest) -> HttpResponse:
    return render(request, "conversations/console/queue.html", frame(request))


@require_GET
@in_project(Role.FACILITATOR)
def post(request: ProjectRequest, post: UUID) -> HttpResponse:
    """A post beside the list; alone where only it is asked for."""
    if request.headers.get("HX-Target") == "post":
        return render(request, "conversations/console/_post.html", opened(request, post))
    return show(request, post)


def show(
    request: ProjectRequest, post: UUID, *, refusal: DomainError | None = None, **panel: object
) -> HttpResponse:
    """List and post, with the form of an act, or with what a refusal says."""
    context = {**frame(request), **opened(request, post), **panel}
    if refusal is not None:
        context["trouble"] = with_name(refusal).sentence
    status = 200 if refusal is None else refusal.status
    return render(request, "conversations/console/queue.html", context, status=status)


@require_POST
@in_project(Role.FACILITATOR)
def claim(request: ProjectRequest, post: UUID) -> HttpResponse:
    """Somebody works on this and says so: by a button, or by the page itself while it is open."""
    try:
        claims.claim(conversation=request.conversation, item=post, by=request.staff, at=timezone.now())
    except claims.ClaimedByAnother as refusal:
        if request.headers.get("HX-Request") != "true":
            return show(request, post, refusal=refusal)
    return _claim_line(request, post)


@require_POST
@in_project(Role.FACILITATOR)
def give_back(request: ProjectRequest, post: UUID) -> HttpResponse:
    claims.give_back(conversation=request.conversation, item=post, by=request.staff)
    return _claim_line(request, post)


@require_POST
@in_project(Role.FACILITATOR)
def done(request: ProjectRequest, post: UUID) -> HttpResponse:
    """Nothing (more) to do: on to the next."""
    try:
        finishing.finish(conversation=request.conversation, item=post, by=request.staff, at=timezone.now())
    except DomainError as refusal:
        return show(request, post, refusal=refusal)
    return HttpResponseRedirect(onwards(request, post, did="done", items=[post]))


@require_POST
@in_project(Role.FACILITATOR)
def undo(request: ProjectRequest) -> HttpResponse:
    """Take the last acts back, or open again what was done; then show it."""
    done, items, now = (
        uuids_of(request.POST.getlist("act")),
        uuids_of(request.POST.getlist("item")),
        timezone.now(),
    )
    try:
        items = _undo(request, done, items, now)
    except DomainError as refusal:
        if items:
            return show(request, items[0], refusal=refusal)
        context = {**frame(request), "trouble": refusal.sentence}
        return render(request, "conversations/console/queue.html", context, status=refusal.status)
    where = [request.client.pk, request.conversation.pk]
    keep = queue_frame.done_query(request, did="undone")
    if len(items) == 1:
        return HttpResponseRedirect(reverse("console_post", args=[*where, items[0]]) + keep)
    return HttpResponseRedirect(reverse("console_queue", args=where) + keep)


def _undo(request: ProjectRequest, done: list[UUID], items: list[UUID], at: datetime) -> list[UUID]:
    if done:
        return acting.undo(conversation=request.conversation, done=done, by=request.staff, at=at)
    finishing.reopen(conversation=request.conversation, items=items, by=request.staff)
    return items


def _claim_line(request: ProjectRequest, post: UUID) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        where = [request.client.pk, request.conversation.pk, post]
        return HttpResponseRedirect(reverse("console_post", args=where) + queue_frame.kept(request))
    now, shown = timezone.now(), facilitated.post_at(request.conversation, post)
    context = {
        "post": shown,
        "is_mine": shown.is_claimed_by(request.staff.id, at=now),
        "is_held": shown.is_held_from(request.staff.id, at=now),
        "names": names([shown.claimed_by]),
        "keep": queue_frame.kept(request),
    }
    return render(request, "conversations/console/_claim.html", context)
