"""Bringing people in from the organisation's side: a file, what it would bring, and taking it in. It shows no address."""

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from conversations.queries import rosters as roster_queries
from conversations.queries.rosters import Step
from conversations.services import rosters
from conversations.views.rosters import chosen_areas, chosen_columns, troubles_table
from kernel.languages import number
from kernel.text import one_line
from privacy.vault.shapes import Meaning
from reporting.portal.views.door import ConversationRequest, about_conversation

# What a column can be chosen to hold, in words.
_MEANINGS = {
    Meaning.EMAIL: gettext_lazy("E-mail address"),
    Meaning.PHONE: gettext_lazy("Telephone number"),
    Meaning.REFERENCE: gettext_lazy("Their own number (to find them again)"),
    Meaning.AREA: gettext_lazy("Area"),
    Meaning.BY_TEXT: gettext_lazy("Agreed to text messages (yes or no)"),
    Meaning.DIMENSION: gettext_lazy("Group, such as team or grade"),
    Meaning.NOTHING: gettext_lazy("Leave out"),
}
_SHOWN_TROUBLES = 20


@require_GET
@about_conversation
def roster(request: ConversationRequest) -> HttpResponse:
    return _roster_page(request)


@require_POST
@about_conversation
def upload(request: ConversationRequest) -> HttpResponse:
    chosen = request.FILES.get("file")
    content = chosen.read() if isinstance(chosen, UploadedFile) else b""
    try:
        rosters.upload_roster(
            conversation=request.conversation, content=content, by=request.client_user, at=timezone.now()
        )
    except rosters.FileMissing as refusal:
        return _roster_page(request, problem=refusal.sentence)
    return HttpResponseRedirect(_address(request, "portal_import"))


@require_GET
@about_conversation
def bringing_in(request: ConversationRequest) -> HttpResponse:
    """The step an import is at. Asked again by the page itself, it answers in fragments until that changes."""
    rosters.finish_import(conversation=request.conversation)
    found = roster_queries.import_of(request.conversation)
    if "HX-Request" in request.headers:
        if found.is_under_way:
            return render(request, "portal/_roster_progress.html", {"found": found})
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _import_page(request)


@require_POST
@about_conversation
def columns(request: ConversationRequest) -> HttpResponse:
    try:
        rosters.choose_columns(
            conversation=request.conversation,
            columns=chosen_columns(request),
            areas=chosen_areas(request),
            by=request.client_user,
        )
    except rosters.ColumnsNotKnown as refusal:
        return _import_page(request, problem=refusal.sentence, field="columns")
    return HttpResponseRedirect(_address(request, "portal_import"))


@require_POST
@about_conversation
def groups(request: ConversationRequest) -> HttpResponse:
    """Merge the ticked groups, keep them out, or show them as the file has them: the button says which."""
    dimension, act = request.POST.get("dimension", ""), request.POST.get("act", "merge")
    into, ticked = one_line(request.POST.get("into", "")), request.POST.getlist("bucket")
    by, conversation = request.client_user, request.conversation
    try:
        if act == "undo":
            rosters.unmerge_groups(conversation=conversation, dimension=dimension, by=by)
        elif act == "merge" and not into:
            raise rosters.GroupsNotChosen
        else:
            called = into if act == "merge" else ""
            rosters.merge_groups(
                conversation=conversation, dimension=dimension, buckets=ticked, into=called, by=by
            )
    except rosters.GroupsNotChosen as refusal:
        return _import_page(request, problem=refusal.sentence, field=f"into-{dimension}", ticked=ticked)
    return HttpResponseRedirect(f"{_address(request, 'portal_import')}#groups")


@require_POST
@about_conversation
def confirm(request: ConversationRequest) -> HttpResponse:
    try:
        rosters.take_in(conversation=request.conversation, by=request.client_user, at=timezone.now())
    except rosters.NotReady as refusal:
        return _import_page(request, problem=refusal.sentence, field="troubles")
    return HttpResponseRedirect(_address(request, "portal_import"))


@require_POST
@about_conversation
def discard(request: ConversationRequest) -> HttpResponse:
    rosters.discard_roster(conversation=request.conversation, by=request.client_user)
    return HttpResponseRedirect(_address(request, "portal_roster"))


@require_GET
@about_conversation
def troubles(request: ConversationRequest) -> HttpResponse:
    found = roster_queries.import_of(request.conversation).report
    left = found.more_troubles
    more = _("There are %(count)s more.") % {"count": number(left)} if left else ""
    return troubles_table(found, headings=[_("Row"), _("Column"), _("What to put right")], more=more)


def _roster_page(request: ConversationRequest, problem: str = "") -> HttpResponse:
    upload = roster_queries.upload_of(request.conversation)
    context = {
        "standing": roster_queries.population_standing(request.conversation),
        "upload": upload if upload and not upload.is_done else None,
        "has_closed": request.conversation.has_closed(at=timezone.now()),
        "problem": problem,
    }
    return render(request, "portal/roster.html", context, status=422 if problem else 200)


def _import_page(
    request: ConversationRequest, problem: str = "", field: str = "", ticked: list[str] | None = None
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
    return render(request, "portal/roster_import.html", context, status=422 if problem else 200)


def _address(request: ConversationRequest, name: str) -> str:
    return reverse(name, args=[request.conversation.slug])
