"""
Every post that counts, with its codes and the votes that everybody sees: read once, then counted in memory.

What counts is what is shown and was not written by a facilitator; a comment counts as long as its idea does. Votes
are those that participants are shown, so a merged idea has none until eleven people voted on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from conversations.models import Area, Conversation, Source, State, Stream
from kernel.database import rows
from reporting.coding import queries as coding
from reporting.coding.queries import CodeLine


class Post(NamedTuple):
    """An idea, or a comment, which has no votes. `area` and `stream` of a comment are those of its idea."""

    id: UUID
    is_idea: bool
    stream: UUID
    area: UUID
    day: date
    likes: int
    dislikes: int
    comments: int


@dataclass(frozen=True, slots=True)
class Posts:
    """All posts of a conversation; for each the codes that hold, and all codes above them."""

    all: list[Post]
    codes: dict[UUID, frozenset[UUID]]
    frame: list[CodeLine]

    def under(self, code: UUID) -> Iterator[Post]:
        return (post for post in self.all if code in self.codes.get(post.id, ()))


def posts_of(conversation: Conversation) -> Posts:
    """Five statements, whatever there is."""
    frame = coding.frame_of(conversation)
    upwards = _upwards(frame)
    kept: dict[frozenset[UUID], frozenset[UUID]] = {}
    codes = {}
    for post, given in coding.codes_of(conversation).items():
        own = frozenset(given)
        if own not in kept:
            kept[own] = own.union(*(upwards.get(code, ()) for code in own))
        codes[post] = kept[own]
    return Posts(all=_all(conversation), codes=codes, frame=frame)


def _all(conversation: Conversation) -> list[Post]:
    """Streams and areas come as places in a list: making three ids for each row would take longer than reading it."""
    streams = list(Stream.objects.filter(conversation=conversation).values_list("pk", flat=True))
    areas = list(Area.objects.filter(conversation=conversation).values_list("pk", flat=True))
    return [
        Post(post, is_idea, streams[stream - 1], areas[area - 1], *counts)
        for post, is_idea, stream, area, *counts in rows(_POSTS, [streams, areas, streams] * 2)
    ]


def _upwards(frame: list[CodeLine]) -> dict[UUID, list[UUID]]:
    """The codes above each. The frame stands depth first, so they are the last ones met on each level."""
    upwards: dict[UUID, list[UUID]] = {}
    way: list[UUID] = []
    for line in frame:
        del way[len(line.path) - 1 :]
        upwards[line.id] = list(way)
        way.append(line.id)
    return upwards


_PLACE = "array_position(%s::uuid[], i.stream_id), array_position(%s::uuid[], i.area_id)"
_POSTS = f"""
    SELECT i.id, TRUE, {_PLACE}, i.day, i.shown_likes, i.shown_dislikes, i.comment_count
    FROM conversations_idea i
    WHERE i.stream_id = ANY(%s) AND i.state = '{State.SHOWN}' AND i.source <> '{Source.FACILITATOR}'
    UNION ALL
    SELECT c.id, FALSE, {_PLACE}, c.day, 0, 0, 0
    FROM conversations_comment c JOIN conversations_idea i ON i.id = c.idea_id
    WHERE i.stream_id = ANY(%s) AND i.state = '{State.SHOWN}' AND c.state = '{State.SHOWN}'
      AND c.source <> '{Source.FACILITATOR}'
"""
