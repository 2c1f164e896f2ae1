"""The coding desk: a list of what waits on the left, one contribution of it and the codes on the right."""

from itertools import pairwise
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from markupsafe import Markup, escape

from conversations.queries import facilitated
from conversations.staff import ProjectRequest, in_project
from kernel.errors import DomainError, NotFound
from kernel.text import uuid_of
from reporting.coding.forms import filters_of, given_of, number_of
from reporting.coding.queries import desk
from reporting.coding.queries.desk import DeskPost, Place, Show
from reporting.coding.queries.frames import code_lines, frame_row
from reporting.coding.services import examples, given
from reporting.coding.services.given import Given, Passage
from reporting.coding.views.common import onwards, page_context, today
from tenants.models import Role

_KEPT = ("show", "stream", "area", "kind")
# Letters that move, undo and the like are not given to codes.
_KEYS = "123456789abcdefghilmopqstvwxyz"
_LISTS = {
    Show.NEW: "Unread",
    Show.SECOND: "Second reading",
    Show.CHANGED: "Look again",
    Show.MINE: "Read by you",
}


@require_GET
@in_project(Role.ANALYST)
def listed(request: ProjectRequest) -> HttpResponse:
    return render(request, "coding/desk.html", {**_frame(request), "post": None})


@in_project(Role.ANALYST)
def post(request: ProjectRequest, post: UUID) -> HttpResponse:
    """One contribution; sent back with its codes it is kept, and the next one comes."""
    shown = desk.post_at(request.conversation, post, by=request.staff.id)
    if request.method != "POST":
        return _page(request, shown)
    try:
        wanted = Given() if "nothing" in request.POST else given_of(request.POST, shown.text)
        given.code_post(
            conversation=request.conversation,
            post=post,
            seen=number_of(request.POST.get("seen")),
            given=wanted,
            by=request.staff,
            at=timezone.now(),
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(request, shown, trouble=refusal.sentence, status=refusal.status)
    found = desk.next_after(request.conversation, filters_of(request.GET), post, by=request.staff.id)
    query = _kept(request, done=str(post))
    if found is None:
        return onwards(request, "coding_desk", query=query)
    return onwards(request, "coding_post", found[0], query=query)


@require_POST
@in_project(Role.ANALYST)
def undo(request: ProjectRequest, post: UUID) -> HttpResponse:
    """Put back what stood here before, and show it."""
    try:
        given.take_back(conversation=request.conversation, post=post, by=request.staff, at=timezone.now())
    except given.NothingToUndo as refusal:
        shown = desk.post_at(request.conversation, post, by=request.staff.id)
        return _page(request, shown, trouble=refusal.sentence, status=refusal.status)
    messages.success(request, "Taken back. This is how it was before.")
    return onwards(request, "coding_post", post, query=_kept(request))


@require_POST
@in_project(Role.ANALYST)
def quote(request: ProjectRequest, post: UUID) -> HttpResponse:
    """Words of this contribution become an example of a code."""
    shown = desk.post_at(request.conversation, post, by=request.staff.id)
    code = uuid_of(request.POST.get("passage_code"))
    words = request.POST.get("passage", "").replace("\r\n", "\n")
    try:
        if code is None:
            raise examples.ExampleNotUsable
        found = given.passage_of(shown.text, words, code)
        examples.quote_example(
            conversation=request.conversation,
            post=post,
            seen=number_of(request.POST.get("seen")),
            passage=Passage(code, found.start, found.end),
            by=request.staff,
            at=timezone.now(),
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return _page(request, shown, trouble=refusal.sentence, status=refusal.status)
    messages.success(request, "Kept as an example of the code.")
    return onwards(request, "coding_post", post, query=_kept(request))


def _frame(request: ProjectRequest) -> dict[str, Any]:
    """The list with its filters."""
    filters = filters_of(request.GET)
    after = uuid_of(request.GET.get("after"))
    lines, more = desk.page_of(request.conversation, filters, by=request.staff.id, after=after)
    counted = desk.counts(request.conversation, by=request.staff.id)
    return page_context(
        code_lines(request.conversation),
        page=lines,
        after=more,
        filters=filters,
        lists=[(show, words, counted[show]) for show, words in _LISTS.items()],
        streams=facilitated.streams(request.conversation),
        areas=facilitated.areas(request.conversation),
        keep=_kept(request),
        done=uuid_of(request.GET.get("done")),
        today=today(request),
    )


def _page(request: ProjectRequest, shown: DeskPost, *, trouble: str = "", status: int = 200) -> HttpResponse:
    context = _frame(request)
    is_blind = frame_row(request.conversation).is_blind
    hints = desk.hints_for(request.conversation, shown, by=request.staff.id, is_blind=is_blind)
    has_typed = request.method == "POST" and "code" in request.POST
    ticked = set(map(uuid_of, request.POST.getlist("code"))) if has_typed else shown.codes
    context |= {
        "post": shown,
        "marked": marked(shown.text, shown.places),
        "hints": [hint for hint in hints if hint.code in context["codes"]],
        "ticked": ticked,
        "typed": request.POST,
        "keys": dict(zip((line.id for line in context["lines"]), _KEYS, strict=False)),
        "trouble": trouble,
    }
    return render(request, "coding/desk.html", context, status=status)


def marked(text: str, places: list[Place]) -> Markup:
    """People's text, escaped piece by piece, with what was coded in it marked."""
    held = [(place.start, place.end) for place in places if not place.is_stale]
    edges = sorted({0, len(text), *(edge for pair in held for edge in pair if edge <= len(text))})
    pieces = []
    for start, end in pairwise(edges):
        piece = escape(text[start:end])
        is_coded = any(first <= start and end <= last for first, last in held)
        pieces.append(Markup("<mark>{}</mark>").format(piece) if is_coded else piece)
    return Markup("").join(pieces)


def _kept(request: ProjectRequest, **more: str) -> str:
    """The filters, as they go along from page to page."""
    kept = {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
    return f"?{urlencode({**kept, **more})}" if kept or more else ""
