"""The words of ideas, by which they are found. Written with the idea; here for those that came by other ways."""

from uuid import UUID

from conversations.models import State
from kernel.database import change


def index_words(*, conversation: UUID) -> None:
    """Enter the words of every shown idea of a conversation that has none yet."""
    change(_INDEX, [conversation])


def index_idea(idea: UUID) -> None:
    """Enter one idea's words anew, or take them away where it is not shown."""
    change("DELETE FROM conversations_ideawords WHERE idea_id = %s", [idea])
    change(_INDEX_ONE, [idea])


_INDEX_ONE = f"""
    INSERT INTO conversations_ideawords (idea_id, vector)
    SELECT i.id, to_tsvector('english', i.text) FROM conversations_idea i
    WHERE i.id = %s AND i.state = '{State.SHOWN}'
"""

_INDEX = f"""
    INSERT INTO conversations_ideawords (idea_id, vector)
    SELECT i.id, to_tsvector('english', i.text)
    FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
    WHERE s.conversation_id = %s AND i.state = '{State.SHOWN}'
    ON CONFLICT (idea_id) DO NOTHING
"""
