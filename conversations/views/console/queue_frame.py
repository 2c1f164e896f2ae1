"""What every page of the queue shows: the list on the left, the post on the right."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from markupsafe import Markup, escape

from conversations.models import Lane, Post, Reason
from conversations.queries import facilitated, queue
from conversations.queries.acts import acts_on
from conversations.queries.facilitated import Hint
from conversations.queries.queue import Filters
from conversations.services.queue import claims, filling
from conversations.services.queue.finishing import MOST_AT_ONCE
from conversations.staff import ProjectRequest
from conversations.views.console.panels import HIDING, buttons_for
from kernel.errors import DomainError
from kernel.text import uuid_of
from privacy.anonymity import Kind
from tenants.queries.staff import names

_LANES = {lane.label.lower(): lane for lane in Lane}
_KEPT = ("lane", "stream", "area", "kind", "q")
_MOST_TYPED = 200


@dataclass(frozen=True, slots=True)
class Undoable:
    """What was done last, for the bar that takes it back."""

    did: str
    acts: list[str]
    items: list[str]
    left: str


def frame(request: ProjectRequest) -> dict[str, Any]:
    """The list with its lanes and filters. What came since the queue was filled last is put into it first."""
    filling.fill_missing(conversation=request.conversation)
    filters, now = filters_of(request), timezone.now()
    page = queue.page_of(
        request.conversation, filters, after=request.GET.get("after"), by=request.staff.id, at=now
    )
    return {
        "lanes": _lanes(request, filters),
        "filters": filters,
        "page": page,
        "holders": names(line.held_by for line in page.rows),
        "streams": facilitated.streams(request.conversation),
        "areas": facilitated.areas(request.conversation),
        "keep": kept(request),
        "undoable": _undoable(request),
        "today": now.astimezone(request.conversation.zone).date(),
        "hiding": HIDING,
        "ticked": [],
        "typed_rule": "",
        "typed_note": "",
        "post": None,
        "panel": None,
        "trouble": None,
    }


def opened(request: ProjectRequest, post: UUID) -> dict[str, Any]:
    """The post on the right. Raises NotFound."""
    now = timezone.now()
    shown = facilitated.post_at(request.conversation, post)
    history = acts_on(request.conversation, Post(Kind(shown.kind), shown.id))
    return {
        "post": shown,
        "marked": highlighted(shown.text, shown.hints),
        "report_reasons": dict(Reason.choices),
        "reports": facilitated.reports_of(post),
        "around": facilitated.around(shown),
        "thread": facilitated.thread_of(post, at=now),
        "history": history,
        "parts": facilitated.parts_of(post),
        "alike": facilitated.alike(request.conversation, shown.alike) if shown.alike else [],
        "buttons": buttons_for(shown),
        "is_mine": shown.is_claimed_by(request.staff.id, at=now),
        "is_held": shown.is_held_from(request.staff.id, at=now),
        "names": names([shown.claimed_by, shown.handled_by, *(act.by for act in history)]),
        "today": now.astimezone(request.conversation.zone).date(),
        "keep": kept(request),
        "panel": None,
        "trouble": None,
    }


def filters_of(request: HttpRequest) -> Filters:
    """What an address asks for. What it says that is not ours is left out."""
    asked = request.GET
    kind = asked.get("kind", "")
    return Filters(
        lane=_LANES.get(asked.get("lane", "")),
        is_done=asked.get("lane") == "done",
        stream=uuid_of(asked.get("stream", "")),
        area=uuid_of(asked.get("area", "")),
        kind=kind if kind in {"idea", "comment"} else "",
        words=asked.get("q", "")[:_MOST_TYPED],
    )


def kept(request: HttpRequest, **others: str) -> str:
    """The filters as they go along from page to page, ready to stand in an address."""
    asked = {name: request.GET[name][:_MOST_TYPED] for name in _KEPT if request.GET.get(name)} | others
    filled = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(filled)}" if filled else ""


def onwards(
    request: ProjectRequest, item: UUID, *, did: str, acts: Iterable[UUID] = (), items: Iterable[UUID] = ()
) -> str:
    """Where to go after something was done: to the next post of the list, with the bar that takes it back."""
    by, now = request.staff.id, timezone.now()
    following = queue.next_after(request.conversation, filters_of(request), item, by=by, at=now)
    return f"{_place(request, following)}{done_query(request, did=did, acts=acts, items=items)}"


def done_query(
    request: HttpRequest, *, did: str, acts: Iterable[UUID] = (), items: Iterable[UUID] = (), left: int = 0
) -> str:
    asked = [(name, request.GET[name][:_MOST_TYPED]) for name in _KEPT if request.GET.get(name)]
    asked += [("did", did), *(("act", str(act)) for act in acts), *(("item", str(item)) for item in items)]
    return f"?{urlencode([*asked, *([('left', str(left))] if left else [])])}"


def _place(request: ProjectRequest, post: UUID | None) -> str:
    where: list[Any] = [request.client.pk, request.conversation.pk]
    return (
        reverse("console_queue", args=where) if post is None else reverse("console_post", args=[*where, post])
    )


def with_name(refusal: DomainError) -> DomainError:
    """A refusal because of a colleague says who that is."""
    if isinstance(refusal, claims.ClaimedByAnother):
        found = names([refusal.holder]).get(refusal.holder)
        return refusal.named(found) if found else refusal
    return refusal


def uuids_of(typed: Iterable[str]) -> list[UUID]:
    found = (uuid_of(one) for one in typed)
    return [one for one in found if one is not None][:MOST_AT_ONCE]


def highlighted(text: str, hints: list[Hint]) -> Markup:
    """People's text, escaped piece by piece, with what the hints are about marked."""
    wanted = sorted({hint.words for hint in hints if hint.words}, key=len, reverse=True)
    if not wanted:
        return escape(text)
    rule = re.compile("|".join(r"\s+".join(map(re.escape, words.split())) for words in wanted), re.IGNORECASE)
    html, end = Markup(""), 0
    for match in rule.finditer(text):
        html += escape(text[end : match.start()]) + Markup("<mark>%s</mark>") % match[0]
        end = match.end()
    return html + escape(text[end:])


def _lanes(request: ProjectRequest, filters: Filters) -> list[dict[str, Any]]:
    counted = queue.counts(request.conversation)
    lanes: list[tuple[str, str, int | None]] = [("", "All open", None)]
    lanes += [(lane.label.lower(), lane.label, counted[lane]) for lane in Lane]
    lanes.append(("done", "Done", None))
    here = "done" if filters.is_done else filters.lane.label.lower() if filters.lane else ""
    return [
        {"words": words, "count": count, "is_here": code == here, "query": _lane_query(request, code)}
        for code, words, count in lanes
    ]


def _lane_query(request: HttpRequest, code: str) -> str:
    return kept(request, lane=code)


def _undoable(request: HttpRequest) -> Undoable | None:
    asked = request.GET
    did = asked.get("did", "")
    if not did:
        return None
    acts = [str(act) for act in uuids_of(asked.getlist("act"))]
    items = [str(item) for item in uuids_of(asked.getlist("item"))]
    left = asked.get("left", "")
    return Undoable(did=did[:10], acts=acts, items=items, left=left if left.isdecimal() else "")
