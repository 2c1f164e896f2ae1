"""What facilitators wrote, staged and keyed, for their pages of the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from conversations.models import (
    Announcement,
    Area,
    Conversation,
    PaperBatch,
    PaperEntry,
    PaperForm,
    Source,
    State,
    Stream,
)
from kernel.database import row, rows
from kernel.errors import NotFound
from privacy.anonymity import Kind

_MOST_POSTS = 100
_MOST_PILES = 200


@dataclass(frozen=True, slots=True)
class OwnPost:
    """Something the facilitators wrote: an idea, or an answer under the idea `about`."""

    kind: Kind
    id: UUID
    idea: UUID
    text: str
    about: str
    question: str
    area: str
    day: date
    is_pinned: bool
    reactions: int


@dataclass(frozen=True, slots=True)
class PileLine:
    """A pile with what was keyed of it."""

    batch: PaperBatch
    forms: int
    entries: int
    checked: int


@dataclass(frozen=True, slots=True)
class Keyed:
    """One form of a pile: what stands under each question, with a line left free between two ideas."""

    form: PaperForm
    answers: dict[UUID, str]


def posts(conversation: Conversation) -> list[OwnPost]:
    """The newest hundred of the facilitators' ideas and answers, pinned ones first."""
    found = rows(_POSTS, [conversation.pk, conversation.pk])
    return [OwnPost(Kind(kind), *rest) for kind, *rest in found]


def post(conversation: Conversation, kind: Kind, post: UUID) -> OwnPost:
    """Raises NotFound for what facilitators did not write, or took back."""
    found = row(_POST, [conversation.pk, conversation.pk, str(kind), post])
    if found is None:
        raise NotFound
    return OwnPost(Kind(found[0]), *found[1:])


@dataclass(frozen=True, slots=True)
class Answered:
    """A shown idea that a facilitator answers, in whichever area it stands."""

    id: UUID
    text: str
    question: str
    area: str
    day: date


def idea_to_answer(conversation: Conversation, idea: UUID) -> Answered:
    """Raises NotFound."""
    found = row(_IDEA, [idea, conversation.pk])
    if found is None:
        raise NotFound
    return Answered(*found)


def areas(conversation: Conversation) -> list[Area]:
    return list(conversation.areas.order_by("position", "code"))


def streams(conversation: Conversation) -> list[Stream]:
    return list(conversation.streams.order_by("position", "id"))


def announcements(conversation: Conversation) -> list[Announcement]:
    return list(conversation.announcements.order_by("position", "shown_from", "id"))


def announcement(conversation: Conversation, announcement: UUID) -> Announcement:
    """Raises NotFound."""
    found = conversation.announcements.filter(pk=announcement).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Stage:
    """A question, and whether its opening can still be set."""

    stream: Stream
    ideas: int
    is_shut: bool


def stages(conversation: Conversation, *, at: datetime) -> list[Stage]:
    counted = dict(rows(_IDEAS_OF, [conversation.pk]))
    is_ahead = not conversation.has_opened(at=at)
    return [
        Stage(
            stream=stream,
            ideas=counted.get(stream.pk, 0),
            is_shut=not counted.get(stream.pk, 0) and (is_ahead or not stream.has_opened(at=at)),
        )
        for stream in streams(conversation)
    ]


def piles(conversation: Conversation) -> list[PileLine]:
    """The newest first. Two queries, however many there are."""
    batches = PaperBatch.objects.filter(conversation=conversation).select_related("area")
    found = list(batches.order_by("-day", "name", "id")[:_MOST_PILES])
    counted = {batch: counts for batch, *counts in rows(_COUNTS, [[batch.pk for batch in found]])}
    return [_line(batch, counted.get(batch.pk, [0, 0, 0])) for batch in found]


def pile(conversation: Conversation, batch: UUID) -> PileLine:
    """Raises NotFound."""
    found = PaperBatch.objects.filter(conversation=conversation, pk=batch).select_related("area").first()
    if found is None:
        raise NotFound
    counted = rows(_COUNTS, [[batch]])
    return _line(found, counted[0][1:] if counted else [0, 0, 0])


def keyed_forms(batch: PaperBatch) -> list[Keyed]:
    """Every form of a pile with its ideas, in two queries."""
    forms = list(PaperForm.objects.filter(batch=batch).order_by("number"))
    entries = PaperEntry.objects.filter(form__batch=batch).order_by("form", "position")
    answers: dict[UUID, dict[UUID, list[str]]] = {}
    for entry in entries:
        answers.setdefault(entry.form_id, {}).setdefault(entry.stream_id, []).append(entry.text)
    return [Keyed(form, _joined(answers.get(form.pk, {}))) for form in forms]


def keyed_form(batch: PaperBatch, form: UUID) -> Keyed | None:
    """None for a form that is not keyed yet."""
    found = PaperForm.objects.filter(batch=batch, pk=form).first()
    if found is None:
        return None
    answers: dict[UUID, list[str]] = {}
    for entry in PaperEntry.objects.filter(form=found).order_by("position"):
        answers.setdefault(entry.stream_id, []).append(entry.text)
    return Keyed(found, _joined(answers))


def next_to_check(batch: PaperBatch, *, by: UUID) -> PaperForm | None:
    """The first form that is still to be checked and that this person did not key."""
    waiting = PaperForm.objects.filter(batch=batch, is_checked=False).exclude(by=by)
    return waiting.order_by("number").first()


def _joined(answers: dict[UUID, list[str]]) -> dict[UUID, str]:
    return {stream: "\n\n".join(ideas) for stream, ideas in answers.items()}


def _line(batch: PaperBatch, counts: Sequence[int]) -> PileLine:
    forms, entries, checked = counts
    return PileLine(batch=batch, forms=forms + batch.dissolved_forms, entries=entries, checked=checked)


_OWN_IDEAS = f"""
    SELECT '{Kind.IDEA}' AS kind, i.id, i.id AS idea, i.text, '' AS about, s.question, a.name AS area, i.day,
        i.is_pinned, i.likes + i.dislikes + i.comment_count AS reactions, i.number
    FROM conversations_idea i
    JOIN conversations_stream s ON s.id = i.stream_id JOIN conversations_area a ON a.id = i.area_id
    WHERE s.conversation_id = %s AND i.source = '{Source.FACILITATOR}' AND i.state = '{State.SHOWN}'
"""
_OWN_ANSWERS = f"""
    SELECT '{Kind.COMMENT}', c.id, i.id, c.text, i.text, s.question, a.name, c.day, false, 0, c.number
    FROM conversations_comment c JOIN conversations_idea i ON i.id = c.idea_id
    JOIN conversations_stream s ON s.id = i.stream_id JOIN conversations_area a ON a.id = i.area_id
    WHERE s.conversation_id = %s AND c.source = '{Source.FACILITATOR}' AND c.state = '{State.SHOWN}'
"""
_FIELDS = "kind, id, idea, text, about, question, area, day, is_pinned, reactions"
_OWN = f"({_OWN_IDEAS} UNION ALL {_OWN_ANSWERS}) own"
_POSTS = (
    f"SELECT {_FIELDS} FROM {_OWN} ORDER BY is_pinned DESC, day DESC, number DESC, id LIMIT {_MOST_POSTS}"
)
_POST = f"SELECT {_FIELDS} FROM {_OWN} WHERE kind = %s AND id = %s"

_IDEA = f"""
    SELECT i.id, i.text, s.question, a.name, i.day FROM conversations_idea i
    JOIN conversations_stream s ON s.id = i.stream_id JOIN conversations_area a ON a.id = i.area_id
    WHERE i.id = %s AND s.conversation_id = %s AND i.state = '{State.SHOWN}'
"""

_IDEAS_OF = """
    SELECT s.id, count(i.id)::int FROM conversations_stream s
    JOIN conversations_idea i ON i.stream_id = s.id
    WHERE s.conversation_id = %s GROUP BY s.id
"""

_COUNTS = """
    SELECT f.batch_id, count(DISTINCT f.id) FILTER (WHERE f.number > 0)::int, count(e.id)::int,
           count(DISTINCT f.id) FILTER (WHERE f.is_checked)::int
    FROM conversations_paperform f LEFT JOIN conversations_paperentry e ON e.form_id = f.id
    WHERE f.batch_id = ANY(%s) GROUP BY f.batch_id
"""
