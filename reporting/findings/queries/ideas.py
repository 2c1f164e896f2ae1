"""Ideas in an order that is fair to late ones, with their words as they stand now."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from conversations.models import Conversation, State
from kernel.database import rows
from reporting.findings.measures import Exposure, Ratio, Votes, consensus_of, division_of, ratio
from reporting.findings.queries.posts import Post, Posts, posts_of
from reporting.shapes import Estimate

MOST = 50


class Ranking(StrEnum):
    SUPPORT = "support"
    RESPONSE = "response"
    DIVISION = "division"
    DISCUSSED = "discussed"


@dataclass(frozen=True, slots=True)
class Ranked:
    """`response` and `talk` are likes and comments, as a multiple of what its days would let one expect."""

    id: UUID
    text: str
    stream: UUID
    area: UUID
    day: date
    likes: int
    dislikes: int
    comments: int
    consensus: Estimate | None
    division: Estimate | None
    response: Ratio
    talk: Ratio


def ideas_of(
    conversation: Conversation,
    *,
    by: Ranking = Ranking.RESPONSE,
    code: UUID | None = None,
    stream: UUID | None = None,
    area: UUID | None = None,
    most: int = 20,
    posts: Posts | None = None,
) -> list[Ranked]:
    """The first of a ranking, of one theme, question or area if asked. An idea nobody reacted to is in none."""
    posts = posts or posts_of(conversation)
    ideas = [post for post in posts.all if post.is_idea]
    asked = [
        post
        for post in ideas
        if (code is None or code in posts.codes.get(post.id, ()))
        and stream in (None, post.stream)
        and area in (None, post.area)
    ]
    exposure = Exposure(Counter(post.day for post in posts.all))
    score = _score(by, ideas, exposure)
    scored = [(score(post), post) for post in asked]
    # Equals stand in the order of their random ids: it says nothing about who came first.
    first = sorted((line for line in scored if line[0] > 0), key=lambda line: (-line[0], line[1].id))
    return _with_words([post for _score, post in first[: min(most, MOST)]], ideas, exposure)


def _score(by: Ranking, ideas: list[Post], exposure: Exposure) -> Callable[[Post], float]:
    if by is Ranking.SUPPORT:
        return lambda post: _low(consensus_of([Votes(post.likes, post.dislikes)]) if post.likes else None)
    if by is Ranking.DIVISION:
        return lambda post: _low(division_of([Votes(post.likes, post.dislikes)]) if post.dislikes else None)
    if by is Ranking.RESPONSE:
        return _against(ideas, exposure, lambda post: post.likes)
    return _against(ideas, exposure, lambda post: post.comments)


def _low(estimate: Estimate | None) -> float:
    return 0.0 if estimate is None else estimate.low


def _against(ideas: list[Post], exposure: Exposure, count: Callable[[Post], int]) -> Callable[[Post], float]:
    ratio_of = _ratios(ideas, exposure, count)
    return lambda post: ratio_of(post).low


def _ratios(ideas: list[Post], exposure: Exposure, count: Callable[[Post], int]) -> Callable[[Post], Ratio]:
    """What is expected of an idea: its share of everything, by its share of all the time ideas could be seen."""
    everything = sum(count(post) for post in ideas)
    all_days = sum(exposure.of(post.day) for post in ideas) or 1.0

    def ratio_of(post: Post) -> Ratio:
        expected = everything * exposure.of(post.day) / all_days
        return ratio(count(post), expected) if expected else Ratio(0.0, 0.0, 0.0)

    return ratio_of


def _with_words(chosen: list[Post], ideas: list[Post], exposure: Exposure) -> list[Ranked]:
    words = texts_of(post.id for post in chosen)
    response = _ratios(ideas, exposure, lambda post: post.likes)
    talk = _ratios(ideas, exposure, lambda post: post.comments)
    return [
        Ranked(
            id=post.id,
            text=words[post.id],
            stream=post.stream,
            area=post.area,
            day=post.day,
            likes=post.likes,
            dislikes=post.dislikes,
            comments=post.comments,
            consensus=consensus_of([Votes(post.likes, post.dislikes)]),
            division=division_of([Votes(post.likes, post.dislikes)]),
            response=response(post),
            talk=talk(post),
        )
        for post in chosen
        if post.id in words
    ]


def texts_of(ideas: Iterable[UUID]) -> dict[UUID, str]:
    """The words of shown ideas. One that is hidden, emptied or gone is not among them."""
    return dict(rows(_TEXTS, [list(ideas)]))


def sample_of_comments(posts: Posts, code: UUID, *, most: int) -> list[str]:
    """
    Comments of a theme that may be quoted: neither very short nor very long, by chance.

    Which ones is decided by their random ids, so the same ones come again and nothing tells who came first.
    """
    ids = [post.id for post in posts.under(code) if not post.is_idea]
    return [text for (text,) in rows(_COMMENTS, [ids, most])]


_TEXTS = f"SELECT id, text FROM conversations_idea WHERE id = ANY(%s) AND state = '{State.SHOWN}'"
_COMMENTS = f"""
    SELECT c.text FROM conversations_comment c JOIN conversations_idea i ON i.id = c.idea_id
    WHERE c.id = ANY(%s) AND c.state = '{State.SHOWN}' AND i.state = '{State.SHOWN}'
      AND length(c.text) BETWEEN 40 AND 300
    ORDER BY c.id LIMIT %s
"""
