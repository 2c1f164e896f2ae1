"""
Claims: who works on an item has it for a quarter of an hour, and longer while they work on it.

Two who reach for one item at the same moment are told apart by one conditional UPDATE.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation, QueueItem
from kernel.database import change
from kernel.errors import DomainError, NotFound
from tenants.models import Role
from tenants.permissions import Staff, require_role

LASTS = timedelta(minutes=15)

# Conditions of a statement that may only touch what nobody else holds; both take `by` and the moment.
IS_FREE = "(q.claimed_by IS NULL OR q.claimed_by = %s OR q.claimed_until <= %s)"


class ClaimedByAnother(DomainError):
    """`holder` is who; their name stands in the control plane, so the view adds it."""

    code = "claimed_by_another"
    message = "%(who)s is working on this until %(until)s. What you typed is kept. Take another one, or come back then."

    def __init__(self, *, holder: UUID, until: str, who: str = "Somebody else") -> None:
        super().__init__(until=until, who=who)
        self.holder = holder

    def named(self, name: str) -> "ClaimedByAnother":
        """The same with a name in it."""
        return ClaimedByAnother(holder=self.holder, until=self.facts["until"], who=name)


def claim(*, conversation: Conversation, item: UUID, by: Staff, at: datetime) -> datetime:
    """
    Take an item, or keep it for longer, and give back any other. Returns until when it is held.

    Raises ClaimedByAnother, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    until = at + LASTS
    if not change(_CLAIM, [by.id, until, item, conversation.pk, by.id, at]):
        raise refusal_of(conversation, item, by=by, at=at)
    # A statement of its own: two who swap items would otherwise wait for each other.
    change(_GIVE_BACK_OTHERS, [by.id, conversation.pk, item])
    return until


@transaction.atomic
def give_back(*, conversation: Conversation, item: UUID, by: Staff) -> None:
    """Let others have it. What one does not hold is left as it is."""
    require_role(by, Role.FACILITATOR)
    change(_GIVE_BACK, [item, conversation.pk, by.id])


def require_free(conversation: Conversation, item: UUID, *, by: Staff, at: datetime) -> None:
    """Asked before an act; the statement that finishes it asks once more. Raises ClaimedByAnother, NotFound."""
    refusal = _refusal(conversation, item, by=by, at=at)
    if refusal is not None:
        raise refusal


def refusal_of(conversation: Conversation, item: UUID, *, by: Staff, at: datetime) -> DomainError:
    """Why an item was not touched."""
    return _refusal(conversation, item, by=by, at=at) or NotFound()


def _refusal(conversation: Conversation, item: UUID, *, by: Staff, at: datetime) -> DomainError | None:
    found: Any = (
        QueueItem.objects.filter(pk=item, conversation=conversation)
        .values_list("claimed_by", "claimed_until")
        .first()
    )
    if found is None:
        return NotFound()
    holder, until = found
    if holder is None or holder == by.id or until <= at:
        return None
    return ClaimedByAnother(holder=holder, until=f"{until.astimezone(conversation.zone):%H:%M}")


_CLAIM = f"""
    UPDATE conversations_queueitem q SET claimed_by = %s, claimed_until = %s
    WHERE q.id = %s AND q.conversation_id = %s AND {IS_FREE}
"""
_GIVE_BACK = """
    UPDATE conversations_queueitem SET claimed_by = NULL, claimed_until = NULL
    WHERE id = %s AND conversation_id = %s AND claimed_by = %s
"""
_GIVE_BACK_OTHERS = """
    UPDATE conversations_queueitem SET claimed_by = NULL, claimed_until = NULL
    WHERE claimed_by = %s AND conversation_id = %s AND id <> %s
"""
