"""
Blind threads: facilitators and the unknown author of one contribution write to each other.

An author proves to be one by the contribution's tag inside the statement that writes, and by nothing
else. Two threads of one person have nothing in common.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.models import Act, Conversation, Message, MessageKind, Post, Thread
from conversations.models.thread import MOST_CHARACTERS_OF_MESSAGE
from conversations.queries.tags import tags_for
from conversations.services.outbox import owe_delivery
from conversations.services.preparing.fixed import require_not_complete
from conversations.services.texts import checked_text
from kernel.database import once_more, row
from kernel.errors import DomainError
from kernel.text import plain
from kernel.windows import next_window
from privacy import anonymity
from privacy.anonymity import Kind, Ticket

MOST_CHARACTERS_OF_NAME = 200
_MOST_ANSWERS_A_DAY = 20


class NoThread(DomainError):
    code = "no_thread"
    status = 404
    message = _("There is no message to answer here.")


class AlreadyForward(DomainError):
    code = "already_forward"
    status = 409
    message = _("You have come forward here already. Nothing was changed.")


def write_to_author(
    *,
    conversation: Conversation,
    kind: Kind,
    contribution: UUID,
    message: MessageKind,
    text: str,
    at: datetime,
    urgent: bool = False,
) -> UUID:
    """
    Facilitators say something to whoever wrote a contribution; returns the message.

    The author is told by the vault that something waits (at once, where it is urgent), and nobody
    learns whether there is one. Raises NoThread where the contribution has no author to reach, FixedOnceComplete.
    """
    post = Post(kind, contribution)
    with transaction.atomic():
        if not post.model.objects.filter(pk=contribution, route__isnull=False).exists():
            raise NoThread
        require_not_complete(conversation.pk)
        return leave_message(
            conversation,
            post,
            kind=message,
            text=plain(text),
            day=at.astimezone(conversation.zone).date(),
            urgent=urgent,
        )


def leave_message(
    conversation: Conversation,
    post: Post,
    *,
    kind: MessageKind,
    text: str,
    day: date,
    act: Act | None = None,
    urgent: bool = False,
) -> UUID:
    """
    The next message on a contribution's thread, and what is owed to the outbox for it.

    In the caller's transaction, which knows that the contribution has an author.
    """
    # Holding the thread keeps the places of its messages apart.
    thread, _is_new = Thread.objects.select_for_update().get_or_create(**post.about)
    place = Message.objects.filter(thread=thread).count()
    written = Message.objects.create(thread=thread, position=place, kind=kind, text=text, day=day, act=act)
    owe_delivery(conversation, post, urgent=urgent)
    return written.pk


@dataclass(frozen=True, slots=True)
class OwnContribution:
    """A contribution that somebody says is theirs. The statement that writes finds out."""

    conversation: Conversation
    kind: Kind
    id: UUID
    by: Ticket


@dataclass(frozen=True, slots=True)
class _Said:
    """One message of an author: clear text, or a sealed name."""

    kind: MessageKind
    form: str
    text: str = ""
    sealed: bytes | None = None


def answer(*, to: OwnContribution, form: str, text: str, at: datetime) -> None:
    """
    The author answers in the thread of their own contribution; the same form twice is one answer.

    Raises TextMissing, TextTooLong, NoThread (also for somebody else's contribution).
    """
    said = checked_text(text, most=MOST_CHARACTERS_OF_MESSAGE)
    _write(to, _Said(MessageKind.ANSWER, form, text=said), at)


def come_forward(*, on: OwnContribution, name: str, contact: str, at: datetime) -> None:
    """
    The author says who they are, for this one contribution. The name is sealed for the vault to open.

    Raises TextMissing, TextTooLong, NoThread, AlreadyForward.
    """
    said = {**checked_name(name, contact), "about": str(on.id)}
    sealed = anonymity.sealed_for_vault(bytes(on.conversation.public_key), json.dumps(said).encode())
    if not _write(on, _Said(MessageKind.FORWARD, "forward", sealed=sealed), at):
        raise AlreadyForward


def checked_name(name: str, contact: str) -> dict[str, str]:
    """What will be shown. Raises TextMissing, TextTooLong."""
    return {
        "name": checked_text(name, most=MOST_CHARACTERS_OF_NAME),
        "contact": checked_text(contact, most=MOST_CHARACTERS_OF_NAME) if contact.strip() else "",
    }


def _write(own: OwnContribution, said: _Said, at: datetime) -> bool:
    """Whether something was written, or was there already. Raises NoThread."""
    identity = anonymity.contribution_id(own.by.secret, f"{said.kind} {own.id} {said.form}")
    zone = own.conversation.zone
    day = at.astimezone(zone).date()
    values = [
        *(own.id, tags_for(own.kind, own.id, own.by.secret), own.conversation.id),
        *(identity, said.kind, said.text, said.sealed, day, next_window(at, zone)),
        *(day, _MOST_ANSWERS_A_DAY),
    ]
    found, written = once_more(lambda: row(_WRITE[own.kind], values)) or (0, 0)
    if not found:
        raise NoThread
    return bool(written)


def _statement(table: str, column: str, of_conversation: str) -> str:
    """The thread is locked before its messages, as the nightly rewrite does."""
    return f"""
        WITH own AS (
            SELECT t.id FROM conversations_thread t JOIN {table} o ON o.id = t.{column} {of_conversation}
            JOIN conversations_conversation k ON k.id = s.conversation_id AND k.completed_at IS NULL
            WHERE o.id = %s AND o.owner_tag = ANY(%s) AND s.conversation_id = %s
            FOR KEY SHARE OF t
        ), written AS (
            INSERT INTO conversations_message (id, thread_id, position, kind, text, sealed, day, shown_from)
            SELECT %s, own.id, (SELECT count(*) FROM conversations_message m WHERE m.thread_id = own.id),
                   %s, %s, %s::bytea, %s, %s
            FROM own
            WHERE (SELECT count(*) FROM conversations_message m WHERE m.thread_id = own.id
                   AND m.shown_from IS NOT NULL AND m.day = %s) < %s
            ON CONFLICT (id) DO NOTHING
            RETURNING id
        )
        SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM written)
    """


_WRITE = {
    Kind.IDEA: _statement(
        "conversations_idea", "idea_id", "JOIN conversations_stream s ON s.id = o.stream_id"
    ),
    Kind.COMMENT: _statement(
        "conversations_comment",
        "comment_id",
        "JOIN conversations_idea i ON i.id = o.idea_id JOIN conversations_stream s ON s.id = i.stream_id",
    ),
}
