"""Bringing people in: what is there, a file, what it would bring, and taking it in. Nobody's address is shown."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import rosters as roster_queries
from conversations.queries.rosters import Step
from conversations.services import rosters
from conversations.staff import ProjectRequest, in_project
from conversations.views.rosters import chosen_areas, chosen_columns, troubles_table
from kernel.languages import number
from kernel.text import one_line
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
_SHOWN_TROUBLES = 20

_prepares = in_project(Role.OPERATOR, Role.SUPPORT)


@require_GET
@_prepares
def roster(request: ProjectRequest) -> HttpResponse:
    return _roster_page(request)


@require_POST
@_prepares
def upload(request: ProjectRequest) -> HttpResponse:
    chosen = request.FILES.get("file")
    content = chosen.read() if isinstance(chosen, UploadedFile) else b""
    try:
        rosters.upload_roster(
            conversation=request.conversation, content=content, by=request.staff, at=timezone.now()
        )
    except rosters.FileMissing as refusal:
        return _roster_page(request, problem=refusal.sentence)
    return HttpResponseRedirect(_address(request, "roster_import"))


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
    """The step an import is at. Asked again by the page itself, it answers in fragments until that changes."""
    rosters.finish_import(conversation=request.conversation)
    found = roster_queries.import_of(request.conversation)
    if "HX-Request" in request.headers:
        if found.is_under_way:
            return render(request, "conversations/console/_roster_progress.html", {"found": found})
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _import_page(request)


@require_POST
@_prepares
def columns(request: ProjectRequest) -> HttpResponse:
    try:
        rosters.choose_columns(
            conversation=request.conversation,
            columns=chosen_columns(request),
            areas=chosen_areas(request),
            by=request.staff,
        )
    except rosters.ColumnsNotKnown as refusal:
        return _import_page(request, problem=refusal.sentence, field="columns")
    return HttpResponseRedirect(_address(request, "roster_import"))


@require_POST
@_prepares
def groups(request: ProjectRequest) -> HttpResponse:
    """Merge the ticked groups, keep them out, or show them as the file has them: the button says which."""
    dimension, act = request.POST.get("dimension", ""), request.POST.get("act", "merge")
    into = one_line(request.POST.get("into", ""))
    chosen = request.POST.getlist("bucket")
    try:
        if act == "undo":
            rosters.unmerge_groups(conversation=request.conversation, dimension=dimension, by=request.staff)
        elif act == "merge" and not into:
            raise rosters.GroupsNotChosen
        else:
            rosters.merge_groups(
                conversation=request.conversation,
                dimension=dimension,
                buckets=chosen,
                into=into if act == "merge" else "",
                by=request.staff,
            )
    except rosters.GroupsNotChosen as refusal:
        return _import_page(request, problem=refusal.sentence, field=f"into-{dimension}", ticked=chosen)
    return HttpResponseRedirect(f"{_address(request, 'roster_import')}#groups")


@require_POST
@_prepares
def confirm(request: ProjectRequest) -> HttpResponse:
    try:
        rosters.take_in(conversation=request.conversation, by=request.staff, at=timezone.now())
    except rosters.NotReady as refusal:
        return _import_page(request, problem=refusal.sentence, field="troubles")
    return HttpResponseRedirect(_address(request, "roster_import"))


@require_POST
@_prepares
def discard(request: ProjectRequest) -> HttpResponse:
    rosters.discard_roster(conversation=request.conversation, by=request.staff)
    return HttpResponseRedirect(_address(request, "roster"))


@require_GET
@_prepares
def troubles(request: ProjectRequest) -> HttpResponse:
    found = roster_queries.import_of(request.conversation).report
    more = f"There are {number(found.more_troubles)} more." if found.more_troubles else ""
    return troubles_table(found, headings=["Row", "Column", "Reason"], more=more)


def _roster_page(request: ProjectRequest, problem: str = "") -> HttpResponse:
    context = {
        "standing": roster_queries.standing_of(request.conversation),
        "upload": roster_queries.upload_of(request.conversation),
        "problem": problem,
    }
    return render(request, "conversations/console/roster.html", context, status=422 if problem else 200)


def _import_page(
    request: ProjectRequest, problem: str = "", field: str = "", ticked: list[str] | None = None
) -> HttpResponse:
    found = roster_queries.import_of(request.conversation)
    context = {
        "found": found,
        "steps": Step,
        "meanings": {meaning.value: words for meaning, words in _MEANINGS.items()},
        "areas": roster_queries.areas_of(request.conversation),
        "shown": found.report.troubles[:_SHOWN_TROUBLES],
        "count": len(found.report.troubles) + found.report.more_troubles,
        "merged": {merge.dimension for merge in found.preview.reading.merges} if found.preview else set(),
        "problem": problem,
        "field": field,
        "ticked": ticked or [],
    }
    return render(
        request, "conversations/console/roster_import.html", context, status=422 if problem else 200
    )


def _address(request: ProjectRequest, name: str) -> str:
    return reverse(name, args=[request.client.pk, request.conversation.pk])
