"""The frame editor: the tree, one code with everything that can be done to it, versions and history."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError, NotFound
from kernel.text import uuid_of
from reporting.coding.forms import number_of
from reporting.coding.queries import codes_of
from reporting.coding.queries.frames import (
    PAGE,
    changes_of,
    code_at,
    code_lines,
    examples_of,
    frame_row,
    nested,
    retired_codes,
    version_at,
    versions_of,
)
from reporting.coding.services import examples, frames, recasting
from reporting.coding.services.frames import Wording
from reporting.coding.views.common import onwards, page_context
from tenants.models import Role
from tenants.queries.staff import names


@in_project(Role.ANALYST)
def tree(request: ProjectRequest) -> HttpResponse:
    """The frame; a new code is added here."""
    if request.method != "POST":
        return _tree(request)
    try:
        frames.add_code(
            conversation=request.conversation,
            parent=uuid_of(request.POST.get("parent")),
            wording=_wording(request),
            by=request.staff,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _tree(request, trouble=refusal.sentence, field="name", status=refusal.status)
    messages.success(request, "Added.")
    return onwards(request, "coding_frame")


@require_POST
@in_project(Role.ANALYST)
def publish(request: ProjectRequest) -> HttpResponse:
    try:
        made = frames.publish_version(
            conversation=request.conversation,
            note=request.POST.get("note", ""),
            by=request.staff,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return _tree(request, trouble=refusal.sentence, field="note", status=refusal.status)
    messages.success(request, f"Version {made.number} is published.")
    return onwards(request, "coding_frame")


@require_GET
@in_project(Role.ANALYST)
def version(request: ProjectRequest, number: int) -> HttpResponse:
    found = version_at(request.conversation, number)
    return render(request, "coding/version.html", {"version": found, "names": names([found.by])})


@require_GET
@in_project(Role.ANALYST)
def history(request: ProjectRequest) -> HttpResponse:
    before = number_of(request.GET.get("before"))
    steps = changes_of(request.conversation, before=before if before >= 0 else None)
    context = {
        "changes": steps[:PAGE],
        "before": steps[PAGE - 1].number if len(steps) > PAGE else None,
        "names": names(step.by for step in steps),
    }
    return render(request, "coding/history.html", context)


@in_project(Role.ANALYST)
def code(request: ProjectRequest, code: UUID) -> HttpResponse:
    """One code. What is done to it is named by the button that was pressed."""
    if request.method != "POST":
        return _code(request, code)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound
    try:
        goes_to = act(request, code, timezone.now())
    except NotFound:
        raise
    except DomainError as refusal:
        return _code(request, code, trouble=refusal.sentence, status=refusal.status)
    return onwards(request, "coding_code", goes_to)


def _describe(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    made = frames.describe_code(
        conversation=request.conversation, code=code, wording=_wording(request), by=request.staff, at=at
    )
    asked = request.POST.get("colour", "").lower()
    if asked and made.colour != asked:
        words = f"Kept. {asked} could hardly be seen on the page, so {made.colour} is used instead."
        messages.success(request, words)
    else:
        messages.success(request, "Kept.")
    return code


def _move(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    frames.move_code(
        conversation=request.conversation,
        code=code,
        parent=uuid_of(request.POST.get("parent")),
        place=max(0, number_of(request.POST.get("place")) - 1),
        by=request.staff,
        at=at,
    )
    messages.success(request, "Moved.")
    return code


def _merge(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    target = uuid_of(request.POST.get("target"))
    if target is None:
        raise recasting.NothingToMerge
    stays, count = recasting.merge_codes(
        conversation=request.conversation, source=code, target=target, by=request.staff, at=at
    )
    messages.success(request, f"Merged. {count:,} codes given were pointed to this one.")
    return stays.pk


def _split(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    parts = recasting.split_code(
        conversation=request.conversation,
        code=code,
        names=request.POST.get("names", "").splitlines(),
        given_to=0,
        by=request.staff,
        at=at,
    )
    messages.success(request, "Split. What it was given for waits under Look again for whoever coded it.")
    return parts[0].pk


def _retire(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    recasting.retire_code(conversation=request.conversation, code=code, by=request.staff, at=at)
    messages.success(request, "Retired. What it was given for stays noted.")
    return code


def _restore(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    recasting.restore_code(conversation=request.conversation, code=code, by=request.staff, at=at)
    messages.success(request, "Taken up again.")
    return code


def _add_example(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    words = request.POST.get("words", "")
    examples.write_example(conversation=request.conversation, code=code, words=words, by=request.staff, at=at)
    return code


def _drop_example(request: ProjectRequest, code: UUID, at: datetime) -> UUID:
    example = uuid_of(request.POST.get("example"))
    if example is None:
        raise NotFound
    examples.take_away_example(
        conversation=request.conversation, code=code, example=example, by=request.staff, at=at
    )
    return code


_ACTS = {
    "describe": _describe,
    "move": _move,
    "merge": _merge,
    "split": _split,
    "retire": _retire,
    "restore": _restore,
    "add-example": _add_example,
    "drop-example": _drop_example,
}


def _wording(request: ProjectRequest) -> Wording:
    sent = request.POST
    return Wording(
        sent.get("name", ""), sent.get("definition", ""), sent.get("colour", ""), sent.get("memo", "")
    )


def _tree(request: ProjectRequest, *, trouble: str = "", field: str = "", status: int = 200) -> HttpResponse:
    lines = code_lines(request.conversation)
    counted = Counter(code for held in codes_of(request.conversation).values() for code in held)
    versions = versions_of(request.conversation)
    context = page_context(
        lines,
        tree=nested(lines),
        counted=counted,
        frame=frame_row(request.conversation),
        versions=versions,
        retired=retired_codes(request.conversation),
        names=names(version.by for version in versions),
        trouble=trouble,
        field=field,
        typed=request.POST,
    )
    return render(request, "coding/frame.html", context, status=status)


def _code(request: ProjectRequest, code: UUID, *, trouble: str = "", status: int = 200) -> HttpResponse:
    found = code_at(request.conversation, code)
    lines = code_lines(request.conversation)
    steps = changes_of(request.conversation, code=code)
    here = next((line for line in lines if line.id == code), None)
    beside = [line for line in lines if here and line.path[:-1] == here.path[:-1]]
    context = page_context(
        lines,
        code=found,
        line=here,
        place=beside.index(here) + 1 if here else 0,
        beside=len(beside),
        quotes=examples_of(found),
        changes=steps[:PAGE],
        names=names(step.by for step in steps),
        trouble=trouble,
        typed=request.POST,
    )
    return render(request, "coding/code.html", context, status=status)
