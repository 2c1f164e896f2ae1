"""Group figures for analysts: asked for once, watched, read. There is nothing to choose."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError
from reporting.figures import queries
from reporting.figures.permissions import ASKS_FOR_FIGURES
from reporting.figures.services import releasing

_analyses = in_project(*ASKS_FOR_FIGURES)


@require_GET
@_analyses
def show(request: ProjectRequest) -> HttpResponse:
    """The page; asked again by itself while a release is on its way, it answers with the progress alone."""
    releasing.follow_one(conversation=request.conversation)
    if "HX-Request" in request.headers:
        waiting = queries.under_way(request.conversation)
        if waiting is not None:
            return render(request, "figures/_progress.html", {"waiting": waiting})
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _page(request)


@require_POST
@_analyses
def ask(request: ProjectRequest) -> HttpResponse:
    try:
        releasing.ask_for_figures(conversation=request.conversation, by=request.staff, at=timezone.now())
    except DomainError as refusal:
        return _page(request, problem=refusal.sentence, status=refusal.status)
    messages.info(request, "The figures are being made. You can leave this page.")
    return HttpResponseRedirect(reverse("group_figures", args=[request.client.pk, request.conversation.pk]))


def _page(request: ProjectRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    conversation, now = request.conversation, timezone.now()
    menu = queries.released_tables(conversation)
    context = {
        "tables": menu or queries.participation_tables(conversation),
        "is_menu": bool(menu),
        "withheld": queries.WITHHELD,
        "waiting": queries.under_way(conversation),
        "history": queries.releases_of(conversation),
        "has_menu": queries.has_menu(conversation),
        "has_closed": conversation.has_closed(at=now),
        "is_complete": conversation.is_complete(at=now),
        "problem": problem,
    }
    return render(request, "figures/figures.html", context, status=status)
