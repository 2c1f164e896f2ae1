"""Questions that open later than their conversation: announced with their day, and out of reach until then."""

from datetime import datetime
from uuid import UUID

from conversations.models import Conversation
from conversations.queries.conversations import forget_conversations
from kernel.database import row
from kernel.errors import DomainError, NotFound
from tenants.models import Role
from tenants.permissions import Staff, require_role


class StageOutsideDates(DomainError):
    code = "stage_outside_dates"
    status = 422
    message = (
        "A question opens while its conversation is open, and not in the past."
        " Choose a moment between its dates, or leave it empty to open with it."
    )


class OpenAlready(DomainError):
    code = "open_already"
    message = "This question is open already, or holds posts, so it stays open."


def set_stage(
    *, conversation: Conversation, stream: UUID, opens_at: datetime | None, by: Staff, at: datetime
) -> None:
    """
    Say when a question opens; None opens it with the conversation, or at once where that is open.

    What has opened cannot be shut again. Raises RoleMissing, StageOutsideDates, OpenAlready, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    if opens_at is not None and not _is_within(conversation, opens_at, at=at):
        raise StageOutsideDates
    changed, is_known = row(_SET, [opens_at, stream, conversation.pk, at, at, stream, conversation.pk]) or (
        0,
        0,
    )
    if not is_known:
        raise NotFound
    if not changed:
        raise OpenAlready
    forget_conversations()


def _is_within(conversation: Conversation, moment: datetime, *, at: datetime) -> bool:
    opens, closes = conversation.opens_at, conversation.closes_at
    return moment > at and (opens is None or moment > opens) and (closes is None or moment < closes)


# A question is still shut where its own moment or the conversation's lies ahead, and nothing is in it.
_SET = """
    WITH changed AS (
        UPDATE conversations_stream s SET opens_at = %s
        FROM conversations_conversation c
        WHERE s.id = %s AND c.id = s.conversation_id AND c.id = %s
          AND (s.opens_at > %s OR c.opens_at IS NULL OR c.opens_at > %s)
          AND NOT EXISTS (SELECT FROM conversations_idea i WHERE i.stream_id = s.id)
        RETURNING s.id
    )
    SELECT (SELECT count(*) FROM changed),
           (SELECT count(*) FROM conversations_stream WHERE id = %s AND conversation_id = %s)
"""
