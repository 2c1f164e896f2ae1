"""The tags by which a person finds their own contributions; nothing in the database says whose they are."""

from uuid import UUID

from conversations.models import Comment, Idea
from kernel.database import rows
from privacy import anonymity
from privacy.anonymity import Kind

_LOOK_AHEAD = 32
_MODELS: dict[Kind, type[Idea] | type[Comment]] = {Kind.IDEA: Idea, Kind.COMMENT: Comment}


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


def own_tags(kind: Kind, secret: bytes) -> list[bytes]:
    """The tags of everything of a kind that a person wrote, with the parts of what was split."""
    tags = anonymity.owner_tags(secret, kind, count=count(kind, secret))
    newest = tags if kind is Kind.IDEA else []
    while newest:
        newest = [tag for (parent,) in rows(_SPLIT, [newest]) for tag in anonymity.part_tags(secret, parent)]
        tags = tags + newest
    return tags


def tags_for(kind: Kind, contribution: UUID, secret: bytes) -> list[bytes]:
    """The tags that one contribution can have if it is the person's own."""
    tags = anonymity.owner_tags(secret, kind)
    if kind is Kind.IDEA:
        for (parent,) in rows(_WHOLE, [contribution]):
            tags += anonymity.part_tags(secret, parent)
    return tags


_SPLIT = """
    SELECT DISTINCT p.part_of_id FROM conversations_idea i JOIN conversations_idea p ON p.part_of_id = i.id
    WHERE i.owner_tag = ANY(%s)
"""
_WHOLE = "SELECT part_of_id FROM conversations_idea WHERE id = %s AND part_of_id IS NOT NULL"
