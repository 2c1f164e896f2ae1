"""Ideas like the one that somebody is writing."""

from dataclasses import dataclass
from uuid import UUID

from conversations.models import Conversation, State
from conversations.queries.ideas import hides_votes
from kernel.database import rows
from kernel.text import plain
from privacy.anonymity import Ticket

_MOST_SHOWN = 5
# What is compared: a few sentences say what an idea is about.
_MOST_CHARACTERS = 600
_FEWEST_CHARACTERS = 12
# Of the ideas with a word in common, this many with the most in common are compared letter by letter.
_CANDIDATES = 60
# Two sentences that have nothing to do with each other stay below 0.18 in 95 of 100 cases.
_ALIKE = 0.2
# So much less counts a short text that stands within a long one.
_WITHIN = 0.35
# The longest words stand for the rarest: each more that is looked for costs time with every idea that has it.
_WORDS = 12
_NEARLY_THE_SAME = 0.45
_TELLING_WORDS = 6


@dataclass(frozen=True, slots=True)
class SimilarIdea:
    id: UUID
    text: str
    likes: int
    dislikes: int
    comment_count: int
    merges: int

    @property
    def hides_votes(self) -> bool:
        return hides_votes(self.merges, self.likes, self.dislikes)


def similar_ideas(conversation: Conversation, text: str, *, by: Ticket) -> list[SimilarIdea]:
    """Up to five ideas of the person's own area that say something like the text, the most alike first."""
    words = plain(text[: 2 * _MOST_CHARACTERS])[:_MOST_CHARACTERS]
    if len(words) < _FEWEST_CHARACTERS:
        return []
    values = [words, by.area, conversation.id, words, words, _ALIKE]
    return [SimilarIdea(*found) for found in rows(_SIMILAR, values)]


_SIMILAR = f"""
    WITH query AS (
        SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS words
        FROM (SELECT lexeme FROM unnest(to_tsvector('english', %s))
              ORDER BY length(lexeme) DESC, lexeme LIMIT {_WORDS}) telling
    ), candidates AS MATERIALIZED (
        SELECT i.id, i.text, i.shown_likes, i.shown_dislikes, i.comment_count, i.merges
        FROM query, conversations_ideawords w JOIN conversations_idea i ON i.id = w.idea_id
        WHERE w.vector @@ query.words AND i.state = '{State.SHOWN}'
          AND i.area_id = (SELECT id FROM conversations_area WHERE code = %s AND conversation_id = %s)
        ORDER BY ts_rank(w.vector, query.words) DESC LIMIT {_CANDIDATES}
    )
    SELECT id, text, shown_likes, shown_dislikes, comment_count, merges
    FROM (SELECT *, greatest(similarity(text, %s), word_similarity(%s, text) - {_WITHIN}) AS alike FROM candidates) found
    WHERE alike > %s
    ORDER BY alike DESC, id LIMIT {_MOST_SHOWN}
"""


def ideas_like(*, least: float, most: int) -> str:
    """
    A statement, for others to build on: shown ideas of the same area that say nearly what the idea `%s` says,
    the most alike first. Where it looks is bounded, however many ideas share a word.
    """
    return f"""
        SELECT found.id, similarity(me.text, found.text) AS likeness
        FROM conversations_idea me, LATERAL (
            SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS words
            FROM (SELECT lexeme FROM unnest(to_tsvector('english', me.text))
                  ORDER BY length(lexeme) DESC, lexeme LIMIT {_TELLING_WORDS}) telling
        ) query, LATERAL (
            SELECT i.id, i.text FROM conversations_ideawords w JOIN conversations_idea i ON i.id = w.idea_id
            WHERE w.vector @@ query.words AND i.id <> me.id AND i.area_id = me.area_id
              AND i.state = '{State.SHOWN}' AND i.source <> 'facilitator'
            ORDER BY ts_rank(w.vector, query.words) DESC LIMIT {_CANDIDATES}
        ) found
        WHERE me.id = %s AND similarity(me.text, found.text) > {least}
        ORDER BY likeness DESC, found.id LIMIT {most}
    """


# Posts that could be answered, hidden or merged together. Facilitators look at each.
NEAREST_IDEA = ideas_like(least=_NEARLY_THE_SAME, most=1)
