"""
Splitting one post into several ideas.

The post keeps its votes and comments and is shown no more; its parts start without votes. That they belong
together stands in their rows, for facilitators; the author finds them by tags that the vault makes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import F

from conversations.models import Act, ActKind, Comment, Conversation, Idea, Moved, Post, State, Stream
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.services.acts.decisions import decided
from conversations.services.acts.holding import acting, held_idea, hold_comments
from conversations.services.acts.record import record, touch
from conversations.services.acts.states import put_into
from conversations.services.texts import checked_text
from conversations.services.words import index_idea
from kernel.errors import DomainError, NotFound
from privacy.anonymity import MOST_PARTS
from privacy.vault.interface import vault
from privacy.vault.shapes import PartTies
from tenants.permissions import Staff

_FEWEST, _MOST = 2, 10


class PartsMissing(DomainError):
    code = "parts_missing"
    status = 422
    message = "A post is split into two to ten parts. Write each of them."


class TooManyParts(DomainError):
    code = "too_many_parts"
    message = "This post was split and put together again too often. Edit it instead."


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split post, the question it goes to, and the comments that are about it alone."""

    text: str
    stream: UUID
    comments: tuple[UUID, ...] = ()


def split_idea(
    *,
    conversation: Conversation,
    post: Post,
    by: Staff,
    rule: str,
    note: str,
    at: datetime,
    parts: Sequence[Part],
) -> Act:
    """
    Make an idea of each part, in the post's own area and of its day. Comments stay with the post unless a
    part names them.

    Raises RoleMissing, RuleMissing, NoteTooLong, PartsMissing, TooManyParts, TextMissing, TextTooLong, NotFound
    (also for a foreign question or comment), ChangedMeanwhile, DoesNotFit, VaultDown.
    """
    decision = decided(ActKind.SPLIT, conversation=conversation, by=by, rule=rule, note=note, at=at)
    if not _FEWEST <= len(parts) <= _MOST:
        raise PartsMissing
    texts = [checked_text(part.text, most=MOST_CHARACTERS_OF_IDEA) for part in parts]
    asked = {part.stream for part in parts}
    open_now = Stream.objects.filter(pk__in=asked, conversation=conversation).exclude(opens_at__gt=at)
    if open_now.count() != len(asked):
        raise NotFound
    with acting(conversation):
        hold_comments([post.id])
        whole = held_idea(conversation, post, State.SHOWN)
        act = record(decision, whole)
        ideas = _ideas(whole, parts, texts, _ties(conversation, whole, len(parts)))
        for idea, part in zip(ideas, parts, strict=True):
            idea.save(force_insert=True)
            index_idea(idea.pk)
            touch(act, idea, is_new=True)
            _move_comments(act, whole, idea, part.comments)
        put_into(whole, State.SPLIT)
    return act


def _ties(conversation: Conversation, whole: Idea, count: int) -> list[tuple[UUID, PartTies | None]]:
    """Ids of the parts with what leads to their author, where there is one."""
    first = whole.parts.count()
    if first + count > MOST_PARTS:
        raise TooManyParts
    ids = [uuid4() for _part in range(count)]
    if whole.route is None:
        return [(part, None) for part in ids]
    made = vault().split(
        conversation=conversation.pk, route=bytes(whole.route), parent=whole.pk, ids=ids, first=first
    )
    return list(zip(ids, made, strict=True))


def _ideas(
    whole: Idea, parts: Sequence[Part], texts: Sequence[str], ties: Sequence[tuple[UUID, PartTies | None]]
) -> list[Idea]:
    return [
        Idea(
            id=identity,
            text=text,
            stream_id=part.stream,
            area_id=whole.area_id,
            day=whole.day,
            source=whole.source,
            is_purged=whole.is_purged,
            part_of=whole,
            route=made and made.route,
            owner_tag=made and made.owner_tag,
        )
        for part, text, (identity, made) in zip(parts, texts, ties, strict=True)
    ]


def _move_comments(act: Act, whole: Idea, part: Idea, comments: Sequence[UUID]) -> None:
    """Raises NotFound for a comment that does not stand under the post, or went to another part."""
    moved = Comment.objects.filter(pk__in=comments, idea=whole)
    found = list(moved)
    if len(found) != len(comments):
        raise NotFound
    Moved.objects.bulk_create(Moved(act=act, comment=comment, idea=whole) for comment in found)
    moved.update(idea=part)
    shown = sum(comment.state == State.SHOWN for comment in found)
    Idea.objects.filter(pk=whole.pk).update(comment_count=F("comment_count") - shown)
    Idea.objects.filter(pk=part.pk).update(comment_count=shown)
