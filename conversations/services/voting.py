"""
Voting: one statement per act, exact under double clicks, without a lock taken beforehand.

PostgreSQL 18's `RETURNING old, new` tells the UPDATE what really changed; the idea's state and
the conversation's dates are asked in that same UPDATE, so nothing can close in between.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DataError
from django.utils.translation import gettext_lazy as _

from conversations import permissions
from conversations.models import Conversation, State
from conversations.queries.ideas import hides_votes
from kernel.database import row, rows
from kernel.errors import DomainError
from privacy import anonymity
from privacy.anonymity import Ticket

LIKE, DISLIKE = 1, -1


class CannotVoteHere(DomainError):
    """The idea is hidden, in another area, gone, or the conversation closed this moment."""

    code = "cannot_vote_here"
    message = _("This idea takes no votes any more. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Standing:
    """An idea's shown counters after an act, and how this person stands to it (1, -1, or 0 for no vote)."""

    likes: int
    dislikes: int
    own: int
    merges: int = 0

    @property
    def hides_votes(self) -> bool:
        return hides_votes(self.merges, self.likes, self.dislikes)


def cast_vote(*, conversation: Conversation, idea: UUID, by: Ticket, value: int, at: datetime) -> Standing:
    """
    Like (1) or dislike (-1); a vote there already is changed, the same again changes nothing.

    Raises ReadOnly, NotOpenYet, ConversationClosed, CannotVoteHere.
    """
    permissions.require_may_write(by, conversation, at=at)
    tag = anonymity.voter_tag(by.secret, idea)
    route = anonymity.route(bytes(conversation.public_key), person=by.person, contribution=idea)
    likes, dislikes, merges = _act(_CAST, [tag, value, route, idea], conversation, idea, by, at)
    return Standing(likes=likes, dislikes=dislikes, own=value, merges=merges)


def withdraw_vote(*, conversation: Conversation, idea: UUID, by: Ticket, at: datetime) -> Standing:
    """Take a vote back; where there is none nothing changes. Raises what `cast_vote` raises."""
    permissions.require_may_write(by, conversation, at=at)
    tag = anonymity.voter_tag(by.secret, idea)
    likes, dislikes, merges = _act(_WITHDRAW, [idea, tag], conversation, idea, by, at)
    return Standing(likes=likes, dislikes=dislikes, own=0, merges=merges)


def _act(
    statement: str, values: list[Any], conversation: Conversation, idea: UUID, by: Ticket, at: datetime
) -> tuple[int, int, int]:
    """
    Run one act and return the idea's counters, and how many others were merged into it. Raises CannotVoteHere, and then nothing was changed.

    The statement is a transaction by itself and undoes itself: do not call this inside another.
    """
    try:
        ((likes, dislikes, merges, _counted),) = rows(
            statement, [*values, idea, by.area, conversation.id, at, at]
        )
    except DataError as closed:
        raise CannotVoteHere from closed
    if likes is not None:
        return likes, dislikes, merges
    standing = row(_COUNTERS, [idea, by.area, conversation.id])  # the same again: nothing changed
    if standing is None:
        raise CannotVoteHere
    return standing[0], standing[1], standing[2]


_OPEN_IDEA = f"""
    i.id = %s AND i.state = '{State.SHOWN}' AND a.id = i.area_id AND a.code = %s
    AND c.id = a.conversation_id AND c.id = %s AND c.opens_at <= %s AND c.closes_at > %s
    AND c.completed_at IS NULL
"""

# A vote that was written for an idea that would not take it divides by zero, which undoes the whole
# statement: one round trip, where a transaction around it would take three.
_ANSWER = """
    SELECT (SELECT shown_likes FROM counted), (SELECT shown_dislikes FROM counted),
           (SELECT merges FROM counted),
           CASE WHEN EXISTS (SELECT FROM vote) THEN 1 / (SELECT count(*) FROM counted) END
"""

# A vote that a merge carried over becomes the person's own with whatever they do to it.
# Lock order is votes, comments, ideas: the nightly rewrite takes its locks in the same order.
_CAST = f"""
    WITH vote AS (
        INSERT INTO conversations_vote AS v (voter_tag, value, route, idea_id)
        VALUES (%s, %s, %s, %s)
        ON CONFLICT (idea_id, voter_tag) DO UPDATE
            SET value = excluded.value, route = excluded.route, carried_by = NULL
            WHERE v.value <> excluded.value OR v.carried_by IS NOT NULL
        RETURNING COALESCE(old.value, 0) AS was, new.value AS now
    ), counted AS (
        UPDATE conversations_idea i
        SET likes = likes + (now = 1)::int - (was = 1)::int,
            dislikes = dislikes + (now = -1)::int - (was = -1)::int
        FROM vote, conversations_area a, conversations_conversation c
        WHERE {_OPEN_IDEA}
        RETURNING i.shown_likes, i.shown_dislikes, i.merges
    )
    {_ANSWER}
"""

_WITHDRAW = f"""
    WITH vote AS (
        DELETE FROM conversations_vote WHERE idea_id = %s AND voter_tag = %s RETURNING value AS was
    ), counted AS (
        UPDATE conversations_idea i
        SET likes = likes - (was = 1)::int, dislikes = dislikes - (was = -1)::int
        FROM vote, conversations_area a, conversations_conversation c
        WHERE {_OPEN_IDEA}
        RETURNING i.shown_likes, i.shown_dislikes, i.merges
    )
    {_ANSWER}
"""

_COUNTERS = f"""
    SELECT i.shown_likes, i.shown_dislikes, i.merges FROM conversations_idea i JOIN conversations_area a ON a.id = i.area_id
    WHERE i.id = %s AND i.state = '{State.SHOWN}' AND a.code = %s AND a.conversation_id = %s
"""
