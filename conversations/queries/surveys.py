"""The questions of the survey before access."""

from dataclasses import dataclass

from conversations.models import Area, Bucket, Conversation, Dimension


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question with its answers as (code, label)."""

    code: str
    question: str
    reason: str
    buckets: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Survey:
    """`areas` as (code, name), for people whose area is not known."""

    questions: list[QuestionCard]
    areas: list[tuple[str, str]]


def survey_of(conversation: Conversation) -> Survey:
    buckets: dict[int, list[tuple[str, str]]] = {}
    asked = Bucket.objects.filter(dimension__conversation=conversation).order_by("position", "pk")
    for dimension, code, label in asked.values_list("dimension_id", "code", "label"):
        buckets.setdefault(dimension, []).append((code, label))
    dimensions = Dimension.objects.filter(conversation=conversation).order_by("position", "pk")
    areas = Area.objects.filter(conversation=conversation).order_by("position", "pk")
    return Survey(
        questions=[
            QuestionCard(dimension.code, dimension.question, dimension.reason, buckets.get(dimension.pk, []))
            for dimension in dimensions
        ],
        areas=list(areas.values_list("code", "name")),
    )
