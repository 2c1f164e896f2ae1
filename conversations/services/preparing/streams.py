"""The questions of a project."""

from uuid import UUID

from django.db import transaction

from conversations.models import Stream
from conversations.queries.conversations import forget_conversations
from conversations.services.preparing.fixed import FixedSinceScheduled, draft_for, running_for
from conversations.services.preparing.order import moved
from kernel.errors import DomainError, NotFound
from kernel.text import one_line, plain
from tenants.models import Role
from tenants.permissions import Staff

LONGEST_QUESTION, LONGEST_CONTEXT = 200, 600
_MOST = 30


class QuestionMissing(DomainError):
    code = "question_missing"
    status = 422
    message = "Write the question in up to 200 characters. It is the title of its page."


class ContextTooLong(DomainError):
    code = "context_too_long"
    status = 422
    message = "The lines below a question have up to 600 characters. Shorten them."


class TooManyStreams(DomainError):
    code = "too_many_streams"
    message = "A project has up to 30 questions. Remove one first."


def add_stream(*, by: Staff, conversation: UUID, question: str, context: str = "") -> Stream:
    """At the end, also while it is open. Raises RoleMissing, QuestionMissing, ContextTooLong, TooManyStreams."""
    question, context = _checked(question, context)
    with transaction.atomic():
        running_for(by, conversation, Role.FACILITATOR)
        here = Stream.objects.filter(conversation=conversation)
        last = here.order_by("-position").values_list("position", flat=True).first()
        if here.count() >= _MOST:
            raise TooManyStreams
        made = Stream.objects.create(
            conversation_id=conversation,
            question=question,
            context=context,
            position=0 if last is None else last + 1,
        )
    forget_conversations()
    return made


def change_stream(*, by: Staff, conversation: UUID, stream: UUID, question: str, context: str) -> None:
    """
    The question stays as it is once people may have answered it; the lines below it may change.

    Raises RoleMissing, NotFound, QuestionMissing, ContextTooLong, FixedSinceScheduled.
    """
    question, context = _checked(question, context)
    with transaction.atomic():
        found = running_for(by, conversation, Role.FACILITATOR)
        kept = Stream.objects.filter(conversation=conversation, pk=stream).first()
        if kept is None:
            raise NotFound
        if found.opens_at is not None and kept.question != question:
            raise FixedSinceScheduled
        Stream.objects.filter(pk=stream).update(question=question, context=context)
    forget_conversations()


def move_stream(*, by: Staff, conversation: UUID, stream: UUID, up: bool) -> None:
    """One place up or down. Raises RoleMissing, NotFound."""
    with transaction.atomic():
        running_for(by, conversation, Role.FACILITATOR)
        moved(Stream.objects.filter(conversation=conversation), stream, up=up)
    forget_conversations()


def remove_stream(*, by: Staff, conversation: UUID, stream: UUID) -> None:
    """Raises RoleMissing, FixedSinceScheduled."""
    with transaction.atomic():
        draft_for(by, conversation, Role.FACILITATOR)
        Stream.objects.filter(conversation=conversation, pk=stream).delete()
    forget_conversations()


def _checked(question: str, context: str) -> tuple[str, str]:
    question, context = one_line(question), plain(context)
    if not 0 < len(question) <= LONGEST_QUESTION:
        raise QuestionMissing
    if len(context) > LONGEST_CONTEXT:
        raise ContextTooLong
    return question, context
