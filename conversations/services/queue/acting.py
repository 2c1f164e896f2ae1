"""
An act on a contribution, done from the queue: the act, and the items it settles, in one transaction.

An act that is refused refuses all of it, and nothing that was typed is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.models import Act, ActKind, Conversation, Post, QueueItem
from conversations.services import acts
from conversations.services.acts import Part
from conversations.services.queue import claims, finishing
from conversations.services.queue.finishing import MOST_AT_ONCE
from kernel.errors import DomainError, NotFound
from privacy.anonymity import Kind
from tenants.models import Role
from tenants.permissions import Staff, require_role


class StreamMissing(DomainError):
    code = "stream_missing"
    status = 422
    message = "Choose the question it belongs to."


class WordsToMaskMissing(DomainError):
    code = "words_to_mask_missing"
    status = 422
    message = "Say which words are to be masked, one piece in each line, as they stand in the text."


class NothingToMerge(DomainError):
    code = "nothing_to_merge"
    status = 422
    message = "Tick at least one idea that says the same."


@dataclass(frozen=True, slots=True)
class Intent:
    """What a facilitator wants to do, as a form says it. Each act reads what it needs."""

    kind: ActKind
    rule: str
    note: str = ""
    text: str = ""
    words: list[str] = field(default_factory=list)
    stream: UUID | None = None
    parts: list[Part] = field(default_factory=list)
    sources: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Several:
    """What became of an act on several posts. `left` were held by others, or refused it."""

    acts: list[UUID]
    left: int


def perform(*, conversation: Conversation, post: Post, intent: Intent, by: Staff, at: datetime) -> Act:
    """
    Do what is intended and settle the items it is about.

    Raises ClaimedByAnother, NotFound, StreamMissing, WordsToMaskMissing, NothingToMerge, and what the act raises.
    """
    require_role(by, Role.FACILITATOR)
    claims.require_free(conversation, post.id, by=by, at=at)
    with transaction.atomic():
        # Items are locked last, after everything that the act locks.
        done = _PERFORM[intent.kind](
            intent, conversation=conversation, post=post, by=by, rule=intent.rule, note=intent.note, at=at
        )
        finishing.finish(conversation=conversation, item=post.id, by=by, at=at)
        finishing.finish_several(conversation=conversation, items=intent.sources, by=by, at=at)
    return done


def hide_several(
    *, conversation: Conversation, items: list[UUID], rule: str, note: str, by: Staff, at: datetime
) -> Several:
    """
    Hide up to 200 posts for one reason, each in a transaction of its own.

    What somebody else works on, or what is hidden already, is left. Raises what a rule is refused with.
    """
    require_role(by, Role.FACILITATOR)
    done: list[UUID] = []
    posts = _posts(conversation, items)
    for post in posts:
        try:
            intent = Intent(kind=ActKind.HIDE, rule=rule, note=note)
            done.append(perform(conversation=conversation, post=post, intent=intent, by=by, at=at).pk)
        except DomainError as refusal:
            if refusal.status == _ABOUT_THE_FORM:
                raise
    return Several(acts=done, left=len(posts) - len(done))


def undo(*, conversation: Conversation, done: list[UUID], by: Staff, at: datetime) -> list[UUID]:
    """
    Take acts back, each in a transaction of its own, and open their items again; returns the posts they were about.

    Raises NotFound for an act of another conversation, and what `undo_act` raises.
    """
    require_role(by, Role.FACILITATOR)
    found = {act.pk: act for act in Act.objects.filter(pk__in=done[:MOST_AT_ONCE], conversation=conversation)}
    if not found or found.keys() != set(done):
        raise NotFound
    posts = []
    for act in found.values():
        post = Post(Kind.COMMENT, act.comment_id) if act.comment_id else Post(Kind.IDEA, _idea_of(act))
        with transaction.atomic():
            acts.undo_act(conversation=conversation, act=act.pk, by=by, at=at)
            finishing.reopen(conversation=conversation, items=[post.id], by=by)
        posts.append(post.id)
    return posts


def post_of(conversation: Conversation, item: UUID, *, seen: int | None = None) -> Post:
    """Raises NotFound."""
    found = _posts(conversation, [item])
    if not found:
        raise NotFound
    return Post(found[0].kind, item, seen)


_ABOUT_THE_FORM = 422


def _posts(conversation: Conversation, items: list[UUID]) -> list[Post]:
    """In the order of their ids, as everything that locks several does."""
    found = QueueItem.objects.filter(pk__in=items[:MOST_AT_ONCE], conversation=conversation).order_by("pk")
    return [Post(Kind(kind), item) for item, kind in found.values_list("pk", "kind")]


def _idea_of(act: Act) -> UUID:
    assert act.idea_id is not None  # noqa: S101  (a constraint: an act is about an idea or a comment)
    return act.idea_id


def _edit(intent: Intent, **common: Any) -> Act:  # noqa: ANN401  (handed on as it is)
    return acts.edit_post(text=intent.text, **common)


def _mask(intent: Intent, **common: Any) -> Act:  # noqa: ANN401
    words = [line.strip() for line in intent.words if line.strip()]
    if not words:
        raise WordsToMaskMissing
    return acts.mask_post(words=words, **common)


def _move(intent: Intent, **common: Any) -> Act:  # noqa: ANN401
    if intent.stream is None:
        raise StreamMissing
    return acts.move_idea(stream=intent.stream, **common)


def _split(intent: Intent, **common: Any) -> Act:  # noqa: ANN401
    return acts.split_idea(parts=intent.parts, **common)


def _merge(intent: Intent, *, post: Post, **common: Any) -> Act:  # noqa: ANN401
    if not intent.sources:
        raise NothingToMerge
    return acts.merge_ideas(idea=post, sources=intent.sources, text=intent.text, **common)


_PERFORM: dict[ActKind, Callable[..., Act]] = {
    ActKind.EDIT: _edit,
    ActKind.MASK: _mask,
    ActKind.HIDE: lambda _intent, **common: acts.hide_post(**common),
    ActKind.REMOVE: lambda _intent, **common: acts.remove_post(**common),
    ActKind.RESTORE: lambda _intent, **common: acts.restore_post(**common),
    ActKind.MOVE: _move,
    ActKind.SPLIT: _split,
    ActKind.MERGE: _merge,
}
