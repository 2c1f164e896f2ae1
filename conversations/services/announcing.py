"""Announcements on a conversation's home, which may go to everybody as news too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Announcement, Conversation
from conversations.models.announcement import MOST_CHARACTERS_OF_ANNOUNCEMENT
from conversations.queries.conversations import forget_conversations
from conversations.services.texts import checked_text
from kernel import audit
from kernel.errors import DomainError, NotFound
from kernel.tenancy import current_tenant
from privacy.vault.interface import vault
from privacy.vault.shapes import MailingKind
from tenants.models import Role
from tenants.permissions import Staff, require_role

_LAST = 99


class EndsBeforeItBegins(DomainError):
    code = "ends_before_it_begins"
    status = 422
    message = "An announcement ends after it begins. Change one of the two moments."


class SubjectMissing(DomainError):
    code = "subject_missing"
    status = 422
    message = "A mail needs a subject. Write one, or do not send the announcement."


class SentAlready(DomainError):
    code = "sent_already"
    message = "This went to everybody as a mail already. Write another announcement to send one more."


@dataclass(frozen=True, slots=True)
class Words:
    """An announcement to be. A `subject` sends it to everybody as well, when it is first shown."""

    text: str
    shown_from: datetime
    shown_until: datetime | None = None
    position: int = 0
    subject: str | None = None


def announce(*, conversation: Conversation, words: Words, by: Staff, form: UUID) -> Announcement:
    """
    Put an announcement up, and send it where it has a subject; the same form twice is one announcement.

    Raises RoleMissing, TextMissing, TextTooLong, EndsBeforeItBegins, SubjectMissing, MailingRefused, VaultDown.
    """
    require_role(by, Role.FACILITATOR)
    values = _checked(words)
    with transaction.atomic():
        made, is_new = Announcement.objects.get_or_create(
            pk=form,
            defaults={
                **values,
                "conversation": conversation,
                "by": by.id,
                "is_sent": words.subject is not None,
            },
        )
        if made.conversation_id != conversation.pk:
            raise NotFound
        if is_new and words.subject is not None:
            _send(conversation, made, words.subject, by)
    forget_conversations()
    return made


def change_announcement(
    *, conversation: Conversation, announcement: UUID, words: Words, by: Staff
) -> Announcement:
    """
    Change what stands on the home page; a mail that was sent stays as it was. With a subject it is sent now.

    Raises what `announce` raises, SentAlready, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    values = _checked(words)
    with transaction.atomic():
        found = _held(conversation, announcement)
        if words.subject is not None and found.is_sent:
            raise SentAlready
        for name, value in values.items():
            setattr(found, name, value)
        found.is_sent = found.is_sent or words.subject is not None
        found.save()
        if words.subject is not None:
            _send(conversation, found, words.subject, by)
    forget_conversations()
    return found


def take_down_announcement(*, conversation: Conversation, announcement: UUID, by: Staff) -> None:
    """Raises RoleMissing, NotFound."""
    require_role(by, Role.FACILITATOR)
    gone, _kinds = Announcement.objects.filter(pk=announcement, conversation=conversation).delete()
    forget_conversations()
    if not gone:
        raise NotFound


def _checked(words: Words) -> dict[str, object]:
    text = checked_text(words.text, most=MOST_CHARACTERS_OF_ANNOUNCEMENT)
    if words.shown_until is not None and words.shown_until <= words.shown_from:
        raise EndsBeforeItBegins
    if words.subject is not None and not words.subject.strip():
        raise SubjectMissing
    return {
        "text": text,
        "shown_from": words.shown_from,
        "shown_until": words.shown_until,
        "position": max(0, min(words.position, _LAST)),
    }


def _held(conversation: Conversation, announcement: UUID) -> Announcement:
    found = (
        Announcement.objects.select_for_update().filter(pk=announcement, conversation=conversation).first()
    )
    if found is None:
        raise NotFound
    return found


def _send(conversation: Conversation, announcement: Announcement, subject: str, by: Staff) -> None:
    """The vault refuses before anything is stored here, and makes one mailing for each announcement."""
    audit.record(
        "announcement sent",
        by=by.id,
        organisation=current_tenant().organisation,
        about={"project": str(conversation.pk), "announcement": str(announcement.pk)},
    )
    vault().announce(
        conversation=conversation.pk,
        kind=MailingKind.NEWS,
        key=f"announcement {announcement.pk}",
        subject=subject,
        text=announcement.text,
        due_at=announcement.shown_from,
    )
