"""
What is there to be read: the shown ideas and comments of participants and from paper.

Every statement about contributions starts from POSTS, which names the conversation twice. They stand in
the order of their random ids: a page of them is found by key, and it says nothing about who came first.
"""

from conversations.models import Source, State

_OF = "SELECT id FROM conversations_stream WHERE conversation_id = %s"
POSTS = f"""
    SELECT i.id, 'idea' AS kind, i.id AS idea_id, i.stream_id, i.area_id, i.text, i.day, i.version, i.source
    FROM conversations_idea i
    WHERE i.stream_id IN ({_OF}) AND i.state = '{State.SHOWN}' AND i.source <> '{Source.FACILITATOR}'
    UNION ALL
    SELECT c.id, 'comment', i.id, i.stream_id, i.area_id, c.text, c.day, c.version, c.source
    FROM conversations_comment c JOIN conversations_idea i ON i.id = c.idea_id
    WHERE i.stream_id IN ({_OF}) AND i.state = '{State.SHOWN}' AND c.state = '{State.SHOWN}'
      AND c.source <> '{Source.FACILITATOR}'
"""
