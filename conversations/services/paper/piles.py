"""A pile of paper forms from its first form to its totals."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Area, BatchState, Conversation, PaperBatch, PaperEntry
from conversations.models.paper import MOST_CHARACTERS_OF_NOTE
from kernel.errors import DomainError, NotFound
from kernel.text import one_line
from tenants.models import Role
from tenants.permissions import Staff, require_role

MOST_FORMS = 5_000
MOST_ENTRIES = 50_000


class NoSuchArea(DomainError):
    code = "no_such_area"
    status = 422
    message = "Choose the area whose people filled in these forms."


class PileNotDescribed(DomainError):
    code = "pile_not_described"
    status = 422
    message = "Give the pile a name or number, and say how many forms it has: 1 to 5,000."


class EntriesNotCounted(DomainError):
    code = "entries_not_counted"
    status = 422
    message = "Ideas on the pile are a number up to 50,000. Leave it empty where nobody counted them."


class NotBeingKeyed(DomainError):
    code = "not_being_keyed"
    message = "This pile is not being keyed any more. Open it again to change its forms."


class TotalsDiffer(DomainError):
    code = "totals_differ"
    status = 422
    message = (
        "%(forms)s of %(expected)s forms are keyed, or the ideas differ. Key what is missing,"
        " or write a note that says why."
    )


class NothingKeyed(DomainError):
    code = "nothing_keyed"
    message = "Nothing of this pile is keyed yet. Key its forms first."


class NoteTooLong(DomainError):
    code = "note_too_long"
    status = 422
    message = "Say it in at most 500 characters."


@dataclass(frozen=True, slots=True)
class Pile:
    """What stands on a pile: its name, the area's code, and what somebody counted by hand."""

    name: str
    area: str
    forms: int
    entries: int | None = None
    needs_check: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """What was keyed of a pile."""

    forms: int
    entries: int

    def fits(self, batch: PaperBatch) -> bool:
        return self.forms == batch.expected_forms and batch.expected_entries in {None, self.entries}


def start_pile(*, conversation: Conversation, pile: Pile, by: Staff, at: datetime) -> PaperBatch:
    """Raises RoleMissing, PileNotDescribed, EntriesNotCounted, NoSuchArea."""
    require_role(by, Role.FACILITATOR)
    name = one_line(pile.name)
    if not 0 < len(name) <= 80 or not 0 < pile.forms <= MOST_FORMS:
        raise PileNotDescribed
    if pile.entries is not None and not 0 <= pile.entries <= MOST_ENTRIES:
        raise EntriesNotCounted
    area = Area.objects.filter(conversation=conversation, code=pile.area).first()
    if area is None:
        raise NoSuchArea
    return PaperBatch.objects.create(
        conversation=conversation,
        area=area,
        name=name,
        expected_forms=pile.forms,
        expected_entries=pile.entries,
        needs_check=pile.needs_check,
        by=by.id,
        day=at.astimezone(conversation.zone).date(),
    )


def close_pile(*, conversation: Conversation, batch: UUID, note: str, by: Staff) -> None:
    """
    End the keying. Where totals and pile differ, a note says why.

    Raises RoleMissing, NotBeingKeyed, NothingKeyed, TotalsDiffer, NoteTooLong, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    note = one_line(note)
    if len(note) > MOST_CHARACTERS_OF_NOTE:
        raise NoteTooLong
    with transaction.atomic():
        held = held_batch(conversation, batch)
        require_keying(held)
        keyed = totals(held)
        if not keyed.forms:
            raise NothingKeyed
        if not keyed.fits(held) and not note:
            raise TotalsDiffer(forms=keyed.forms, expected=held.expected_forms)
        held.state, held.note = BatchState.CHECKING, note
        held.save(update_fields=["state", "note"])


def open_pile_again(*, conversation: Conversation, batch: UUID, by: Staff) -> None:
    """Back to keying, before the release; every form is checked anew. Raises RoleMissing, NotBeingKeyed, NotFound."""
    require_role(by, Role.FACILITATOR)
    with transaction.atomic():
        held = held_batch(conversation, batch)
        if held.state != BatchState.CHECKING:
            raise NotBeingKeyed
        held.state, held.checked_by = BatchState.KEYING, None
        held.save(update_fields=["state", "checked_by"])
        held.forms.update(is_checked=False)


def discard_pile(*, conversation: Conversation, batch: UUID, by: Staff) -> None:
    """Throw away what was keyed, before anything of it is released. Raises RoleMissing, NotBeingKeyed, NotFound."""
    require_role(by, Role.FACILITATOR)
    with transaction.atomic():
        held = held_batch(conversation, batch)
        if held.state == BatchState.DONE:
            raise NotBeingKeyed
        held.delete()


def totals(batch: PaperBatch) -> Totals:
    return Totals(
        forms=batch.dissolved_forms + batch.forms.filter(number__gt=0).count(),
        entries=PaperEntry.objects.filter(form__batch=batch).count(),
    )


def held_batch(conversation: Conversation, batch: UUID) -> PaperBatch:
    """The pile, held until the transaction ends, so that forms come one after the other. Raises NotFound."""
    found = (
        PaperBatch.objects.select_for_update(no_key=True).filter(pk=batch, conversation=conversation).first()
    )
    if found is None:
        raise NotFound
    return found


def require_keying(batch: PaperBatch) -> None:
    """Raises NotBeingKeyed."""
    if batch.state != BatchState.KEYING:
        raise NotBeingKeyed
