"""Finding a person's own contributions by their tags: nothing in the database says whose they are."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from conversations.models import Comment, Conversation, Idea, MessageKind
from conversations.queries.changeable import IS_CHANGEABLE
from kernel.database import rows
from privacy import anonymity
from privacy.anonymity import Kind

_LOOK_AHEAD = 32
_MODELS: dict[Kind, type[Idea] | type[Comment]] = {Kind.IDEA: Idea, Kind.COMMENT: Comment}


@dataclass(frozen=True, slots=True)
class OwnPost:
    """Something the person wrote, as others see it. `number` orders it, newest first."""

    kind: str
    idea: UUID
    anchor: UUID
    text: str
    stream: str
    day: date
    state: str
    likes: int
    dislikes: int
    comment_count: int
    number: int
    is_edited: bool
    can_change: bool


def count(kind: Kind, secret: bytes) -> int:
    """
    How many tags of a kind a person has used: the number of the next one.

    Looks one block of tags past the last hit, so it takes one query for most people.
    """
    found = 0
    for first in range(0, anonymity.MOST_POSTS[kind], _LOOK_AHEAD):
        tags = anonymity.owner_tags(secret, kind, first=first, count=_LOOK_AHEAD)
        hits = _MODELS[kind].objects.filter(owner_tag__in=tags).values_list("owner_tag", flat=True)
        used = {bytes(tag) for tag in hits if tag is not None}
        if not used:
            break
        found = first + max(n for n, tag in enumerate(tags) if tag in used) + 1
    return found


def exists(kind: Kind, contribution: UUID) -> bool:
    return _MODELS[kind].objects.filter(pk=contribution).exists()


def posts(conversation: Conversation, secret: bytes, *, today: date) -> list[OwnPost]:
    """Everything a person wrote in a conversation, newest first. `today` says what can still be changed."""
    found: list[OwnPost] = []
    for kind, statement in ((Kind.IDEA, _IDEAS), (Kind.COMMENT, _COMMENTS)):
        tags = anonymity.owner_tags(secret, kind, count=count(kind, secret))
        if not tags:
            continue
        found += [OwnPost(kind, *row) for row in rows(statement, [today, tags, conversation.id])]
    return sorted(found, key=lambda post: (post.day, post.number), reverse=True)


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    kind: str
    text: str
    day: date


@dataclass(frozen=True, slots=True)
class OwnThread:
    """A thread on one of the person's contributions, with its messages in their order."""

    kind: str
    contribution: UUID
    text: str
    stream: str
    messages: list[ThreadMessage]

    @property
    def has_come_forward(self) -> bool:
        return any(message.kind == MessageKind.FORWARD for message in self.messages)


def threads(conversation: Conversation, secret: bytes) -> list[OwnThread]:
    """All threads on a person's contributions, in no telling order but that of the contributions' days."""
    tags = [
        anonymity.owner_tags(secret, kind, count=count(kind, secret)) for kind in (Kind.IDEA, Kind.COMMENT)
    ]
    found: dict[UUID, OwnThread] = {}
    for kind, contribution, text, stream, *message in rows(_THREADS, [*tags, conversation.id]):
        thread = found.setdefault(contribution, OwnThread(kind, contribution, text, stream, []))
        thread.messages.append(ThreadMessage(*message))
    return list(found.values())


def thread_on(conversation: Conversation, secret: bytes, contribution: UUID) -> OwnThread | None:
    """The thread on one contribution, if it is the person's own and has one."""
    return next(
        (found for found in threads(conversation, secret) if found.contribution == contribution), None
    )


@dataclass(frozen=True, slots=True)
class OwnVote:
    idea: str
    value: int


def votes(conversation: Conversation, secret: bytes) -> list[OwnVote]:
    """Every vote of a person: asked idea by idea, because nothing ties a person's votes together."""
    ideas = dict(Idea.objects.filter(stream__conversation=conversation).values_list("pk", "text"))
    tags = {anonymity.voter_tag(secret, idea): text for idea, text in ideas.items()}
    found = rows(
        "SELECT voter_tag, value FROM conversations_vote WHERE voter_tag = ANY(%s) AND idea_id = ANY(%s)",
        [list(tags), list(ideas)],
    )
    return [OwnVote(tags[bytes(tag)], value) for tag, value in found]


_THREADS = f"""
    SELECT CASE WHEN t.idea_id IS NULL THEN '{Kind.COMMENT}' ELSE '{Kind.IDEA}' END,
           COALESCE(t.idea_id, t.comment_id), COALESCE(c.text, i.text), s.question, m.kind, m.text, m.day
    FROM conversations_thread t
    LEFT JOIN conversations_comment c ON c.id = t.comment_id
    JOIN conversations_idea i ON i.id = COALESCE(t.idea_id, c.idea_id)
    JOIN conversations_stream s ON s.id = i.stream_id
    JOIN conversations_message m ON m.thread_id = t.id
    WHERE (t.idea_id IN (SELECT id FROM conversations_idea WHERE owner_tag = ANY(%s))
           OR t.comment_id IN (SELECT id FROM conversations_comment WHERE owner_tag = ANY(%s)))
      AND s.conversation_id = %s
    ORDER BY COALESCE(c.day, i.day) DESC, t.id, m.position
"""

_IDEAS = f"""
    SELECT i.id, i.id, i.text, s.question, i.day, i.state, i.likes, i.dislikes, i.comment_count, i.number,
        i.is_edited, {IS_CHANGEABLE[Kind.IDEA]}
    FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
    WHERE i.owner_tag = ANY(%s) AND s.conversation_id = %s
"""

_COMMENTS = f"""
    SELECT i.id, c.id, c.text, s.question, c.day, c.state, i.likes, i.dislikes, i.comment_count, c.number,
        c.is_edited, {IS_CHANGEABLE[Kind.COMMENT]}
    FROM conversations_comment c
    JOIN conversations_idea i ON i.id = c.idea_id
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE c.owner_tag = ANY(%s) AND s.conversation_id = %s
"""
