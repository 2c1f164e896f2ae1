"""
Changing and deleting one's own idea or comment.

Each is one statement that finds the row by its id and the person's own tags, and asks in the same breath
whether the conversation is open and whether anybody has reacted. Nobody is looked up.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from conversations import permissions
from conversations.models import Conversation, Examined, State
from conversations.models.contribution import MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_IDEA
from conversations.queries.changeable import IS_CHANGEABLE, own_text
from conversations.queries.tags import tags_for
from conversations.services.texts import checked_text
from kernel.database import rows
from kernel.errors import DomainError
from privacy.anonymity import Kind, Ticket

MOST_CHARACTERS = {Kind.IDEA: MOST_CHARACTERS_OF_IDEA, Kind.COMMENT: MOST_CHARACTERS_OF_COMMENT}


class TooLateToChange(DomainError):
    code = "too_late_to_change"
    message = _(
        "This stays as it is, because others have reacted to it since, or a facilitator has dealt with it."
        " You can say more in a comment."
    )


def edit_contribution(
    *, kind: Kind, conversation: Conversation, contribution: UUID, by: Ticket, text: str, at: datetime
) -> None:
    """
    Put another text in place of the person's own; the words it is found by follow.

    Raises ReadOnly, NotOpenYet, ConversationClosed, TextMissing, TextTooLong, NotFound, TooLateToChange.
    """
    permissions.require_may_write(by, conversation, at=at)
    text = checked_text(text, most=MOST_CHARACTERS[kind])
    _act(_EDIT[kind], [text, text], kind, conversation, contribution, by, at)


def delete_contribution(
    *, kind: Kind, conversation: Conversation, contribution: UUID, by: Ticket, at: datetime
) -> None:
    """
    Empty the person's own contribution. The row stays, so that its tag is not used twice; nobody sees it.

    Raises ReadOnly, NotOpenYet, ConversationClosed, NotFound, TooLateToChange.
    """
    permissions.require_may_write(by, conversation, at=at)
    _act(_DELETE[kind], [], kind, conversation, contribution, by, at)


def _act(
    statement: str,
    texts: list[str],
    kind: Kind,
    conversation: Conversation,
    contribution: UUID,
    by: Ticket,
    at: datetime,
) -> None:
    """Run one act; where it found nothing, say why: not theirs, or too late."""
    today = at.astimezone(conversation.zone).date()
    tags = tags_for(kind, contribution, by.secret)
    values: list[Any] = [*texts, contribution, tags, conversation.id, at, at, today]
    if rows(statement, values) == [(1,)]:
        return
    own_text(conversation, kind, contribution, by=by, today=today)
    raise TooLateToChange


_OPEN = (
    "s.conversation_id = %s AND k.id = s.conversation_id AND k.opens_at <= %s AND k.closes_at > %s"
    " AND k.completed_at IS NULL"
)

_OWN_IDEA = f"""
    FROM conversations_stream s, conversations_conversation k
    WHERE i.id = %s AND i.owner_tag = ANY(%s) AND s.id = i.stream_id AND {_OPEN}
      AND {IS_CHANGEABLE[Kind.IDEA]}
"""
_OWN_COMMENT = f"""
    FROM conversations_idea i, conversations_stream s, conversations_conversation k
    WHERE c.id = %s AND c.owner_tag = ANY(%s) AND i.id = c.idea_id AND s.id = i.stream_id AND {_OPEN}
      AND {IS_CHANGEABLE[Kind.COMMENT]}
"""

# What an author changes is looked at once more; what they delete takes the words that hints found with it.
_LOOK_AGAIN = f"""
    UPDATE conversations_queueitem q SET is_open = true, hints = '[]', examined = {Examined.NOT_YET.value}
    FROM changed WHERE q.id = changed.id
"""
_LOOKED_AT = (
    "UPDATE conversations_queueitem q SET is_open = false, hints = '[]' FROM emptied WHERE q.id = emptied.id"
)

# Locks are taken in the order of the nightly rewrite: comments, ideas, words, queue items. An idea's counters stand in its
# own row, so whoever votes or comments at this moment is seen: the row's newer version is asked once more.
_EDIT = {
    Kind.IDEA: f"""
        WITH changed AS (
            UPDATE conversations_idea i SET text = %s, is_edited = i.is_edited OR i.text <> %s,
                version = i.version + 1
            {_OWN_IDEA}
            RETURNING i.id, i.text
        ), words AS (
            UPDATE conversations_ideawords w SET vector = to_tsvector('english', changed.text)
            FROM changed WHERE w.idea_id = changed.id
        ), item AS ({_LOOK_AGAIN})
        SELECT count(*) FROM changed
    """,
    Kind.COMMENT: f"""
        WITH changed AS (
            UPDATE conversations_comment c SET text = %s, is_edited = c.is_edited OR c.text <> %s,
                version = c.version + 1
            {_OWN_COMMENT}
            RETURNING c.id
        ), item AS ({_LOOK_AGAIN})
        SELECT count(*) FROM changed
    """,
}

_DELETE = {
    Kind.IDEA: f"""
        WITH emptied AS (
            UPDATE conversations_idea i SET text = '', state = '{State.WITHDRAWN}', version = i.version + 1
            {_OWN_IDEA}
            RETURNING i.id
        ), words AS (
            DELETE FROM conversations_ideawords w USING emptied WHERE w.idea_id = emptied.id
        ), item AS ({_LOOKED_AT})
        SELECT count(*) FROM emptied
    """,
    Kind.COMMENT: f"""
        WITH emptied AS (
            UPDATE conversations_comment c SET text = '', state = '{State.WITHDRAWN}', version = c.version + 1
            {_OWN_COMMENT}
            RETURNING c.id, c.idea_id
        ), counted AS (
            UPDATE conversations_idea i SET comment_count = i.comment_count - 1
            FROM emptied WHERE i.id = emptied.idea_id
        ), item AS ({_LOOKED_AT})
        SELECT count(*) FROM emptied
    """,
}
