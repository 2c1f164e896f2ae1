"""The forms of the acts on one post. What was typed stays in the form until the act was done."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone

from conversations.models import ActKind, Post
from conversations.models.act import MOST_CHARACTERS_OF_NOTE
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.queries import facilitated, queue
from conversations.queries.facilitated import Facilitated
from conversations.services.acts import Part
from conversations.services.queue import acting
from conversations.services.queue.acting import Intent
from conversations.staff import ProjectRequest, in_project
from conversations.views.console.panels import PANELS, Panel
from conversations.views.console.queue import show
from conversations.views.console.queue_frame import onwards
from kernel.errors import DomainError, NotFound
from kernel.text import uuid_of
from privacy.anonymity import Kind
from tenants.models import Role

_FEWEST_PARTS, _MOST_PARTS = 2, 10
_MOST_SOURCES = 50
_LONGEST_NUMBER = 10


@in_project(Role.FACILITATOR)
def act(request: ProjectRequest, post: UUID, act: str) -> HttpResponse:
    """The form of an act; posted, the act itself, and on to the next post."""
    panel = next((panel for panel in PANELS if panel.kind == act), None)
    shown = facilitated.post_at(request.conversation, post)
    if panel is None or (request.method != "POST" and not panel.is_for(shown)):
        raise NotFound
    typed = _typed(request, shown, panel)
    if request.method != "POST" or "preview" in request.POST or "more" in request.POST:
        return show(request, post, panel=panel, typed=typed)
    try:
        made = acting.perform(
            conversation=request.conversation,
            post=Post(Kind(shown.kind), post, typed["seen"]),
            intent=_intent(panel.kind, typed),
            by=request.staff,
            at=timezone.now(),
        )
    except DomainError as refusal:
        return show(request, post, refusal=refusal, panel=panel, typed=typed)
    return HttpResponseRedirect(onwards(request, post, did=panel.kind, acts=[made.pk]))


def _typed(request: ProjectRequest, post: Facilitated, panel: Panel) -> dict[str, Any]:
    """What stands in the form: what was typed, or what it starts with."""
    given, is_sent = request.POST, request.method == "POST"
    seen = given.get("seen", "")
    return {
        "seen": int(seen) if seen.isdecimal() and len(seen) < _LONGEST_NUMBER else post.version,
        "rule": given.get("rule", panel.rules[0].value if len(panel.rules) == 1 else ""),
        "note": given.get("note", "") if is_sent else _saved_reply(request),
        "text": given.get("text", post.text),
        "words": given.get("words", "") if is_sent else _words_to_mask(post),
        "stream": uuid_of(given.get("stream", "")),
        "parts": _parts(request, post),
        "sources": _sources(request),
        "replies": queue.saved_replies(),
        "candidates": _candidates(request, post, panel),
        "find": given.get("find", request.GET.get("find", "")),
        "is_preview": "preview" in given,
        "most": MOST_CHARACTERS_OF_IDEA,
        "most_note": MOST_CHARACTERS_OF_NOTE,
        "most_parts": _MOST_PARTS,
    }


def _intent(kind: ActKind, typed: dict[str, Any]) -> Intent:
    parts = [
        Part(text=part["text"], stream=part["stream"]) for part in typed["parts"] if part["text"].strip()
    ]
    return Intent(
        kind=kind,
        rule=typed["rule"],
        note=typed["note"],
        text=typed["text"],
        words=[line for line in typed["words"].splitlines() if line.strip()],
        stream=typed["stream"],
        parts=parts if kind is ActKind.SPLIT else [],
        sources=[Post(Kind.IDEA, idea, seen) for idea, seen in typed["sources"].items()]
        if kind is ActKind.MERGE
        else [],
    )


def _saved_reply(request: ProjectRequest) -> str:
    """Without a script a saved reply comes into the note by its address."""
    wanted = uuid_of(request.GET.get("reply", ""))
    return next((reply.text for reply in queue.saved_replies() if reply.pk == wanted), "")


def _words_to_mask(post: Facilitated) -> str:
    """What the hints found that may point to somebody, one in each line."""
    return "\n".join(dict.fromkeys(hint.words for hint in post.hints if hint.kind != "abuse"))


def _parts(request: ProjectRequest, post: Facilitated) -> list[dict[str, Any]]:
    """As many parts as were sent, and one more where that was asked for. They start with the text's paragraphs."""
    given = request.POST
    if "part" in given:
        streams = given.getlist("part_stream")
        texts = given.getlist("part")[:_MOST_PARTS]
        parts = [
            {"text": text, "stream": uuid_of(streams[n]) if n < len(streams) else post.stream}
            for n, text in enumerate(texts)
        ]
        wanted = len(parts) + ("more" in given)
    else:
        pieces = [piece for piece in post.text.split("\n") if piece.strip()][:_MOST_PARTS]
        parts = [{"text": piece, "stream": post.stream} for piece in pieces]
        wanted = _FEWEST_PARTS
    parts += [{"text": "", "stream": post.stream}] * (min(wanted, _MOST_PARTS) - len(parts))
    return [{**part, "stream": part["stream"] or post.stream} for part in parts]


def _candidates(request: ProjectRequest, post: Facilitated, panel: Panel) -> list[facilitated.AlikePost]:
    """Ideas to merge into this one: those that are alike, or those with the words looked for; ticked ones stay."""
    if panel.kind is not ActKind.MERGE:
        return []
    words = request.POST.get("find", request.GET.get("find", ""))
    found = facilitated.to_merge(request.conversation, post, words=words)
    ticked = _sources(request).keys() - {line.id for line in found}
    return [*facilitated.lines(request.conversation, ticked), *found] if ticked else found


def _sources(request: ProjectRequest) -> dict[UUID, int]:
    """What was ticked for merging, each with the version that stood on the page."""
    found = {}
    for ticked in request.POST.getlist("source")[:_MOST_SOURCES]:
        idea, _mark, seen = ticked.partition("~")
        known = uuid_of(idea)
        if known is not None and seen.isdecimal() and len(seen) < _LONGEST_NUMBER:
            found[known] = int(seen)
    return found
