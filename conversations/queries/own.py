"""Finding a person's own contributions by their tags: nothing in the database says whose they are."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from conversations.models import ActKind, Conversation, Idea, MessageKind, State
from conversations.queries.changeable import IS_CHANGEABLE
from conversations.queries.ideas import hides_votes, rule_sentence
from conversations.queries.tags import own_tags
from kernel.database import rows
from privacy import anonymity
from privacy.anonymity import Kind


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
    edited_for: str
    merges: int
    # The rule by which a facilitator brought it into its state.
    rule: str
    # Split off something else the person wrote.
    is_part: bool
    can_change: bool

    @property
    def edited_why(self) -> str:
        return rule_sentence(self.edited_for)

    @property
    def state_why(self) -> str:
        return rule_sentence(self.rule)

    @property
    def hides_votes(self) -> bool:
        return hides_votes(self.merges, self.likes, self.dislikes)


def posts(conversation: Conversation, secret: bytes, *, today: date) -> list[OwnPost]:
    """Everything a person wrote in a conversation, newest first. `today` says what can still be changed."""
    return posts_under(conversation, {kind: own_tags(kind, secret) for kind in _POSTS}, today=today)


def posts_under(conversation: Conversation, tags: dict[Kind, list[bytes]], *, today: date) -> list[OwnPost]:
    """The same for the tags by kind, where nobody has the secret."""
    found: list[OwnPost] = []
    for kind, statement in _POSTS.items():
        if tags[kind]:
            found += [OwnPost(kind, *row) for row in rows(statement, [today, tags[kind], conversation.id])]
    return sorted(found, key=lambda post: (post.day, post.number), reverse=True)


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A notice of an act is made of `act` and `rule` for whoever reads it; its text is what was added."""

    kind: str
    text: str
    day: date
    act: str | None = None
    rule: str | None = None

    @property
    def notice(self) -> str:
        return str(ActKind(self.act).label) if self.act else ""

    @property
    def why(self) -> str:
        return rule_sentence(self.rule or "")


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
    return threads_under(conversation, {kind: own_tags(kind, secret) for kind in _POSTS})


def threads_under(conversation: Conversation, tags: dict[Kind, list[bytes]]) -> list[OwnThread]:
    """The same for the tags by kind, where nobody has the secret."""
    found: dict[UUID, OwnThread] = {}
    values = [tags[Kind.IDEA], tags[Kind.COMMENT], conversation.id]
    for kind, contribution, text, stream, *message in rows(_THREADS, values):
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
    ideas = Idea.objects.filter(stream__conversation=conversation).values_list("pk", flat=True)
    return votes_under({anonymity.voter_tag(secret, idea): idea for idea in ideas})


def votes_under(tags: dict[bytes, UUID]) -> list[OwnVote]:
    """The same for the tags and the ideas they stand for, where nobody has the secret."""
    ideas = dict(Idea.objects.filter(pk__in=tags.values()).values_list("pk", "text"))
    found = rows(
        "SELECT voter_tag, value FROM conversations_vote WHERE voter_tag = ANY(%s) AND idea_id = ANY(%s)",
        [list(tags), list(ideas)],
    )
    return [OwnVote(ideas[tags[bytes(tag)]], value) for tag, value in found]


_THREADS = f"""
    SELECT CASE WHEN t.idea_id IS NULL THEN '{Kind.COMMENT}' ELSE '{Kind.IDEA}' END,
           COALESCE(t.idea_id, t.comment_id), COALESCE(c.text, i.text), s.question, m.kind, m.text, m.day, act.kind, act.rule
    FROM conversations_thread t
    LEFT JOIN conversations_comment c ON c.id = t.comment_id
    JOIN conversations_idea i ON i.id = COALESCE(t.idea_id, c.idea_id)
    JOIN conversations_stream s ON s.id = i.stream_id
    JOIN conversations_message m ON m.thread_id = t.id
    LEFT JOIN conversations_act act ON act.id = m.act_id
    WHERE (t.idea_id IN (SELECT id FROM conversations_idea WHERE owner_tag = ANY(%s))
           OR t.comment_id IN (SELECT id FROM conversations_comment WHERE owner_tag = ANY(%s)))
      AND s.conversation_id = %s
    ORDER BY COALESCE(c.day, i.day) DESC, t.id, m.position
"""


def _rule(row: str, column: str) -> str:
    """The rule of the act that brought a contribution into the state it is in."""
    return f"""
        COALESCE((
            SELECT a.rule FROM conversations_touch t JOIN conversations_act a ON a.id = t.act_id
            WHERE t.{column} = {row}.id AND a.undone_by_id IS NULL AND a.kind = {_BY_ACT.format(row=row)}
            ORDER BY t.version DESC LIMIT 1
        ), '')
    """


_BY_ACT = f"""
    CASE {{row}}.state WHEN '{State.HIDDEN}' THEN '{ActKind.HIDE}' WHEN '{State.REMOVED}' THEN '{ActKind.REMOVE}'
        WHEN '{State.MERGED}' THEN '{ActKind.MERGE}' WHEN '{State.SPLIT}' THEN '{ActKind.SPLIT}' END
"""

# A part whose split was taken back is nobody's any more: its words stand in the whole again.
_IDEAS = f"""
    SELECT i.id, i.id, i.text, s.question, i.day, i.state, i.shown_likes, i.shown_dislikes, i.comment_count,
        i.number, i.is_edited, i.edited_for, i.merges, {_rule("i", "idea_id")}, i.part_of_id IS NOT NULL,
        {IS_CHANGEABLE[Kind.IDEA]}
    FROM conversations_idea i JOIN conversations_stream s ON s.id = i.stream_id
    LEFT JOIN conversations_idea whole ON whole.id = i.part_of_id
    WHERE i.owner_tag = ANY(%s) AND s.conversation_id = %s
      AND NOT (i.state = '{State.REMOVED}' AND whole.state IS NOT NULL AND whole.state <> '{State.SPLIT}')
"""

_COMMENTS = f"""
    SELECT i.id, c.id, c.text, s.question, c.day, c.state, i.shown_likes, i.shown_dislikes, i.comment_count,
        c.number, c.is_edited, c.edited_for, 0, {_rule("c", "comment_id")}, false,
        {IS_CHANGEABLE[Kind.COMMENT]}
    FROM conversations_comment c
    JOIN conversations_idea i ON i.id = c.idea_id
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE c.owner_tag = ANY(%s) AND s.conversation_id = %s
"""
_POSTS = {Kind.IDEA: _IDEAS, Kind.COMMENT: _COMMENTS}
