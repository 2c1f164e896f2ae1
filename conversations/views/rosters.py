"""The pages of a roster, at the console and on the organisation's own side: they differ in words and frames alone."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise

from conversations.models import Conversation
from conversations.queries import rosters as roster_queries
from conversations.queries.rosters import Step
from conversations.services import rosters
from kernel.text import one_line
from privacy.vault.shapes import Meaning, Report
from tenants.permissions import ClientUser, Staff

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SHOWN_TROUBLES = 20


@dataclass(frozen=True, slots=True)
class Side:
    """
    Who brings a roster from where. `start` and `steps` are addresses: of the page with the file, and of the
    import; `templates` is the folder of its pages, `meanings` what a column can be chosen to hold, in words.
    """

    request: HttpRequest
    conversation: Conversation
    by: Staff | ClientUser
    start: str
    steps: str
    templates: str
    meanings: Mapping[Meaning, str | Promise]
    # The page with the file, with what stands in the way.
    start_page: Callable[[str], HttpResponse]


def upload(side: Side) -> HttpResponse:
    chosen = side.request.FILES.get("file")
    content = chosen.read() if isinstance(chosen, UploadedFile) else b""
    try:
        rosters.upload_roster(conversation=side.conversation, content=content, by=side.by, at=timezone.now())
    except rosters.FileMissing as refusal:
        return side.start_page(refusal.sentence)
    return HttpResponseRedirect(side.steps)


def bringing_in(side: Side) -> HttpResponse:
    """The step an import is at. Asked again by the page itself, it answers in fragments until that changes."""
    rosters.finish_import(conversation=side.conversation)
    found = roster_queries.import_of(side.conversation)
    if "HX-Request" in side.request.headers:
        if found.is_under_way:
            return render(side.request, f"{side.templates}/_roster_progress.html", {"found": found})
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _import_page(side)


def columns(side: Side) -> HttpResponse:
    try:
        rosters.choose_columns(
            conversation=side.conversation,
            columns=_chosen_columns(side.request),
            areas=_chosen_areas(side.request),
            by=side.by,
        )
    except rosters.ColumnsNotKnown as refusal:
        return _import_page(side, problem=refusal.sentence, field="columns")
    return HttpResponseRedirect(side.steps)


def groups(side: Side) -> HttpResponse:
    """Merge the ticked groups, keep them out, or show them as the file has them: the button says which."""
    asked = side.request.POST
    dimension, act, ticked = asked.get("dimension", ""), asked.get("act", "merge"), asked.getlist("bucket")
    try:
        _group(side, dimension, act, ticked, one_line(asked.get("into", "")))
    except rosters.GroupsNotChosen as refusal:
        return _import_page(side, problem=refusal.sentence, field=f"into-{dimension}", ticked=ticked)
    return HttpResponseRedirect(f"{side.steps}#groups")


def confirm(side: Side) -> HttpResponse:
    try:
        rosters.take_in(conversation=side.conversation, by=side.by, at=timezone.now())
    except rosters.NotReady as refusal:
        return _import_page(side, problem=refusal.sentence, field="troubles")
    return HttpResponseRedirect(side.steps)


def discard(side: Side) -> HttpResponse:
    rosters.discard_roster(conversation=side.conversation, by=side.by)
    return HttpResponseRedirect(side.start)


def _group(side: Side, dimension: str, act: str, ticked: list[str], into: str) -> None:
    if act == "undo":
        rosters.unmerge_groups(conversation=side.conversation, dimension=dimension, by=side.by)
        return
    if act == "merge" and not into:
        raise rosters.GroupsNotChosen
    called = into if act == "merge" else ""
    rosters.merge_groups(
        conversation=side.conversation, dimension=dimension, buckets=ticked, into=called, by=side.by
    )


def _import_page(
    side: Side, problem: str = "", field: str = "", ticked: list[str] | None = None
) -> HttpResponse:
    found = roster_queries.import_of(side.conversation)
    context = {
        "found": found,
        "steps": Step,
        "meanings": {meaning.value: words for meaning, words in side.meanings.items()},
        "areas": roster_queries.areas_of(side.conversation),
        "shown": found.report.troubles[:_SHOWN_TROUBLES],
        "count": len(found.report.troubles) + found.report.more_troubles,
        "merged": {merge.dimension for merge in found.preview.reading.merges} if found.preview else set(),
        "problem": problem,
        "field": field,
        "ticked": ticked or [],
    }
    status = 422 if problem else 200
    return render(side.request, f"{side.templates}/roster_import.html", context, status=status)


def _chosen_columns(request: HttpRequest) -> list[str]:
    """What was chosen for each column, in their order."""
    numbered = [
        (int(place), str(value))
        for name, value in request.POST.items()
        if (place := name.removeprefix("column-")) != name and place.isdecimal()
    ]
    return [value for _place, value in sorted(numbered)]


def _chosen_areas(request: HttpRequest) -> dict[str, str]:
    """Which area is meant by what the file says."""
    return {
        name.removeprefix("area-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("area-")
    }


def troubles_table(report: Report, *, headings: list[str], more: str) -> HttpResponse:
    """Rows, columns and reasons as a table that no spreadsheet takes for formulas. `more` is empty where that is all."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(headings)
    for trouble in report.troubles:
        table.writerow([trouble.row or "", _harmless(trouble.column), trouble.reason])
    if more:
        table.writerow(["", "", more])
    response = HttpResponse(f"\ufeff{written.getvalue()}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="to-put-right.csv"'
    return response


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
