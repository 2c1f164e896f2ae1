"""How far the reading has got, how far analysts agree, and what they differ about."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError, NotFound
from kernel.text import uuid_of
from reporting.coding.forms import uuids_of
from reporting.coding.queries import progress_of
from reporting.coding.queries.agreement import agreement_of
from reporting.coding.queries.frames import code_lines, frame_row
from reporting.coding.queries.settled import disputed, disputes, review_of, texts_of
from reporting.coding.services import frames, settling, suggesting
from reporting.coding.views.common import onwards, page_context
from tenants.models import Role
from tenants.queries.staff import names

_PAGE = 25


@require_GET
@in_project(Role.ANALYST)
def progress(request: ProjectRequest) -> HttpResponse:
    return _progress(request)


@require_POST
@in_project(Role.ANALYST)
def suggest(request: ProjectRequest) -> HttpResponse:
    """Suggestions are learned anew, in the background."""
    try:
        suggesting.ask(conversation=request.conversation, by=request.staff, at=timezone.now())
    except DomainError as refusal:
        return _progress(request, trouble=refusal.sentence, status=refusal.status)
    messages.success(request, "Suggestions are being learned. They stand beside unread posts in a minute.")
    return onwards(request, "coding_progress")


@require_GET
@in_project(Role.ANALYST)
def agreement(request: ProjectRequest) -> HttpResponse:
    is_open, settled, several = disputes(request.conversation)
    context = {
        "agreement": agreement_of(request.conversation),
        "frame": frame_row(request.conversation),
        "disputed": is_open,
        "settled": settled,
        "several": several,
    }
    return render(request, "coding/agreement.html", context)


@require_POST
@in_project(Role.ANALYST)
def blind(request: ProjectRequest) -> HttpResponse:
    """Blind coding ends, or begins again."""
    frames.set_blind(
        conversation=request.conversation,
        is_blind=request.POST.get("blind") == "yes",
        by=request.staff,
        at=timezone.now(),
    )
    return onwards(request, "coding_agreement")


@require_GET
@in_project(Role.ANALYST)
def disagreements(request: ProjectRequest) -> HttpResponse:
    after = uuid_of(request.GET.get("after"))
    found = disputed(request.conversation, after=after, most=_PAGE + 1)
    texts = texts_of(request.conversation, [post for post, _kind in found[:_PAGE]])
    context = {"texts": texts, "after": found[_PAGE - 1][0] if len(found) > _PAGE else None}
    return render(request, "coding/disagreements.html", context)


@in_project(Role.ANALYST)
def disagreement(request: ProjectRequest, post: UUID) -> HttpResponse:
    """What each gave, side by side; settling it leads to the next."""
    if request.method != "POST":
        return _disagreement(request, post)
    try:
        settling.settle(
            conversation=request.conversation,
            post=post,
            codes=frozenset(uuids_of(request.POST.getlist("code"))),
            by=request.staff,
            at=timezone.now(),
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return _disagreement(request, post, trouble=refusal.sentence, status=refusal.status)
    messages.success(request, "Settled.")
    rest = disputed(request.conversation, after=post, most=1) or disputed(
        request.conversation, after=None, most=1
    )
    if rest:
        return onwards(request, "coding_disagreement", rest[0][0])
    return onwards(request, "coding_disagreements")


def _progress(request: ProjectRequest, *, trouble: str = "", status: int = 200) -> HttpResponse:
    context = {
        "progress": progress_of(request.conversation),
        "frame": frame_row(request.conversation),
        "trouble": trouble,
    }
    return render(request, "coding/progress.html", context, status=status)


def _disagreement(
    request: ProjectRequest, post: UUID, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    frame = frame_row(request.conversation)
    found = review_of(request.conversation, post, is_blind=frame.is_blind)
    context = page_context(
        code_lines(request.conversation),
        review=found,
        ticked=found.settled if found.settled is not None else found.shared,
        names=names([*(reader.by for reader in found.readers), found.settled_by]),
        trouble=trouble,
    )
    return render(request, "coding/disagreement.html", context, status=status)
