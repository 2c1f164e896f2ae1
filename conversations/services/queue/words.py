"""What facilitators write for each other: saved replies, and notes for the next shift."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation, HandoverNote, SavedReply
from conversations.models.queue import MOST_CHARACTERS_OF_HANDOVER, MOST_CHARACTERS_OF_REPLY
from kernel.errors import DomainError, NotFound
from kernel.text import one_line, plain
from tenants.models import Role
from tenants.permissions import Staff, require_role

MOST_CHARACTERS_OF_TITLE = 80


class WordsMissing(DomainError):
    code = "words_missing"
    status = 422
    message = "Nothing is written here yet. Write something, then save it."


class TooManyWords(DomainError):
    code = "too_many_words"
    status = 422
    message = "This is longer than %(most)s characters. Shorten it, then save it."


class TitleTaken(DomainError):
    code = "title_taken"
    message = "There is a saved reply with this title already. Choose another title."


@transaction.atomic
def save_reply(*, reply: UUID, title: str, text: str, by: Staff) -> None:
    """
    Save a reply under its id: a new one, or the same with other words. The same form twice is one reply.

    Raises WordsMissing, TooManyWords, TitleTaken.
    """
    require_role(by, Role.FACILITATOR)
    titled = _checked(one_line(title), MOST_CHARACTERS_OF_TITLE)
    said = _checked(plain(text), MOST_CHARACTERS_OF_REPLY)
    if SavedReply.objects.filter(title=titled).exclude(pk=reply).exists():
        raise TitleTaken
    SavedReply.objects.update_or_create(pk=reply, defaults={"title": titled, "text": said})


@transaction.atomic
def delete_reply(*, reply: UUID, by: Staff) -> None:
    require_role(by, Role.FACILITATOR)
    SavedReply.objects.filter(pk=reply).delete()


@transaction.atomic
def hand_over(*, conversation: Conversation, form: UUID, text: str, by: Staff, at: datetime) -> None:
    """
    Add a note for the next shift. Notes are never changed; the same form twice is one note.

    Raises WordsMissing, TooManyWords, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    said = _checked(plain(text), MOST_CHARACTERS_OF_HANDOVER)
    day = at.astimezone(conversation.zone).date()
    note, _is_new = HandoverNote.objects.get_or_create(
        form=form, defaults={"conversation": conversation, "day": day, "by": by.id, "text": said}
    )
    if note.conversation_id != conversation.pk:
        raise NotFound


def _checked(text: str, most: int) -> str:
    if not text:
        raise WordsMissing
    if len(text) > most:
        raise TooManyWords(most=most)
    return text
