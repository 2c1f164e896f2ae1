"""
Until when people may change or delete what they wrote: on its day, and later until somebody reacted.

A contribution that others have voted on or answered belongs to the conversation as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from conversations.models import Conversation, State
from conversations.queries.tags import tags_for
from kernel.database import row, rows
from kernel.errors import NotFound
from privacy.anonymity import Kind, Ticket


@dataclass(frozen=True, slots=True)
class OwnText:
    """What somebody wrote, for changing it. `idea` is where it stands."""

    id: UUID
    idea: UUID
    text: str
    can_change: bool


def own_text(
    conversation: Conversation, kind: Kind, contribution: UUID, *, by: Ticket, today: date
) -> OwnText:
    """The person's own contribution, found by its id and own tags at once. Raises NotFound for any other."""
    tags = tags_for(kind, contribution, by.secret)
    found = row(_OWN[kind], [today, contribution, tags, conversation.id])
    if found is None:
        raise NotFound
    return OwnText(*found)


def changeable_comments(comments: Sequence[UUID], *, today: date) -> set[UUID]:
    """Which of somebody's own comments can still be changed."""
    if not comments:
        return set()
    return {comment for (comment,) in rows(_CHANGEABLE_COMMENTS, [list(comments), today])}


# What a facilitator has edited or merged stays as they left it: a masked name would come back.
# Conditions on an idea `i` or a comment `c`; each takes the conversation's day of today. At night the numbers
# of a day's comments are dealt out anew, so which of them came later is not known: any other one counts.
IS_CHANGEABLE = {
    Kind.IDEA: f"""
        (i.state = '{State.SHOWN}' AND i.edited_for = '' AND i.merges = 0
            AND (i.day = %s OR i.likes + i.dislikes + i.comment_count = 0))
    """,
    Kind.COMMENT: f"""
        (c.state = '{State.SHOWN}' AND c.edited_for = '' AND (c.day = %s OR NOT EXISTS (
            SELECT FROM conversations_comment later
            WHERE later.idea_id = c.idea_id AND later.id <> c.id AND later.day >= c.day
              AND later.state <> '{State.WITHDRAWN}'
        )))
    """,
}

_OWN: dict[Kind, Any] = {
    Kind.IDEA: f"""
        SELECT i.id, i.id, i.text, {IS_CHANGEABLE[Kind.IDEA]}
        FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
        WHERE i.id = %s AND i.owner_tag = ANY(%s) AND s.conversation_id = %s
          AND i.state <> '{State.WITHDRAWN}'
    """,
    Kind.COMMENT: f"""
        SELECT c.id, c.idea_id, c.text, {IS_CHANGEABLE[Kind.COMMENT]}
        FROM conversations_comment c JOIN conversations_idea i ON i.id = c.idea_id
        JOIN conversations_stream s ON s.id = i.stream_id
        WHERE c.id = %s AND c.owner_tag = ANY(%s) AND s.conversation_id = %s
          AND c.state <> '{State.WITHDRAWN}'
    """,
}

_CHANGEABLE_COMMENTS = f"""
    SELECT c.id FROM conversations_comment c WHERE c.id = ANY(%s) AND {IS_CHANGEABLE[Kind.COMMENT]}
"""
