"""
Posting ideas and comments.

Each is one statement that asks for everything once more while it writes: dates, state, area.
No statement here touches anything about the person, in any store that is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import DataError
from django.utils.translation import gettext_lazy as _

from conversations import permissions
from conversations.models import Conversation, State
from conversations.models.contribution import MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_IDEA
from conversations.queries import tags
from conversations.services.texts import checked_text
from kernel.database import once_more, rows
from kernel.errors import DomainError
from privacy import anonymity
from privacy.anonymity import Kind, Ticket


class NotHere(DomainError):
    """The stream or idea is hidden, in another area, opens later, or is gone."""

    code = "not_here"
    status = 404
    message = _("This is no longer shown, so nothing can be added to it.")


class TooManyPosts(DomainError):
    code = "too_many_posts"
    message = _(
        "You have posted as much as one person can in this conversation. You can still read and vote."
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """One contribution, complete but for its tag."""

    id: UUID
    text: str
    day: date
    route: bytes


def post_idea(
    *, conversation: Conversation, stream: UUID, by: Ticket, form: str, text: str, at: datetime
) -> UUID:
    """
    Post an idea in the person's own area and return its id; the same form twice is one idea.

    Raises ReadOnly, NotOpenYet, ConversationClosed, TextMissing, TextTooLong, NotHere, TooManyPosts.
    """
    permissions.require_may_write(by, conversation, at=at)
    draft = _draft(conversation, by, form, checked_text(text, most=MOST_CHARACTERS_OF_IDEA), at)

    def write(tag: bytes) -> bool:
        values = [
            draft.id,
            draft.text,
            draft.day,
            tag,
            draft.route,
            stream,
            by.area,
            conversation.id,
            at,
            at,
            at,
        ]
        return rows(_INSERT_IDEA, values) == [(1,)]

    _post(draft, Kind.IDEA, by, write)
    return draft.id


def add_comment(
    *, conversation: Conversation, idea: UUID, by: Ticket, form: str, text: str, at: datetime
) -> UUID:
    """
    Comment on an idea of the person's own area and return the comment's id.

    Raises what `post_idea` raises.
    """
    permissions.require_may_write(by, conversation, at=at)
    draft = _draft(conversation, by, form, checked_text(text, most=MOST_CHARACTERS_OF_COMMENT), at)

    def write(tag: bytes) -> bool:
        values = [
            draft.id,
            draft.text,
            draft.day,
            tag,
            draft.route,
            idea,
            by.area,
            conversation.id,
            at,
            at,
        ]
        return rows(_INSERT_COMMENT, values) == [(1,)]

    _post(draft, Kind.COMMENT, by, write)
    return draft.id


def _draft(conversation: Conversation, by: Ticket, form: str, text: str, at: datetime) -> _Draft:
    contribution = anonymity.contribution_id(by.secret, form)
    route = anonymity.route(bytes(conversation.public_key), person=by.person, contribution=contribution)
    return _Draft(id=contribution, text=text, day=at.astimezone(conversation.zone).date(), route=route)


def _post(draft: _Draft, kind: Kind, by: Ticket, write: Callable[[bytes], bool]) -> None:
    """Write with the next free tag; two posts at once may want the same, so try once more."""
    try:
        written = once_more(lambda: write(_next_tag(kind, by)))
    except DataError as gone:
        raise NotHere from gone
    # Nothing written and there already: the same form was sent twice, which is one post.
    if not written and not tags.exists(kind, draft.id):
        raise NotHere


def _next_tag(kind: Kind, by: Ticket) -> bytes:
    n = tags.count(kind, by.secret)
    if n >= anonymity.MOST_POSTS[kind]:
        raise TooManyPosts
    return anonymity.owner_tag(by.secret, kind, n)


# All writes are WITH queries: a prepared statement locks the tables of its outermost query first when it
# is used again, and the nightly rewrite, which locks in the order of the first use, would meet it half way.
_INSERT_IDEA = f"""
    WITH written AS (
        INSERT INTO conversations_idea
            (id, text, day, state, source, owner_tag, route, is_purged, likes, dislikes, comment_count,
             stream_id, area_id)
        SELECT %s, %s, %s, '{State.SHOWN}', 'participant', %s, %s, false, 0, 0, 0, s.id, a.id
        FROM conversations_stream s
        JOIN conversations_conversation c ON c.id = s.conversation_id
        JOIN conversations_area a ON a.conversation_id = c.id
        WHERE s.id = %s AND a.code = %s AND c.id = %s AND c.opens_at <= %s AND c.closes_at > %s
          AND c.completed_at IS NULL
          AND (s.opens_at IS NULL OR s.opens_at <= %s)
        ON CONFLICT (id) DO NOTHING
        RETURNING id, text
    ), words AS (
        INSERT INTO conversations_ideawords (idea_id, vector)
        SELECT id, to_tsvector('english', text) FROM written
    )
    SELECT count(*) FROM written
"""

# The idea may have been deleted or hidden while this waited for its row: then nobody counted the comment,
# and the division by zero undoes it (decision 006).
_INSERT_COMMENT = f"""
    WITH written AS (
        INSERT INTO conversations_comment (id, text, day, state, source, owner_tag, route, is_purged, idea_id)
        SELECT %s, %s, %s, '{State.SHOWN}', 'participant', %s, %s, false, i.id
        FROM conversations_idea i
        JOIN conversations_area a ON a.id = i.area_id
        JOIN conversations_conversation c ON c.id = a.conversation_id
        WHERE i.id = %s AND a.code = %s AND c.id = %s AND c.opens_at <= %s AND c.closes_at > %s
          AND c.completed_at IS NULL
          AND i.state = '{State.SHOWN}'
        ON CONFLICT (id) DO NOTHING
        RETURNING idea_id
    ), counted AS (
        UPDATE conversations_idea SET comment_count = comment_count + 1
        FROM written WHERE id = written.idea_id AND state = '{State.SHOWN}'
        RETURNING id
    )
    SELECT CASE WHEN EXISTS (SELECT FROM written) THEN 1 / (SELECT count(*) FROM counted) ELSE 0 END
"""
