"""Moving an idea to the question where it belongs."""

from datetime import datetime
from uuid import UUID

from conversations.models import Act, ActKind, Conversation, Post, State, Stream
from conversations.services.acts.decisions import decided
from conversations.services.acts.holding import acting, held_idea
from conversations.services.acts.record import record
from conversations.services.acts.wording import NothingChanged
from kernel.errors import NotFound
from tenants.permissions import Staff


def move_idea(
    *, conversation: Conversation, post: Post, by: Staff, rule: str, note: str, at: datetime, stream: UUID
) -> Act:
    """
    Put an idea under another question of its conversation, with its votes and comments, in its own area.

    Raises RoleMissing, RuleMissing, NoteTooLong, NotFound (also for a foreign question, and one that opens
    later), ChangedMeanwhile, DoesNotFit, NothingChanged.
    """
    decision = decided(ActKind.MOVE, conversation=conversation, by=by, rule=rule, note=note, at=at)
    if not Stream.objects.filter(pk=stream, conversation=conversation).exclude(opens_at__gt=at).exists():
        raise NotFound
    with acting(conversation):
        idea = held_idea(conversation, post, State.SHOWN, State.HIDDEN)
        if idea.stream_id == stream:
            raise NothingChanged
        act = record(decision, idea)
        idea.stream_id, idea.is_pinned = stream, False
        idea.save(update_fields=["stream", "is_pinned"])
    return act
