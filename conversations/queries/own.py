"""Finding a person's own contributions by their tags: nothing in the database says whose they are."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from conversations.models import Comment, Conversation, Idea
from conversations.queries.changeable import IS_CHANGEABLE
from kernel.database import rows
from privacy import anonymity
from privacy.anonymity import Kind

_LOOK_AHEAD = 32
_MODELS: dict[Kind, type[Idea] | type[Comment]] = {Kind.IDEA: Idea, Kind.COMMENT: Comment}


@dataclass(frozen=True, slots=True)
class OwnPost:
    """Something the person wrote, as others see it. `number` orders it, newest first."""

    kind: str
    idea: UUID
    anchor: UUID
    text: str
    stream: str
    day: date
    state: str
    likes: int
    dislikes: int
    comment_count: int
    number: int
    is_edited: bool
    can_change: bool


def count(kind: Kind, secret: bytes) -> int:
    """
    How many tags of a kind a person has used: the number of the next one.

    Looks one block of tags past the last hit, so it takes one query for most people.
    """
    found = 0
    for first in range(0, anonymity.MOST_POSTS[kind], _LOOK_AHEAD):
        tags = anonymity.owner_tags(secret, kind, first=first, count=_LOOK_AHEAD)
        hits = _MODELS[kind].objects.filter(owner_tag__in=tags).values_list("owner_tag", flat=True)
        used = {bytes(tag) for tag in hits if tag is not None}
        if not used:
            break
        found = first + max(n for n, tag in enumerate(tags) if tag in used) + 1
    return found


def exists(kind: Kind, contribution: UUID) -> bool:
    return _MODELS[kind].objects.filter(pk=contribution).exists()


def posts(conversation: Conversation, secret: bytes, *, today: date) -> list[OwnPost]:
    """Everything a person wrote in a conversation, newest first. `today` says what can still be changed."""
    found: list[OwnPost] = []
    for kind, statement in ((Kind.IDEA, _IDEAS), (Kind.COMMENT, _COMMENTS)):
        tags = anonymity.owner_tags(secret, kind, count=count(kind, secret))
        if not tags:
            continue
        found += [OwnPost(kind, *row) for row in rows(statement, [today, tags, conversation.id])]
    return sorted(found, key=lambda post: (post.day, post.number), reverse=True)


_IDEAS = f"""
    SELECT i.id, i.id, i.text, s.question, i.day, i.state, i.likes, i.dislikes, i.comment_count, i.number,
        i.is_edited, {IS_CHANGEABLE[Kind.IDEA]}
    FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
    WHERE i.owner_tag = ANY(%s) AND s.conversation_id = %s
"""

_COMMENTS = f"""
    SELECT i.id, c.id, c.text, s.question, c.day, c.state, i.likes, i.dislikes, i.comment_count, c.number,
        c.is_edited, {IS_CHANGEABLE[Kind.COMMENT]}
    FROM conversations_comment c
    JOIN conversations_idea i ON i.id = c.idea_id
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE c.owner_tag = ANY(%s) AND s.conversation_id = %s
"""
