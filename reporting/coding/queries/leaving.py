"""Coded contributions as they leave: shuffled, without ids, with the codes that hold."""

import secrets
from collections import defaultdict
from uuid import UUID

from conversations.models import Conversation
from kernel.database import rows
from reporting.coding.models import CodeState
from reporting.coding.queries.posts import POSTS
from reporting.coding.queries.settled import codes_of

# id, kind, question, area, day, text, codes that hold, passages of these: places that fit the text as it is.
Leaving = tuple[UUID, str, str, str, object, str, set[UUID], list[tuple[UUID, int, int]]]


def coded_posts(conversation: Conversation) -> list[Leaving]:
    """Whatever was read and is not disputed, in an order drawn by lot."""
    held = codes_of(conversation)
    places: dict[UUID, set[tuple[UUID, int, int]]] = defaultdict(set)
    for post, code, start, end in rows(_PLACES, [conversation.pk] * 2):
        if code in held.get(post, ()):
            places[post].add((code, start, end))
    found = [
        (post, kind, question, area, day, text, held[post], sorted(places[post]))
        for post, kind, question, area, day, text in rows(_READ, [conversation.pk] * 2)
        if post in held
    ]
    secrets.SystemRandom().shuffle(found)
    return found


_READ = f"""
    SELECT p.id, p.kind, s.question, a.name, p.day, p.text
    FROM ({POSTS}) p JOIN conversations_stream s ON s.id = p.stream_id JOIN conversations_area a ON a.id = p.area_id
    WHERE EXISTS (SELECT FROM coding_reading r WHERE r.post = p.id)
"""
_PLACES = f"""
    SELECT DISTINCT p.id, g.code_id, g.start, g."end"
    FROM ({POSTS}) p JOIN coding_reading r ON r.post = p.id JOIN coding_givencode g ON g.reading_id = r.id
    JOIN coding_code k ON k.id = g.code_id AND k.state = '{CodeState.ACTIVE}'
    WHERE g.start IS NOT NULL AND g.version = p.version
"""
