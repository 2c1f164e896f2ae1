"""
The outbox: word for an author that the vault is still to be given.

It is written with what it is about, in one transaction, so that nothing is forgotten while the vault is
away. It is handed over right afterwards and, if that did not succeed, each minute.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog

from conversations.models import Conversation, Delivery, Post
from kernel.database import rows
from kernel.errors import Unavailable
from kernel.tasks import after_commit
from privacy.vault.interface import vault
from privacy.vault.refusals import RouteRefused, UnknownConversation

log = structlog.get_logger("conversations.outbox")

_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Owed:
    id: UUID
    conversation: UUID
    contribution: UUID
    route: bytes
    is_urgent: bool


def owe_delivery(conversation: Conversation, post: Post, *, urgent: bool = False) -> None:
    """
    Tell the author of a contribution that something waits for them, once this transaction has committed.

    The caller's transaction writes what waits. A contribution without an author is nobody's: nothing happens.
    """
    if not post.model.objects.filter(pk=post.id, route__isnull=False).exists():
        return
    Delivery.objects.create(conversation=conversation, is_urgent=urgent, **post.about)
    after_commit("conversations.deliver")


def deliver_owed() -> int:
    """
    Hand everything owed to the vault, what is urgent first; returns how many were handed over.

    Where the vault is away the rest is kept for the next time. Two at once do no harm.
    """
    handed = 0
    for owed in [_Owed(*found) for found in rows(_OWED, [_MOST_AT_ONCE])]:
        try:
            vault().deliver(
                conversation=owed.conversation,
                route=bytes(owed.route),
                contribution=owed.contribution,
                urgent=owed.is_urgent,
            )
        except Unavailable:
            log.warning("delivery_postponed")
            break
        except (RouteRefused, UnknownConversation):
            # Nobody can be told through it, today or later.
            log.error("delivery_impossible")  # noqa: TRY400  (the refusal says no more)
        Delivery.objects.filter(pk=owed.id).delete()
        handed += 1
    return handed


_OWED = """
    SELECT d.id, d.conversation_id, COALESCE(d.idea_id, d.comment_id), COALESCE(i.route, c.route), d.is_urgent
    FROM conversations_delivery d
    LEFT JOIN conversations_idea i ON i.id = d.idea_id
    LEFT JOIN conversations_comment c ON c.id = d.comment_id
    ORDER BY d.is_urgent DESC, random() LIMIT %s
"""
