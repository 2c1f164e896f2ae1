"""What the console shows of one contribution that needs care, and of what was said about it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from conversations.models import (
    Comment,
    Conversation,
    Decision,
    Idea,
    Message,
    MessageKind,
    OpenIdentification,
    Post,
    Safeguarding,
)
from conversations.models.care import CaseState
from kernel.database import rows
from kernel.errors import NotFound
from privacy.anonymity import Kind
from privacy.vault.shapes import Written

# What an author writes is shown as of a window; whatever else stands in a thread is ours.
_THEIRS = {MessageKind.ANSWER, MessageKind.FORWARD}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One contribution as staff see it. Of its author it knows whether there is one."""

    post: Post
    text: str
    question: str
    day: date
    state: str
    # What the vault needs to reach the author. It is on no page.
    written: Written | None = field(repr=False)

    @property
    def has_author(self) -> bool:
        return self.written is not None


def sheet(conversation: Conversation, kind: str, contribution: UUID) -> Sheet:
    """Raises NotFound, also for a contribution of another conversation."""
    if kind not in list(Kind):
        raise NotFound
    post = Post(Kind(kind), contribution)
    found = _found(conversation, post)
    if found is None:
        raise NotFound
    idea = found if isinstance(found, Idea) else found.idea
    written = None
    if found.route is not None and found.owner_tag is not None:
        part_of = found.part_of_id if isinstance(found, Idea) else None
        written = Written(found.pk, bytes(found.route), bytes(found.owner_tag), found.day, part_of)
    return Sheet(post, found.text, idea.stream.question, found.day, found.state, written)


def _found(conversation: Conversation, post: Post) -> Idea | Comment | None:
    if post.kind is Kind.IDEA:
        ideas = Idea.objects.select_related("stream")
        return ideas.filter(pk=post.id, stream__conversation=conversation).first()
    comments = Comment.objects.select_related("idea__stream")
    return comments.filter(pk=post.id, idea__stream__conversation=conversation).first()


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread, as facilitators see it: with the day on which they could first see it."""

    kind: MessageKind
    text: str
    sealed: bytes | None = field(repr=False)
    day: date

    @property
    def is_theirs(self) -> bool:
        return self.kind in _THEIRS


def thread(conversation: Conversation, post: Post, *, at: datetime) -> list[Said]:
    """
    What both sides said, as far as it is shown by now.

    An answer stands where it came to be seen and not where it was written, or its place among
    our own messages would tell more than its window does.
    """
    visible = Q(shown_from__isnull=True) | Q(shown_from__lte=at)
    found = []
    for message in Message.objects.filter(visible, **{f"thread__{post.kind}": post.id}):
        day = message.shown_from.astimezone(conversation.zone).date() if message.shown_from else message.day
        sealed = None if message.sealed is None else bytes(message.sealed)
        said = Said(MessageKind(message.kind), message.text, sealed, day)
        found.append(((day, said.is_theirs, message.position), said))
    return [said for _place, said in sorted(found, key=lambda pair: pair[0])]


def case_on(post: Post) -> Safeguarding | None:
    return Safeguarding.objects.filter(**post.about).first()


def decisions_on(case: Safeguarding) -> list[Decision]:
    """Oldest first."""
    return list(Decision.objects.filter(case=case).order_by("position"))


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the safeguarding lane."""

    kind: str
    contribution: UUID
    text: str
    question: str
    state: str
    opened_on: date
    is_alerted: bool

    @property
    def state_label(self) -> str:
        return str(CaseState(self.state).label)


def cases(conversation: Conversation) -> list[CaseLine]:
    """The safeguarding lane: what is open before what is settled, oldest day first."""
    return [CaseLine(*found) for found in rows(_CASES, [conversation.pk])]


def open_identification_on(post: Post) -> UUID | None:
    """The number of the identification that is going on about a contribution."""
    return OpenIdentification.objects.filter(**post.about).values_list("pk", flat=True).first()


def posts_of_identifications(identifications: list[UUID]) -> dict[UUID, Post]:
    """For those that go on, by their numbers."""
    found = OpenIdentification.objects.filter(pk__in=identifications).values_list("pk", "idea", "comment")
    return {
        number: Post(Kind.IDEA, idea) if idea else Post(Kind.COMMENT, comment)
        for number, idea, comment in found
    }


_CASES = """
    SELECT CASE WHEN g.idea_id IS NULL THEN 'comment' ELSE 'idea' END, COALESCE(g.idea_id, g.comment_id),
           COALESCE(c.text, i.text), s.question, g.state, g.opened_on, g.is_alerted
    FROM conversations_safeguarding g
    LEFT JOIN conversations_comment c ON c.id = g.comment_id
    JOIN conversations_idea i ON i.id = COALESCE(g.idea_id, c.idea_id)
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE s.conversation_id = %s
    ORDER BY g.state = 'closed', g.opened_on, g.id
"""
