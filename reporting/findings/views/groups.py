"""Opinion groups: how far the search is, and what was found."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError
from reporting.findings import charts, permissions, queries
from reporting.findings.charts.words import quoted, released
from reporting.findings.queries.opinions import run_of
from reporting.findings.services import opinions
from reporting.shapes import OpinionGroups
from tenants.models import Role

_analyses = in_project(Role.ANALYST)


@require_GET
@_analyses
def groups(request: ProjectRequest) -> HttpResponse:
    return _page(request)


@require_POST
@_analyses
def find(request: ProjectRequest) -> HttpResponse:
    try:
        opinions.ask_for_groups(conversation=request.conversation, by=request.staff, at=timezone.now())
    except (permissions.NotClosedYet, permissions.FindingIsOver) as refusal:
        return _page(request, problem=refusal)
    address = reverse("findings_groups", args=[request.client.pk, request.conversation.pk])
    return HttpResponseRedirect(address)


def _page(request: ProjectRequest, problem: DomainError | None = None) -> HttpResponse:
    run = run_of(request.conversation)
    found = queries.opinion_groups_of(request.conversation)
    is_under_way = run is not None and run.found_on is None and not run.has_failed
    if "HX-Request" in request.headers and not is_under_way:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "run": run,
        "found": found,
        "is_under_way": is_under_way,
        "percent": opinions.progress_of(run).progress if run is not None and is_under_way else 0,
        "has_closed": request.conversation.has_closed(at=timezone.now()),
        "problem": problem.sentence if problem else "",
        "pictures": _pictures(found) if found else [],
        "released": released,
        "quoted": quoted,
    }
    template = "findings/_search.html" if "HX-Request" in request.headers else "findings/groups.html"
    return render(request, template, context, status=problem.status if problem else 200)


def _pictures(found: OpinionGroups) -> list[object]:
    if not found.groups:
        return []
    return [charts.opinion_map(found), charts.common_ground(found), charts.dividing_ideas(found)]
