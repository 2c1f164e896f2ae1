"""Bringing people in: what is there, a file, what it would bring, and taking it in. Nobody's address is shown."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import rosters as roster_queries
from conversations.services import rosters
from conversations.staff import ProjectRequest, in_project
from conversations.views import rosters as pages
from kernel.languages import number
from privacy.vault.shapes import Meaning
from tenants.models import Role

# What a column can be chosen to hold, in words.
_MEANINGS = {
    Meaning.EMAIL: "E-mail address",
    Meaning.PHONE: "Telephone number",
    Meaning.REFERENCE: "Their own number (to find them again)",
    Meaning.AREA: "Area",
    Meaning.BY_TEXT: "Agreed to text messages (yes or no)",
    Meaning.DIMENSION: "Group, such as team or grade",
    Meaning.NOTHING: "Leave out",
}

_prepares = in_project(Role.OPERATOR, Role.SUPPORT)


@require_GET
@_prepares
def roster(request: ProjectRequest) -> HttpResponse:
    return _roster_page(request)


@require_POST
@_prepares
def upload(request: ProjectRequest) -> HttpResponse:
    return pages.upload(_side(request))


@require_POST
@_prepares
def resend(request: ProjectRequest) -> HttpResponse:
    count = rosters.resend_invitation(conversation=request.conversation, by=request.staff)
    said = {0: "Nobody is left to invite.", 1: "One invitation leaves now."}
    messages.info(request, said.get(count, f"{number(count)} invitations leave now."))
    return HttpResponseRedirect(_address(request, "roster"))


@require_GET
@_prepares
def bringing_in(request: ProjectRequest) -> HttpResponse:
    return pages.bringing_in(_side(request))


@require_POST
@_prepares
def columns(request: ProjectRequest) -> HttpResponse:
    return pages.columns(_side(request))


@require_POST
@_prepares
def groups(request: ProjectRequest) -> HttpResponse:
    return pages.groups(_side(request))


@require_POST
@_prepares
def confirm(request: ProjectRequest) -> HttpResponse:
    return pages.confirm(_side(request))


@require_POST
@_prepares
def discard(request: ProjectRequest) -> HttpResponse:
    return pages.discard(_side(request))


@require_GET
@_prepares
def troubles(request: ProjectRequest) -> HttpResponse:
    found = roster_queries.import_of(request.conversation).report
    more = f"There are {number(found.more_troubles)} more." if found.more_troubles else ""
    return pages.troubles_table(found, headings=["Row", "Column", "Reason"], more=more)


def _roster_page(request: ProjectRequest, problem: str = "") -> HttpResponse:
    context = {
        "standing": roster_queries.standing_of(request.conversation),
        "upload": roster_queries.upload_of(request.conversation),
        "problem": problem,
    }
    return render(request, "conversations/console/roster.html", context, status=422 if problem else 200)


def _side(request: ProjectRequest) -> pages.Side:
    return pages.Side(
        request=request,
        conversation=request.conversation,
        by=request.staff,
        start=_address(request, "roster"),
        steps=_address(request, "roster_import"),
        templates="conversations/console",
        meanings=_MEANINGS,
        start_page=lambda problem: _roster_page(request, problem),
    )


def _address(request: ProjectRequest, name: str) -> str:
    return reverse(name, args=[request.client.pk, request.conversation.pk])
