"""
Releasing a pile: its ideas appear all at once, in random order, and nothing tells which shared a form.

A form is one person's. While it is keyed its entries stand together; the release dissolves it. What is left
until the night is a list of the day's ideas, so that a pile released too early can be taken back.
"""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from conversations.models import (
    Act,
    BatchState,
    Comment,
    Conversation,
    Idea,
    PaperBatch,
    PaperEntry,
    PaperForm,
    Report,
    Source,
    State,
    Stream,
    Thread,
    Vote,
)
from conversations.services.acts.holding import acting
from conversations.services.paper.piles import held_batch, totals
from kernel import audit
from kernel.database import change
from kernel.errors import DomainError
from kernel.tenancy import current_tenant
from tenants.models import Role
from tenants.permissions import Staff, require_role

# Ideas that appear together on one day may be recognised as one person's where there are so few forms.
FEWEST_FORMS = 5


class NotReleasable(DomainError):
    code = "not_releasable"
    message = "Close the keying of this pile first. Then compare its totals and release it."


class NotAllChecked(DomainError):
    code = "not_all_checked"
    message = "%(left)s forms of this pile are still to be checked by a second person."


class QuestionNotOpen(DomainError):
    code = "question_not_open"
    message = "Some of these ideas answer a question that has not opened yet. Release the pile when it has."


class ConversationNotOpen(DomainError):
    code = "conversation_not_open"
    message = "The conversation has not opened yet. Release the pile when it has."


class StandsAsItIs(DomainError):
    code = "stands_as_it_is"
    message = (
        "These ideas stay: somebody has reacted to one of them, or a night has passed."
        " Hide or correct them one by one."
    )


def release_pile(*, conversation: Conversation, batch: UUID, by: Staff, at: datetime) -> int:
    """
    Let everything that was keyed appear as ideas "From a paper form"; returns how many.

    Raises RoleMissing, NotReleasable, NotAllChecked, QuestionNotOpen, ConversationNotOpen, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    if not conversation.has_opened(at=at):
        raise ConversationNotOpen
    with acting(conversation):
        held = held_batch(conversation, batch)
        _require_releasable(held, at=at)
        ids = [uuid4() for _entry in range(totals(held).entries)]
        secrets.SystemRandom().shuffle(ids)
        today = at.astimezone(conversation.zone).date()
        change(_RELEASE, [held.pk, today, held.area_id, ids])
        held.dissolved_forms = totals(held).forms
        held.forms.all().delete()
        held.state, held.released, held.released_on = BatchState.DONE, sorted(ids), today
        held.save(update_fields=["state", "released", "released_on", "dissolved_forms"])
        audit.record(
            "paper released",
            by=by.id,
            organisation=current_tenant().organisation,
            about={"project": str(conversation.pk), "ideas": len(ids)},
        )
    return len(ids)


def take_back_pile(*, conversation: Conversation, batch: UUID, by: Staff, at: datetime) -> None:
    """
    Undo a release of today while nobody has reacted. The ideas wait again, and no longer tell their forms.

    Raises RoleMissing, StandsAsItIs, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    with acting(conversation):
        held = held_batch(conversation, batch)
        today = at.astimezone(conversation.zone).date()
        if held.state != BatchState.DONE or held.released_on != today or not held.released:
            raise StandsAsItIs
        ideas = list(Idea.objects.select_for_update().filter(pk__in=held.released))
        if len(ideas) != len(held.released) or not _is_untouched(ideas):
            raise StandsAsItIs
        loose = PaperForm.objects.create(batch=held, number=0, by=by.id)
        secrets.SystemRandom().shuffle(ideas)
        PaperEntry.objects.bulk_create(
            PaperEntry(form=loose, stream_id=idea.stream_id, position=place, text=idea.text)
            for place, idea in enumerate(ideas)
        )
        Idea.objects.filter(pk__in=held.released).delete()
        held.state, held.released, held.released_on = BatchState.KEYING, [], None
        held.save(update_fields=["state", "released", "released_on"])
        audit.record(
            "paper taken back",
            by=by.id,
            organisation=current_tenant().organisation,
            about={"project": str(conversation.pk), "ideas": len(ideas)},
        )


def _require_releasable(batch: PaperBatch, *, at: datetime) -> None:
    """Raises NotReleasable, NotAllChecked, QuestionNotOpen."""
    if batch.state != BatchState.CHECKING:
        raise NotReleasable
    left = batch.forms.filter(is_checked=False).count()
    if batch.needs_check and left:
        raise NotAllChecked(left=left)
    if Stream.objects.filter(paperentry__form__batch=batch, opens_at__gt=at).exists():
        raise QuestionNotOpen


def _is_untouched(ideas: list[Idea]) -> bool:
    """Nobody voted, answered, reported or wrote about any of them, and no facilitator changed one."""
    ids = [idea.pk for idea in ideas]
    is_as_released = all(
        idea.state == State.SHOWN and not idea.is_edited and idea.source == Source.PAPER for idea in ideas
    )
    return is_as_released and not any(
        model.objects.filter(idea_id__in=ids).exists() for model in (Vote, Comment, Report, Thread, Act)
    )


# The sequence numbers are drawn in the order of the rows, which is random.
_RELEASE = f"""
    WITH entries AS (
        SELECT e.text, e.stream_id, row_number() OVER (ORDER BY random()) AS place
        FROM conversations_paperentry e JOIN conversations_paperform f ON f.id = e.form_id
        WHERE f.batch_id = %s
    ), written AS (
        INSERT INTO conversations_idea
            (id, text, day, state, source, is_purged, likes, dislikes, comment_count, stream_id, area_id)
        SELECT made.id, e.text, %s, '{State.SHOWN}', '{Source.PAPER}', false, 0, 0, 0, e.stream_id, %s
        FROM entries e JOIN unnest(%s::uuid[]) WITH ORDINALITY AS made (id, place) ON made.place = e.place
        ORDER BY made.place
        RETURNING id, text
    ), words AS (
        INSERT INTO conversations_ideawords (idea_id, vector)
        SELECT id, to_tsvector('english', text) FROM written
    )
    SELECT count(*) FROM written
"""
