"""Keying and checking one form after the other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from conversations.models import BatchState, Conversation, PaperBatch, PaperEntry, PaperForm, Stream
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.services.paper.piles import (
    MOST_ENTRIES,
    MOST_FORMS,
    NotBeingKeyed,
    held_batch,
    require_keying,
)
from kernel.errors import DomainError, NotFound
from kernel.text import plain
from tenants.models import Role
from tenants.permissions import Staff, require_role

_EMPTY_LINES = re.compile(r"\n\s*\n")


class EntryTooLong(DomainError):
    """`facts["stream"]` says under which question."""

    code = "entry_too_long"
    status = 422
    message = "One idea is %(length)s characters long, and %(most)s fit. Leave a line free to make two of it."


class TooManyForms(DomainError):
    code = "too_many_forms"
    message = "A pile holds up to 5,000 forms and 50,000 ideas. Close this one and start another."


class SecondPersonNeeded(DomainError):
    code = "second_person_needed"
    status = 403
    message = "You keyed this form yourself. Somebody else has to check it."


class NothingToCheck(DomainError):
    code = "nothing_to_check"
    message = "This pile is not waiting to be checked. Close the keying first."


# What was written under each question of one form, as keyed: ideas with a line left free between them.
Answers = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class _Line:
    stream: UUID
    text: str


def key_form(*, conversation: Conversation, batch: UUID, form: UUID, answers: Answers, by: Staff) -> int:
    """
    Keep one form and return its number; an empty one counts too. The same form again replaces what it held.

    Raises RoleMissing, NotBeingKeyed, EntryTooLong, TooManyForms, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    lines = _lines(conversation, answers)
    with transaction.atomic():
        held = held_batch(conversation, batch)
        require_keying(held)
        kept = PaperForm.objects.filter(pk=form).first()
        if kept is None:
            kept = PaperForm.objects.create(pk=form, batch=held, number=_next_number(held), by=by.id)
        elif kept.batch_id != held.pk:
            raise NotFound
        else:
            PaperForm.objects.filter(pk=form).update(by=by.id, is_checked=False)
        _put(kept, lines)
    return kept.number


def key_forms(
    *, conversation: Conversation, batch: UUID, forms: Sequence[tuple[UUID, Answers]], by: Staff
) -> int:
    """
    Keep many forms at once, all or none, and return how many: those of an uploaded file.

    Forms that are there already stay as they are, so a file sent twice is one. Raises what `key_form` raises.
    """
    require_role(by, Role.FACILITATOR)
    read = [(form, _lines(conversation, answers)) for form, answers in forms]
    with transaction.atomic():
        held = held_batch(conversation, batch)
        require_keying(held)
        known = set(
            PaperForm.objects.filter(pk__in=[form for form, _read in read]).values_list("pk", flat=True)
        )
        first = _next_number(held)
        new = [(form, lines) for form, lines in read if form not in known]
        if first + len(new) - 1 > MOST_FORMS:
            raise TooManyForms
        PaperForm.objects.bulk_create(
            PaperForm(pk=form, batch=held, number=number, by=by.id)
            for number, (form, _new) in enumerate(new, start=first)
        )
        PaperEntry.objects.bulk_create(
            PaperEntry(form_id=form, stream_id=line.stream, position=place, text=line.text)
            for form, lines in new
            for place, line in enumerate(lines)
        )
        _require_room(held)
    return len(new)


def check_form(*, conversation: Conversation, batch: UUID, form: UUID, answers: Answers, by: Staff) -> None:
    """
    Say that a form was compared with the paper, with what had to be put right. Never by whoever keyed it.

    Raises RoleMissing, SecondPersonNeeded, NothingToCheck, EntryTooLong, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    lines = _lines(conversation, answers)
    with transaction.atomic():
        held = held_batch(conversation, batch)
        if held.state != BatchState.CHECKING or not held.needs_check:
            raise NothingToCheck
        kept = PaperForm.objects.filter(pk=form, batch=held).first()
        if kept is None:
            raise NotFound
        if kept.by == by.id:
            raise SecondPersonNeeded
        _put(kept, lines)
        PaperForm.objects.filter(pk=form).update(is_checked=True)
        PaperBatch.objects.filter(pk=held.pk).update(checked_by=by.id)


def remove_form(*, conversation: Conversation, batch: UUID, form: UUID, by: Staff) -> None:
    """Take out a form that was keyed twice; the others keep their numbers. Raises RoleMissing, NotBeingKeyed, NotFound."""
    require_role(by, Role.FACILITATOR)
    with transaction.atomic():
        held = held_batch(conversation, batch)
        if held.state != BatchState.KEYING:
            raise NotBeingKeyed
        gone, _kinds = PaperForm.objects.filter(pk=form, batch=held).delete()
        if not gone:
            raise NotFound


def ideas_in(text: str) -> list[str]:
    """The ideas of one answer: whoever writes on paper is asked to leave a line free between two."""
    return [idea for part in _EMPTY_LINES.split(plain(text)) if (idea := part.strip())]


def _lines(conversation: Conversation, answers: Answers) -> list[_Line]:
    """Raises EntryTooLong, NotFound for a question of another conversation."""
    known = set(Stream.objects.filter(conversation=conversation).values_list("pk", flat=True))
    if not known.issuperset(answers):
        raise NotFound
    lines = [_Line(stream, idea) for stream, text in answers.items() for idea in ideas_in(text)]
    for line in lines:
        if len(line.text) > MOST_CHARACTERS_OF_IDEA:
            raise EntryTooLong(length=len(line.text), most=MOST_CHARACTERS_OF_IDEA, stream=str(line.stream))
    return lines


def _put(form: PaperForm, lines: Sequence[_Line]) -> None:
    form.entries.all().delete()
    PaperEntry.objects.bulk_create(
        PaperEntry(form=form, stream_id=line.stream, position=place, text=line.text)
        for place, line in enumerate(lines)
    )
    _require_room(form.batch)


def _next_number(batch: PaperBatch) -> int:
    last = batch.forms.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_FORMS:
        raise TooManyForms
    return int(last) + 1


def _require_room(batch: PaperBatch) -> None:
    """Raises TooManyForms."""
    if PaperEntry.objects.filter(form__batch=batch).count() > MOST_ENTRIES:
        raise TooManyForms
