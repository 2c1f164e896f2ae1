"""
What an organisation is told of what facilitators do, where the project chose that (R29).

Numbers of whole days that are over, rounded down to five, and only once five have come together: a single
act on a known day could be laid beside what somebody saw or said on that day.
"""

from datetime import date, datetime

from django.db import transaction

from conversations.models import ActKind, Conversation, MessageKind
from kernel.database import rows
from reporting.portal.models import Telling, Told

FEWEST = 5
# An offer of support is nobody's business but its reader's.
_CONTACTS = (MessageKind.QUESTION, MessageKind.WARNING, MessageKind.READONLY)
_REMOVALS = (ActKind.HIDE, ActKind.REMOVE)


def tell_all(*, at: datetime) -> None:
    """Whatever is due in every conversation that chose it. May run again at any time."""
    for conversation in Conversation.objects.filter(client_is_told=True, emptying="").exclude(opens_at=None):
        tell(conversation=conversation, at=at)


def tell(*, conversation: Conversation, at: datetime) -> None:
    """Everything up to yesterday that has come together; the rest waits for more."""
    today = at.astimezone(conversation.zone).date()
    with transaction.atomic():
        Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        for kind, statement in ((Told.REMOVED, _REMOVED), (Told.CONTACTED, _CONTACTED)):
            Telling.objects.bulk_create(_due(conversation, kind, statement, today))


def _due(conversation: Conversation, kind: Told, statement: str, today: date) -> list[Telling]:
    told = Telling.objects.filter(conversation=conversation, kind=kind).order_by("-until").first()
    after = told.until if told else date.min
    made: list[Telling] = []
    gathered, since = 0, None
    for day, count in rows(statement, [conversation.pk, after, today]):
        since = since or day
        gathered += count
        if gathered >= FEWEST:
            made.append(
                Telling(
                    conversation=conversation,
                    kind=kind,
                    since=since,
                    until=day,
                    at_least=gathered - gathered % FEWEST,
                )
            )
            gathered, since = 0, None
    return made


def _listed(kinds: tuple[ActKind, ...] | tuple[MessageKind, ...]) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


# An act on several posts counts once, as facilitators decided once.
_REMOVED = f"""
    SELECT a.day, count(*)::int FROM conversations_act a
    WHERE a.conversation_id = %s AND a.day > %s AND a.day < %s AND a.kind IN ({_listed(_REMOVALS)})
    GROUP BY a.day ORDER BY a.day
"""
# However much is written to one author on a day, they were contacted once.
_CONTACTED = f"""
    SELECT m.day, count(DISTINCT m.thread_id)::int FROM conversations_message m
    JOIN conversations_thread t ON t.id = m.thread_id
    LEFT JOIN conversations_comment c ON c.id = t.comment_id
    JOIN conversations_idea i ON i.id = COALESCE(t.idea_id, c.idea_id)
    JOIN conversations_stream s ON s.id = i.stream_id
    WHERE s.conversation_id = %s AND m.day > %s AND m.day < %s AND m.kind IN ({_listed(_CONTACTS)})
    GROUP BY m.day ORDER BY m.day
"""
