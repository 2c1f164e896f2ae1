"""
The tenant's nouns. No table here holds anything about a person.

No author column exists, and no value repeats over two contributions of one person.
"""

from conversations.models.contribution import Comment, Idea, Source, State
from conversations.models.conversation import Area, Conversation, Stream, Tally
from conversations.models.vote import Vote

__all__ = ["Area", "Comment", "Conversation", "Idea", "Source", "State", "Stream", "Tally", "Vote"]
