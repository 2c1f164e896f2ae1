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
    """`areas` as (code, name), for people whose area is not known; `known` is what only the roster says."""

    questions: list[QuestionCard]
    areas: list[tuple[str, str]]
    known: list[QuestionCard]


def survey_of(conversation: Conversation) -> Survey:
    buckets: dict[int, list[tuple[str, str]]] = {}
    asked = Bucket.objects.filter(dimension__conversation=conversation).order_by("position", "pk")
    for dimension, code, label in asked.values_list("dimension_id", "code", "label"):
        buckets.setdefault(dimension, []).append((code, label))
    dimensions = list(Dimension.objects.filter(conversation=conversation).order_by("position", "pk"))
    areas = Area.objects.filter(conversation=conversation).order_by("position", "pk")
    cards = {
        dimension.code: QuestionCard(
            dimension.code, dimension.question, dimension.reason, buckets.get(dimension.pk, [])
        )
        for dimension in dimensions
    }
    return Survey(
        questions=[cards[dimension.code] for dimension in dimensions if dimension.is_asked],
        areas=list(areas.values_list("code", "name")),
        known=[cards[dimension.code] for dimension in dimensions if not dimension.is_asked],
    )
