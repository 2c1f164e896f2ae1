"""
Facilitators write to whoever wrote one contribution, without ever meeting them: questions, warnings, offers.

The vault is told that something waits, once the words are kept (`outbox`). Nobody learns of an
author whether there is one, whether they read it, or what else is theirs.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation, Message, MessageKind, Post, Thread
from conversations.models.thread import MOST_CHARACTERS_OF_MESSAGE
from conversations.queries.care import Sheet, sheet
from conversations.services.texts import checked_text
from conversations.services.threads import write_to_author
from kernel.errors import DomainError
from privacy.vault.interface import vault
from privacy.vault.shapes import Written
from tenants.models import Role
from tenants.permissions import Staff, require_role

_MOST_A_DAY = 5
# What facilitators write by hand; notices of acts come besides, and are not counted.
_OUR_OWN = (MessageKind.QUESTION, MessageKind.OFFER)


class NobodyToReach(DomainError):
    code = "nobody_to_reach"
    message = "Nobody wrote this under their own account, so nobody can be reached through it."


class EnoughMessages(DomainError):
    code = "enough_messages"
    status = 429
    message = "You have written about this post 5 times today. Wait for an answer, and write again tomorrow."


class WarnedAlready(DomainError):
    code = "warned_already"
    message = "Whoever wrote this was warned about this post already. A post counts once."


def write_message(*, conversation: Conversation, post: Post, text: str, by: Staff, at: datetime) -> UUID:
    """
    Ask or tell the author of a contribution something. Returns the message.

    Raises RoleMissing, NotFound, NobodyToReach, TextMissing, TextTooLong, EnoughMessages.
    """
    require_role(by, Role.FACILITATOR)
    said = checked_text(text, most=MOST_CHARACTERS_OF_MESSAGE)
    require_author(sheet(conversation, post.kind, post.id))
    return say(conversation, post, MessageKind.QUESTION, said, at=at)


def warn_author(*, conversation: Conversation, post: Post, text: str, by: Staff, at: datetime) -> None:
    """
    Warn the author about this contribution; the vault counts it, and nobody else can.

    Raises RoleMissing, NotFound, NobodyToReach, TextMissing, TextTooLong, WarnedAlready, RouteRefused, VaultDown.
    """
    require_role(by, Role.FACILITATOR)
    said = checked_text(text, most=MOST_CHARACTERS_OF_MESSAGE)
    written = require_author(sheet(conversation, post.kind, post.id))
    with transaction.atomic():
        _hold_thread(post)
        if Message.objects.filter(kind=MessageKind.WARNING, **_on(post)).exists():
            raise WarnedAlready
        say(conversation, post, MessageKind.WARNING, said, at=at)
        # Last, and counted once: where the vault is away nothing was said either.
        vault().warn(conversation=conversation.pk, route=written.route, contribution=post.id)


def restrict_author(*, conversation: Conversation, post: Post, text: str, by: Staff, at: datetime) -> None:
    """
    The author may only read from now on, and is told why.

    Raises RoleMissing, NotFound, NobodyToReach, TextMissing, TextTooLong, RouteRefused, VaultDown.
    """
    require_role(by, Role.FACILITATOR)
    said = checked_text(text, most=MOST_CHARACTERS_OF_MESSAGE)
    written = require_author(sheet(conversation, post.kind, post.id))
    with transaction.atomic():
        say(conversation, post, MessageKind.READONLY, said, at=at)
        vault().restrict(conversation=conversation.pk, route=written.route, contribution=post.id)


def lift_restriction(*, conversation: Conversation, post: Post, by: Staff, at: datetime) -> None:
    """The author may write again. Raises RoleMissing, NotFound, NobodyToReach, RouteRefused, VaultDown."""
    require_role(by, Role.FACILITATOR)
    written = require_author(sheet(conversation, post.kind, post.id))
    with transaction.atomic():
        say(conversation, post, MessageKind.LIFTED, "", at=at)
        vault().unrestrict(conversation=conversation.pk, route=written.route, contribution=post.id)


def say(
    conversation: Conversation,
    post: Post,
    kind: MessageKind,
    text: str,
    *,
    at: datetime,
    urgent: bool = False,
) -> UUID:
    """Put words that were checked into the contribution's thread. Raises EnoughMessages, NoThread."""
    today = at.astimezone(conversation.zone).date()
    with transaction.atomic():
        _hold_thread(post)
        written = Message.objects.filter(kind__in=_OUR_OWN, day=today, **_on(post)).count()
        if kind in _OUR_OWN and written >= _MOST_A_DAY:
            raise EnoughMessages
        return write_to_author(
            conversation=conversation,
            kind=post.kind,
            contribution=post.id,
            message=kind,
            text=text,
            at=at,
            urgent=urgent,
        )


def require_author(found: Sheet) -> Written:
    """Raises NobodyToReach."""
    if found.written is None:
        raise NobodyToReach
    return found.written


def _hold_thread(post: Post) -> None:
    """Two facilitators who write at once do so one after the other."""
    list(Thread.objects.select_for_update().filter(**post.about))


def _on(post: Post) -> dict[str, UUID]:
    return {f"thread__{post.kind}": post.id}
