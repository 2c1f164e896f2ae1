"""The survey before access: its questions stand in the tenant, its answers in the vault alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.models import Bucket, Conversation, Dimension
from conversations.queries.conversations import forget_conversations
from conversations.queries.surveys import Survey
from kernel.errors import DomainError
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault.interface import vault


class AreaMissing(DomainError):
    code = "area_missing"
    status = 422
    message = _("Choose the area you belong to: it decides which discussion you see.")


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """A dimension to be: its code, the question, why it is asked, and its answers as (code, label)."""

    code: str
    question: str
    reason: str
    buckets: Sequence[tuple[str, str]]


def define_survey(*, conversation: UUID, questions: Sequence[SurveyQuestion]) -> None:
    """Put these questions, in this order, in place of the ones there are."""
    with transaction.atomic():
        Dimension.objects.filter(conversation=conversation, is_asked=True).delete()
        # What the roster says becomes a question when it is asked for.
        asked = [question.code for question in questions]
        Dimension.objects.filter(conversation=conversation, code__in=asked).delete()
        for position, question in enumerate(questions):
            dimension = Dimension.objects.create(
                conversation_id=conversation,
                code=question.code,
                question=question.question,
                reason=question.reason,
                position=position,
            )
            Bucket.objects.bulk_create(
                Bucket(dimension=dimension, code=code, label=label, position=place)
                for place, (code, label) in enumerate(question.buckets)
            )
    forget_conversations()


def answer_survey(
    *, conversation: Conversation, survey: Survey, by: Ticket, answers: Mapping[str, str], area: str
) -> Ticket:
    """
    Hand a person's answers to the vault and return their new ticket.

    What is none of the choices counts as not answered. Raises AreaMissing, ProofRefused.
    """
    known = {
        question.code: answers[question.code]
        for question in survey.questions
        if answers.get(question.code) in {code for code, _label in question.buckets}
    }
    chosen = area if area in {code for code, _name in survey.areas} else ""
    if not (by.area or chosen):
        raise AreaMissing
    return vault().answer_survey(
        conversation=conversation.pk,
        proof=anonymity.prove(by, "answer_survey"),
        answers=known,
        area="" if by.area else chosen,
    )
