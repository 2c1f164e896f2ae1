"""The questions before access: each with its answers, which are the groups of the report."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from conversations.models import Bucket, Dimension
from conversations.queries.conversations import forget_conversations
from conversations.services.preparing.areas import code_from
from conversations.services.preparing.fixed import draft_for
from conversations.services.preparing.order import moved
from kernel.errors import DomainError
from kernel.text import one_line, plain
from tenants.permissions import Staff

LONGEST_QUESTION, LONGEST_REASON, LONGEST_ANSWER = 200, 600, 120
MOST_ANSWERS = 40
_LONGEST_CODE = 60


class SurveyQuestionMissing(DomainError):
    code = "survey_question_missing"
    status = 422
    message = "Write the question in up to 200 characters, and why it is asked in up to 600."


class AnswersNotUsable(DomainError):
    code = "answers_not_usable"
    status = 422
    message = (
        "Write 2 to 40 different answers, one in each line, with up to 120 characters and letters in each."
    )


class DimensionTaken(DomainError):
    code = "dimension_taken"
    message = "Another question has this name in the roster already. Choose another name."


def save_dimension(
    *,
    by: Staff,
    conversation: UUID,
    dimension: int | None,
    column: str,
    question: str,
    reason: str,
    answers: Sequence[str],
) -> None:
    """
    A question with its answers, new (`dimension` is None) or in place of the one there is.

    `column` is what a roster calls it, else it is taken from the question. Raises RoleMissing,
    FixedSinceScheduled, SurveyQuestionMissing, AnswersNotUsable, DimensionTaken.
    """
    question, reason = one_line(question), plain(reason)
    code = code_from(one_line(column) or question, longest=_LONGEST_CODE)
    if not code or not question or len(question) > LONGEST_QUESTION or len(reason) > LONGEST_REASON:
        raise SurveyQuestionMissing
    labels = _answers(answers)
    try:
        with transaction.atomic():
            draft_for(by, conversation)
            here = Dimension.objects.filter(conversation=conversation)
            values = {"code": code, "question": question, "reason": reason}
            kept = here.filter(pk=dimension).first() if dimension is not None else None
            if kept is None:
                kept = Dimension.objects.create(conversation_id=conversation, position=here.count(), **values)
            here.filter(pk=kept.pk).update(**values)
            kept.buckets.all().delete()
            Bucket.objects.bulk_create(
                Bucket(dimension=kept, code=found, label=label, position=position)
                for position, (found, label) in enumerate(labels.items())
            )
    except IntegrityError as clash:
        raise DimensionTaken from clash
    forget_conversations()


def move_dimension(*, by: Staff, conversation: UUID, dimension: int, up: bool) -> None:
    """Raises RoleMissing, FixedSinceScheduled, NotFound."""
    with transaction.atomic():
        draft_for(by, conversation)
        moved(Dimension.objects.filter(conversation=conversation), dimension, up=up)
    forget_conversations()


def remove_dimension(*, by: Staff, conversation: UUID, dimension: int) -> None:
    """Raises RoleMissing, FixedSinceScheduled."""
    with transaction.atomic():
        draft_for(by, conversation)
        Dimension.objects.filter(conversation=conversation, pk=dimension).delete()
    forget_conversations()


def _answers(typed: Sequence[str]) -> dict[str, str]:
    """Labels by code."""
    labels = [label for label in map(one_line, typed) if label]
    found = {code_from(label, longest=_LONGEST_CODE): label for label in labels}
    fits = all(len(label) <= LONGEST_ANSWER for label in labels)
    if "" in found or len(found) != len(labels) or not 2 <= len(labels) <= MOST_ANSWERS or not fits:
        raise AnswersNotUsable
    return found
