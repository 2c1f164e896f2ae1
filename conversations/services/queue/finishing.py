"""Items that are done, and items that are opened again. Both may be said twice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation, Examined, Lane
from conversations.services.queue.claims import IS_FREE, refusal_of
from kernel.database import change, rows
from tenants.models import Role
from tenants.permissions import Staff, require_role

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of several items; `held` were left because somebody else works on them."""

    done: list[UUID]
    held: int


@transaction.atomic
def finish(*, conversation: Conversation, item: UUID, by: Staff, at: datetime) -> None:
    """There is nothing (more) to do. Raises ClaimedByAnother, NotFound."""
    if not _finish(conversation, [item], by, at):
        raise refusal_of(conversation, item, by=by, at=at)


@transaction.atomic
def finish_several(*, conversation: Conversation, items: list[UUID], by: Staff, at: datetime) -> Finished:
    """The same for several, up to 200; what somebody else works on is left."""
    wanted = list(dict.fromkeys(items))[:MOST_AT_ONCE]
    done = _finish(conversation, wanted, by, at)
    return Finished(done=done, held=len(wanted) - len(done))


@transaction.atomic
def reopen(*, conversation: Conversation, items: list[UUID], by: Staff) -> None:
    """Put items back into their lanes: the undoing of `finish`."""
    require_role(by, Role.FACILITATOR)
    change(_REOPEN, [items[:MOST_AT_ONCE], conversation.pk])


def settle(*, conversation: Conversation, act: UUID, by: Staff, at: datetime) -> None:
    """
    After an act, in its transaction: everything it touched is done. The words that hints found may be gone
    from the text, so they go too, and what is there now is looked through anew.
    """
    today = at.astimezone(conversation.zone).date()
    change(_SETTLE, [by.id, today, conversation.pk, act])


def unsettle(*, conversation: Conversation, act: UUID, item: UUID, by: Staff) -> None:
    """After an act was taken back, in that transaction: what it was about is open again, and looked through anew."""
    change(_LOOK_AGAIN, [act, conversation.pk])
    reopen(conversation=conversation, items=[item], by=by)


def _finish(conversation: Conversation, items: list[UUID], by: Staff, at: datetime) -> list[UUID]:
    require_role(by, Role.FACILITATOR)
    today = at.astimezone(conversation.zone).date()
    return [done for (done,) in rows(_FINISH, [items, conversation.pk, by.id, at, by.id, today])]


# Rows are locked in the order of their ids, so that two lists that overlap wait instead of refusing each other.
_FINISH = f"""
    WITH free AS (
        SELECT q.id FROM conversations_queueitem q
        WHERE q.id = ANY(%s) AND q.conversation_id = %s AND {IS_FREE} ORDER BY q.id FOR UPDATE
    )
    UPDATE conversations_queueitem q
    SET is_open = false, handled_by = %s, handled_on = %s, claimed_by = NULL, claimed_until = NULL
    FROM free WHERE q.id = free.id
    RETURNING q.id
"""
_REOPEN = """
    WITH found AS (
        SELECT id FROM conversations_queueitem WHERE id = ANY(%s) AND conversation_id = %s ORDER BY id FOR UPDATE
    )
    UPDATE conversations_queueitem q SET is_open = true FROM found WHERE q.id = found.id
"""

# Parts of a split are posts of their own, and were just written by a facilitator.
_SETTLE = f"""
    INSERT INTO conversations_queueitem AS q
        (id, kind, day, lane, reports, worries, hints, examined, is_grouped, is_open, handled_by, handled_on,
         conversation_id)
    SELECT COALESCE(i.id, c.id), CASE WHEN i.id IS NULL THEN 'comment' ELSE 'idea' END, COALESCE(i.day, c.day),
           {Lane.NEW.value}, 0, 0, '[]', {Examined.NOT_YET.value}, i.id IS NULL, false, %s, %s, %s
    FROM conversations_touch t
    LEFT JOIN conversations_idea i ON i.id = t.idea_id LEFT JOIN conversations_comment c ON c.id = t.comment_id
    WHERE t.act_id = %s AND COALESCE(i.source, c.source) <> 'facilitator'
    ORDER BY 1
    ON CONFLICT (id) DO UPDATE
        SET hints = '[]', examined = excluded.examined, is_open = false, handled_by = excluded.handled_by,
            handled_on = excluded.handled_on, claimed_by = NULL, claimed_until = NULL
"""
_LOOK_AGAIN = f"""
    UPDATE conversations_queueitem q SET hints = '[]', examined = {Examined.NOT_YET.value}
    FROM conversations_touch t WHERE t.act_id = %s AND q.id IN (t.idea_id, t.comment_id) AND q.conversation_id = %s
"""
