"""Counting. Pages read counters; nothing is ever counted while somebody waits."""

from uuid import UUID

from conversations.models import Conversation, State
from kernel.database import change


def count_conversation(*, conversation: UUID) -> None:
    """Count every stream and area of a conversation again, in one statement."""
    change(_COUNT, [conversation])


def count_all() -> None:
    counted = Conversation.objects.exclude(opens_at=None).filter(emptying="")
    for conversation in counted.values_list("pk", flat=True):
        count_conversation(conversation=conversation)


def recount(*, conversation: UUID) -> int:
    """
    Set every idea's own counters from its votes and comments; returns how many were wrong.

    For the operator. The statements that vote keep them exact, so the answer should be 0. After a deletion
    the counters are all that is left of the votes, and stay.
    """
    return change(_RECOUNT, [conversation])


_COUNT = f"""
    INSERT INTO conversations_tally AS t (stream_id, area_id, ideas, comments, votes)
    SELECT s.id, a.id, count(i.id), COALESCE(sum(i.comment_count), 0), COALESCE(sum(i.shown_likes + i.shown_dislikes), 0)
    FROM conversations_stream s
    JOIN conversations_area a ON a.conversation_id = s.conversation_id
    LEFT JOIN conversations_idea i ON i.stream_id = s.id AND i.area_id = a.id AND i.state = '{State.SHOWN}'
    WHERE s.conversation_id = %s
    GROUP BY s.id, a.id
    ON CONFLICT (stream_id, area_id) DO UPDATE
        SET ideas = excluded.ideas, comments = excluded.comments, votes = excluded.votes
        WHERE (t.ideas, t.comments, t.votes) <> (excluded.ideas, excluded.comments, excluded.votes)
"""

_RECOUNT = f"""
    WITH counted AS (
        SELECT i.id,
            (SELECT count(*) FROM conversations_vote v WHERE v.idea_id = i.id AND v.value = 1) AS likes,
            (SELECT count(*) FROM conversations_vote v WHERE v.idea_id = i.id AND v.value = -1) AS dislikes,
            (SELECT count(*) FROM conversations_comment c WHERE c.idea_id = i.id AND c.state = '{State.SHOWN}') AS comments
        FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
        JOIN conversations_conversation c ON c.id = s.conversation_id
        WHERE s.conversation_id = %s AND c.emptying = ''
    )
    UPDATE conversations_idea i SET likes = n.likes, dislikes = n.dislikes, comment_count = n.comments
    FROM counted n WHERE n.id = i.id
      AND (i.likes, i.dislikes, i.comment_count) <> (n.likes, n.dislikes, n.comments)
"""
