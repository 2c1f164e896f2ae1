"""
Ideas on pages: sorted, paged by key, with the person's own votes and marks.

These are the busiest reads, so each is one statement into plain rows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from conversations.models import Conversation, Rule, State
from kernel.database import row, rows
from kernel.errors import NotFound
from privacy import anonymity
from privacy.anonymity import Kind, Ticket

PAGE = 20
_KEY = re.compile(r"(\d{1,18})-(\d{1,18})")
# Own marks look a few tags past what this browser knows of, for posts from another device.
_LOOK_AHEAD = 8


def hides_votes(merges: int, likes: int, dislikes: int) -> bool:
    """
    Whether a page says "from 11 people on" in place of numbers. Of a merged idea nobody voted on it says
    the same, so that the two cannot be told apart.
    """
    return merges > 0 and likes + dislikes == 0


def rule_sentence(code: str) -> str:
    """The rule that a facilitator acted by, in the reader's language."""
    return str(Rule(code).label) if code else ""


class Sort(StrEnum):
    NEWEST = "newest"
    LIKED = "liked"
    DISCUSSED = "discussed"
    DIVIDED = "divided"
    # The one way of sorting without an index of its own: every vote would have to write it.
    FEWEST = "fewest"


@dataclass(frozen=True, slots=True)
class IdeaCard:
    """An idea as a page shows it, with votes as they are shown. The last two are this person's alone."""

    id: UUID
    stream: UUID
    text: str
    day: date
    source: str
    likes: int
    dislikes: int
    comment_count: int
    divided: int
    number: int
    is_edited: bool = False
    merges: int = 0
    edited_for: str = ""
    is_pinned: bool = False
    own_vote: int = 0
    is_own: bool = False

    @property
    def hides_votes(self) -> bool:
        return hides_votes(self.merges, self.likes, self.dislikes)

    @property
    def edited_why(self) -> str:
        return rule_sentence(self.edited_for)

    @property
    def is_dealt_with(self) -> bool:
        """Stays as a facilitator left it."""
        return bool(self.edited_for) or self.merges > 0

    @property
    def reactions(self) -> int:
        return self.likes + self.dislikes + self.comment_count


@dataclass(frozen=True, slots=True)
class IdeaPage:
    """`after` is the key of the next page, None on the last."""

    ideas: list[IdeaCard]
    after: str | None


@dataclass(frozen=True, slots=True)
class Counters:
    """How one idea stands, as it is shown."""

    id: UUID
    likes: int
    dislikes: int
    comment_count: int
    merges: int

    @property
    def hides_votes(self) -> bool:
        return hides_votes(self.merges, self.likes, self.dislikes)


@dataclass(frozen=True, slots=True)
class CommentRow:
    id: UUID
    text: str
    day: date
    source: str
    number: int
    is_edited: bool = False
    edited_for: str = ""
    is_own: bool = False

    @property
    def edited_why(self) -> str:
        return rule_sentence(self.edited_for)


@dataclass(frozen=True, slots=True)
class CommentPage:
    comments: list[CommentRow]
    after: str | None


_SCORE = {
    Sort.NEWEST: "i.number",
    Sort.LIKED: "i.shown_likes",
    Sort.DISCUSSED: "i.comment_count",
    Sort.DIVIDED: "i.divided",
    Sort.FEWEST: "(i.shown_likes + i.shown_dislikes + i.comment_count)",
}
_FIELD = {
    Sort.NEWEST: "number",
    Sort.LIKED: "likes",
    Sort.DISCUSSED: "comment_count",
    Sort.DIVIDED: "divided",
    Sort.FEWEST: "reactions",
}


def page_of(
    conversation: Conversation, stream: UUID, *, sort: Sort, after: str | None, by: Ticket, known: int
) -> IdeaPage:
    """
    Twenty ideas of a stream in the person's own area, after a key of the same sorting.

    The first page begins with the pinned prompts, in every order; no page counts them. `known` is how many
    ideas this browser knows the person to have posted. Raises NotFound for a malformed key.
    """
    before, order, key = keyset(sort, after)
    place = [stream, by.area, conversation.id]
    statement, values = _PAGE.format(before=before, order=order), [*place, *key]
    if after is None:
        statement, values = f"({_PINNED}) UNION ALL ({statement})", [*place, *values]
    found = [card_and_ties(read) for read in rows(statement, values)]
    pinned = [one for one in found if one[0].is_pinned]
    others = [one for one in found if not one[0].is_pinned]
    shown = with_own([*pinned, *others[:PAGE]], by, known)
    return IdeaPage(ideas=shown, after=next_key(sort, shown) if len(others) > PAGE else None)


def idea_at(conversation: Conversation, idea: UUID, *, by: Ticket, known: int) -> tuple[IdeaCard, str]:
    """An idea of the person's own area, and its stream's question. Raises NotFound for any other."""
    read = row(_ONE, [idea, by.area, conversation.id])
    if read is None:
        raise NotFound
    return with_own([card_and_ties(read[:-1])], by, known)[0], str(read[-1])


def comments_of(idea: UUID, *, after: str | None, by: Ticket, known: int) -> CommentPage:
    """Twenty comments, oldest first. The caller has asked `idea_at` whether the person may see them."""
    key = _parsed(after)[1] if after is not None else -1
    read = rows(_COMMENTS, [idea, key])
    own = set(anonymity.owner_tags(by.secret, Kind.COMMENT, count=known + _LOOK_AHEAD))
    found = [replace(CommentRow(*shown[:-1]), is_own=bytes(shown[-1] or b"") in own) for shown in read[:PAGE]]
    return CommentPage(comments=found, after=f"0-{found[-1].number}" if len(read) > PAGE else None)


@dataclass(frozen=True, slots=True)
class CommentPlace:
    """A comment by itself, and the idea it stands under."""

    idea: UUID
    text: str


def comment_at(conversation: Conversation, comment: UUID, *, area: str) -> CommentPlace | None:
    """A shown comment of an area, None for any other."""
    read = row(_COMMENT, [comment, area, conversation.id])
    return None if read is None else CommentPlace(*read)


def counters(conversation: Conversation, shown: Sequence[UUID], *, by: Ticket) -> list[Counters]:
    """How these ideas stand now; one that the person may not see, or that is gone, is left out."""
    return [Counters(*read) for read in rows(_COUNTERS, [list(shown), by.area, conversation.id])]


def next_key(sort: Sort, shown: list[IdeaCard]) -> str:
    """The key of the page after these."""
    return f"{getattr(shown[-1], _FIELD[sort])}-{shown[-1].number}"


@dataclass(frozen=True, slots=True)
class Ties:
    """What tells an author that an idea is theirs. Never on a page."""

    tag: bytes
    part_of: UUID | None

    def are_of(self, by: Ticket, own: set[bytes]) -> bool:
        """Whether this is among somebody's own tags, or a part of what they wrote."""
        return self.tag in own or (
            self.part_of is not None and self.tag in anonymity.part_tags(by.secret, self.part_of)
        )


def card_and_ties(read: tuple[Any, ...]) -> tuple[IdeaCard, Ties]:
    """A row of `CARD_AND_TIES`."""
    return IdeaCard(*read[:-2]), Ties(bytes(read[-2] or b""), read[-1])


def keyset(sort: Sort, after: str | None) -> tuple[str, str, tuple[int, ...]]:
    """
    Condition, order and values of a page of ideas `i`. Ties are settled by the number, newest first;
    where the fewest reactions come first, by who has waited longest. Raises NotFound for a malformed key.
    """
    score = _SCORE[sort]
    columns = "i.number" if sort is Sort.NEWEST else f"{score}, i.number"
    direction, side = ("ASC", ">") if sort is Sort.FEWEST else ("DESC", "<")
    order = ", ".join(f"{column} {direction}" for column in columns.split(", "))
    if after is None:
        return "", order, ()
    key = _parsed(after)[1:] if sort is Sort.NEWEST else _parsed(after)
    return f"AND ({columns}) {side} ({', '.join(['%s'] * len(key))})", order, key


def _parsed(after: str) -> tuple[int, int]:
    match = _KEY.fullmatch(after)
    if match is None:
        raise NotFound
    return int(match[1]), int(match[2])


def with_own(found: list[tuple[IdeaCard, Ties]], by: Ticket, known: int) -> list[IdeaCard]:
    """Add what only this person can see: their votes (one query) and the marks on their own."""
    if not found:
        return []
    tags = {anonymity.voter_tag(by.secret, card.id): card.id for card, _ties in found}
    votes = {tags[bytes(tag)]: value for tag, value in rows(_VOTES, [list(tags.values()), list(tags)])}
    own = set(anonymity.owner_tags(by.secret, Kind.IDEA, count=known + _LOOK_AHEAD))
    return [
        replace(card, own_vote=votes.get(card.id, 0), is_own=is_own) if card.id in votes or is_own else card
        for card, is_own in ((card, ties.are_of(by, own)) for card, ties in found)
    ]


CARD = (
    "i.id, i.stream_id, i.text, i.day, i.source, i.shown_likes, i.shown_dislikes, i.comment_count, i.divided,"
    " i.number, i.is_edited, i.merges, i.edited_for, i.is_pinned"
)

CARD_AND_TIES = f"{CARD}, i.owner_tag, i.part_of_id"

_OF_STREAM = f"""
    SELECT {CARD_AND_TIES}
    FROM conversations_idea i
    WHERE i.stream_id = %s
      AND i.area_id = (SELECT id FROM conversations_area WHERE code = %s AND conversation_id = %s)
      AND i.state = '{State.SHOWN}'
"""
# A limit stands in the statement: as a value it would have every page planned anew.
_PAGE = f"{_OF_STREAM} AND NOT i.is_pinned {{before}} ORDER BY {{order}} LIMIT {PAGE + 1}"
_PINNED = f"{_OF_STREAM} AND i.is_pinned ORDER BY i.number"

_ONE = f"""
    SELECT {CARD_AND_TIES}, s.question
    FROM conversations_idea i
    JOIN conversations_area a ON a.id = i.area_id
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE i.id = %s AND a.code = %s AND s.conversation_id = %s AND i.state = '{State.SHOWN}'
"""

_COUNTERS = f"""
    SELECT i.id, i.shown_likes, i.shown_dislikes, i.comment_count, i.merges
    FROM conversations_idea i JOIN conversations_area a ON a.id = i.area_id
    WHERE i.id = ANY(%b::uuid[]) AND a.code = %s AND a.conversation_id = %s AND i.state = '{State.SHOWN}'
"""

_COMMENTS = f"""
    SELECT id, text, day, source, number, is_edited, edited_for, owner_tag FROM conversations_comment
    WHERE idea_id = %s AND number > %s AND state = '{State.SHOWN}' ORDER BY number LIMIT {PAGE + 1}
"""

_COMMENT = f"""
    SELECT i.id, c.text FROM conversations_comment c
    JOIN conversations_idea i ON i.id = c.idea_id
    JOIN conversations_area a ON a.id = i.area_id
    WHERE c.id = %s AND a.code = %s AND a.conversation_id = %s
      AND i.state = '{State.SHOWN}' AND c.state = '{State.SHOWN}'
"""

# Pairs, so that the primary key finds each vote of this person without reading anybody else's. Sent in binary
# (%b): writing twenty tags as text takes longer than finding the votes.
_VOTES = """
    SELECT v.voter_tag, v.value FROM unnest(%b::uuid[], %b::bytea[]) AS mine (idea_id, voter_tag)
    JOIN conversations_vote v USING (idea_id, voter_tag)
"""
