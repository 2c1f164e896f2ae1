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

from conversations.models import Act, ActKind, Conversation, Post
from conversations.services import acts
from conversations.services.acts import Merge, Part
from conversations.services.queue import claims, finishing
from conversations.services.queue.finishing import MOST_AT_ONCE
from kernel.database import rows
from kernel.errors import DomainError, NotFound
from privacy.anonymity import Kind
from tenants.models import Role
from tenants.permissions import Staff, require_role


class StreamMissing(DomainError):
    code = "stream_missing"
    status = 422
    message = "Choose the question it belongs to."


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
    sources: list[Post] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Several:
    """What became of an act on several posts. `left` were held by others, or refused it."""

    acts: list[UUID]
    left: int


def perform(*, conversation: Conversation, post: Post, intent: Intent, by: Staff, at: datetime) -> Act:
    """
    Do what is intended and settle the items it is about.

    Raises ClaimedByAnother, NotFound, StreamMissing, and what the act raises.
    """
    require_role(by, Role.FACILITATOR)
    claims.require_free(conversation, post.id, by=by, at=at)
    with transaction.atomic():
        # Items are locked last, after everything that the act locks.
        done = _PERFORM[intent.kind](
            intent, conversation=conversation, post=post, by=by, rule=intent.rule, note=intent.note, at=at
        )
        finishing.finish(conversation=conversation, item=post.id, by=by, at=at)
        finishing.settle(conversation=conversation, act=done.pk, by=by, at=at)
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
    # Who ticks a line of the list has seen what it said when the list was made, and no more is asked of them.
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
            acts.undo_act(conversation=conversation, act=act.pk, by=by, note="", at=at)
            finishing.unsettle(conversation=conversation, act=act.pk, item=post.id, by=by)
        posts.append(post.id)
    return posts


_ABOUT_THE_FORM = 422


def _posts(conversation: Conversation, items: list[UUID]) -> list[Post]:
    """In the order of their ids, as everything that locks several does."""
    found = rows(_POSTS, [items[:MOST_AT_ONCE], conversation.pk])
    return [Post(Kind(kind), item, version) for item, kind, version in found]


def _idea_of(act: Act) -> UUID:
    assert act.idea_id is not None  # noqa: S101  (a constraint: an act is about an idea or a comment)
    return act.idea_id


def _edit(intent: Intent, **common: Any) -> Act:  # noqa: ANN401  (handed on as it is)
    return acts.edit_post(text=intent.text, **common)


def _mask(intent: Intent, **common: Any) -> Act:  # noqa: ANN401
    return acts.mask_post(words=intent.words, **common)


def _move(intent: Intent, **common: Any) -> Act:  # noqa: ANN401
    if intent.stream is None:
        raise StreamMissing
    return acts.move_idea(stream=intent.stream, **common)


def _split(intent: Intent, **common: Any) -> Act:  # noqa: ANN401
    return acts.split_idea(parts=intent.parts, **common)


def _merge(intent: Intent, *, post: Post, **common: Any) -> Act:  # noqa: ANN401
    return acts.merge_ideas(merge=Merge(post, tuple(intent.sources), intent.text), **common)


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

_POSTS = """
    SELECT q.id, q.kind, COALESCE(c.version, i.version) FROM conversations_queueitem q
    LEFT JOIN conversations_idea i ON q.kind = 'idea' AND i.id = q.id
    LEFT JOIN conversations_comment c ON q.kind = 'comment' AND c.id = q.id
    WHERE q.id = ANY(%s) AND q.conversation_id = %s ORDER BY q.id
"""
