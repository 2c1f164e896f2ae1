"""Themes with their strength of opinion: of the whole conversation, by question and by area."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from conversations.models import Area, Conversation, Stream
from reporting.coding.queries import CodeLine
from reporting.findings.measures import Votes, consensus_of, division_of
from reporting.findings.queries.posts import Post, Posts, posts_of
from reporting.shapes import ThemeStrength


@dataclass(frozen=True, slots=True)
class Part:
    """One question or one area, with its themes in the order of the frame."""

    id: UUID
    name: str
    contributions: int
    themes: list[ThemeStrength]


@dataclass(slots=True)
class _Sum:
    ideas: int = 0
    comments: int = 0
    votes: list[Votes] = field(default_factory=list)

    def add(self, post: Post) -> None:
        if not post.is_idea:
            self.comments += 1
            return
        self.ideas += 1
        if post.likes or post.dislikes:
            self.votes.append(Votes(post.likes, post.dislikes))


def themes_of(conversation: Conversation, *, posts: Posts | None = None) -> list[ThemeStrength]:
    """
    Every theme in the order of the frame, those without a post as well. A theme holds what is coded with it or
    with a code below it, each post once. Hand in `posts` where several things are asked about the same.
    """
    posts = posts or posts_of(conversation)
    return _themes(posts, posts.all)


def parts_of(conversation: Conversation) -> tuple[list[tuple[UUID, str]], list[tuple[UUID, str]]]:
    """Questions and areas with their names, in their orders."""
    streams = Stream.objects.filter(conversation=conversation).order_by("position", "question")
    areas = Area.objects.filter(conversation=conversation).order_by("position", "name")
    return list(streams.values_list("pk", "question")), list(areas.values_list("pk", "name"))


def themes_by_stream(conversation: Conversation, *, posts: Posts | None = None) -> list[Part]:
    """The same for each question, in their order."""
    streams, _areas = parts_of(conversation)
    return _parts(posts or posts_of(conversation), streams, lambda post: post.stream)


def themes_by_area(conversation: Conversation, *, posts: Posts | None = None) -> list[Part]:
    """The same for each area, in their order."""
    _streams, areas = parts_of(conversation)
    return _parts(posts or posts_of(conversation), areas, lambda post: post.area)


def _parts(posts: Posts, names: list[tuple[UUID, str]], of: Callable[[Post], UUID]) -> list[Part]:
    sorted_out: dict[UUID, list[Post]] = {part: [] for part, _name in names}
    for post in posts.all:
        sorted_out[of(post)].append(post)
    return [Part(part, name, len(sorted_out[part]), _themes(posts, sorted_out[part])) for part, name in names]


def _themes(posts: Posts, counted: Iterable[Post]) -> list[ThemeStrength]:
    sums = {line.id: _Sum() for line in posts.frame}
    for post in counted:
        for code in posts.codes.get(post.id, ()):
            if code in sums:
                sums[code].add(post)
    return [_strength(line, sums[line.id]) for line in posts.frame]


def _strength(line: CodeLine, found: _Sum) -> ThemeStrength:
    return ThemeStrength(
        code=line.id,
        path=line.path,
        definition=line.definition,
        colour=line.colour,
        ideas=found.ideas,
        comments=found.comments,
        likes=sum(votes.likes for votes in found.votes),
        dislikes=sum(votes.dislikes for votes in found.votes),
        consensus=consensus_of(found.votes),
        division=division_of(found.votes),
    )
