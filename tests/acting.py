"""Facilitators at work in tests: acts as short calls, through the real services."""

from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from conversations.models import Act, Comment, Conversation, Idea, Post, Rule, Stream
from conversations.services import acts, posting, voting
from conversations.services.acts import Merge, Part
from privacy.anonymity import Kind, Ticket
from tenants.models import Role
from tenants.permissions import Staff

FACILITATOR = Staff(id=uuid4(), name="Sam Demo", roles=frozenset({Role.FACILITATOR}))


def seen(kind: Kind, id: UUID) -> Post:
    """A contribution as somebody who looks at it now sees it."""
    model: type[Idea | Comment] = Idea if kind is Kind.IDEA else Comment
    return Post(kind, id, model.objects.get(pk=id).version)


def idea_seen(id: UUID) -> Post:
    return seen(Kind.IDEA, id)


def _why(talk: Conversation, rule: Rule, by: Staff = FACILITATOR) -> dict[str, Any]:
    return {"conversation": talk, "by": by, "rule": rule, "note": "Thank you.", "at": timezone.now()}


def edit(talk: Conversation, post: Post, text: str) -> Act:
    return acts.edit_post(post=post, text=text, **_why(talk, Rule.PERSON))


def mask(talk: Conversation, post: Post, *words: str) -> Act:
    return acts.mask_post(post=post, words=words, **_why(talk, Rule.PERSON))


def hide(talk: Conversation, post: Post, by: Staff = FACILITATOR) -> Act:
    return acts.hide_post(post=post, **_why(talk, Rule.ABUSE, by))


def remove(talk: Conversation, post: Post) -> Act:
    return acts.remove_post(post=post, **_why(talk, Rule.ABUSE))


def restore(talk: Conversation, post: Post) -> Act:
    return acts.restore_post(post=post, **_why(talk, Rule.REVIEW))


def move(talk: Conversation, idea: UUID, stream: Stream) -> Act:
    return acts.move_idea(post=idea_seen(idea), stream=stream.pk, **_why(talk, Rule.TOPIC))


def split(talk: Conversation, idea: UUID, *texts: str, comments: tuple[UUID, ...] = ()) -> list[UUID]:
    """The ids of the parts, in their order, in the idea's own stream; the comments go to the first."""
    stream = Idea.objects.get(pk=idea).stream_id
    parts = [Part(text, stream, () if n else comments) for n, text in enumerate(texts)]
    act = acts.split_idea(post=idea_seen(idea), parts=parts, **_why(talk, Rule.SEVERAL))
    made = {found.text: found.pk for found in Idea.objects.filter(touches__act=act, part_of=idea)}
    return [made[text] for text in texts]


def merge(talk: Conversation, target: UUID, *sources: UUID, text: str | None = None) -> Act:
    merging = Merge(idea_seen(target), tuple(idea_seen(source) for source in sources), text)
    return acts.merge_ideas(merge=merging, **_why(talk, Rule.SAME))


def undo(talk: Conversation, act: Act | UUID) -> Act:
    return acts.undo_act(
        conversation=talk,
        act=act.pk if isinstance(act, Act) else act,
        by=FACILITATOR,
        note="",
        at=timezone.now(),
    )


def act_on(idea: UUID) -> UUID:
    """The newest act on an idea."""
    return UUID(str(Act.objects.filter(touches__idea=idea).order_by("-touches__version")[0].pk))


def vote(talk: Conversation, idea: UUID, by: Ticket, value: int = 1) -> None:
    if value:
        voting.cast_vote(conversation=talk, idea=idea, by=by, value=value, at=timezone.now())
    else:
        voting.withdraw_vote(conversation=talk, idea=idea, by=by, at=timezone.now())


def comment(talk: Conversation, idea: UUID, by: Ticket, text: str = "A comment.") -> UUID:
    return posting.add_comment(
        conversation=talk, idea=idea, by=by, form=str(uuid4()), text=text, at=timezone.now()
    )
