"""Merging, splitting, retiring codes: codes that were given follow, and the history keeps what became of each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from conversations.models import Conversation
from kernel.database import change
from kernel.errors import DomainError
from reporting.coding.models import ChangeKind, Code, CodeState, Example, GivenCode, Reading
from reporting.coding.queries.frames import code_at
from reporting.coding.services.frames import (
    InsideItself,
    Wording,
    checked_wording,
    next_position,
    path_of,
    place_code,
    require_free_name,
)
from reporting.coding.services.holding import changing, require_active
from tenants.permissions import Staff

_FEWEST_PARTS, _MOST_PARTS = 2, 10


class NothingToMerge(DomainError):
    code = "nothing_to_merge"
    status = 422
    message = "Choose another code that this one goes into."


class PartsMissing(DomainError):
    code = "parts_missing"
    status = 422
    message = "A code is split into two to ten. Write the name of each on a line of its own."


class BelowIt(DomainError):
    code = "below_it"
    message = "There are codes below this one. Move, merge or retire them first."


class AboveIsGone(DomainError):
    code = "above_is_gone"
    message = "The code above this one is in the frame no more. Take that up again first."


def merge_codes(
    *, conversation: Conversation, source: UUID, target: UUID, by: Staff, at: datetime
) -> tuple[Code, int]:
    """
    Everything the source was given for goes to the target, with its examples and the codes below it.

    Returns the target and how many codes given were pointed to it. Raises RoleMissing, CodingIsOver, NotFound,
    CodeGone, NothingToMerge, InsideItself, NameTaken.
    """
    if source == target:
        raise NothingToMerge
    with changing(conversation, by, at) as work:
        gone, stays = code_at(conversation, source), code_at(conversation, target)
        require_active(gone, stays)
        before, after = path_of(gone), path_of(stays)
        if _is_below(stays, gone):
            raise InsideItself
        _adopt(gone, stays)
        count = _repoint(gone, stays)
        _retire(gone, CodeState.MERGED, stays)
        work.note(ChangeKind.MERGED, gone, before=before, after=after, n=count)
    return stays, count


def split_code(
    *, conversation: Conversation, code: UUID, names: Sequence[str], given_to: int, by: Staff, at: datetime
) -> list[Code]:
    """
    Make several codes of one, beside it. What it was given for goes to one of them for the time being, and each
    of these contributions is shown again to whoever coded it.

    Raises RoleMissing, CodingIsOver, NotFound, CodeGone, PartsMissing, NameMissing, NameTaken, TooManyCodes.
    """
    wanted = [checked_wording(Wording(name)) for name in names if name.strip()]
    if not _FEWEST_PARTS <= len(wanted) <= _MOST_PARTS or not 0 <= given_to < len(wanted):
        raise PartsMissing
    with changing(conversation, by, at) as work:
        whole = code_at(conversation, code)
        require_active(whole)
        before = path_of(whole)
        # First out of the way: one of the parts may keep its name.
        _retire(whole, CodeState.SPLIT, None)
        parts = [
            place_code(work.frame, whole.parent, Wording(one.name, colour=whole.colour)) for one in wanted
        ]
        heir = parts[given_to]
        Reading.objects.filter(given__code=whole).update(is_due=True)
        _adopt(whole, heir)
        count = _repoint(whole, heir)
        Code.objects.filter(pk=whole.pk).update(merged_into=heir)
        names_of_parts = ", ".join(path_of(part) for part in parts)
        work.note(ChangeKind.SPLIT, whole, before=before, after=names_of_parts, n=count)
    return parts


def retire_code(*, conversation: Conversation, code: UUID, by: Staff, at: datetime) -> Code:
    """Take a code out of the frame; what it was given for stays noted. Raises RoleMissing, CodingIsOver, NotFound, CodeGone, BelowIt."""
    with changing(conversation, by, at) as work:
        found = code_at(conversation, code)
        require_active(found)
        if found.children.filter(state=CodeState.ACTIVE).exists():
            raise BelowIt
        count = GivenCode.objects.filter(code=found).count()
        _retire(found, CodeState.RETIRED, None)
        work.note(ChangeKind.RETIRED, found, before=path_of(found), n=count)
    return found


def restore_code(*, conversation: Conversation, code: UUID, by: Staff, at: datetime) -> Code:
    """Take a retired code up again, with what it was given for. Raises RoleMissing, CodingIsOver, NotFound, CodeGone, AboveIsGone, NameTaken."""
    with changing(conversation, by, at) as work:
        found = code_at(conversation, code)
        if found.state == CodeState.ACTIVE:
            return found
        if found.state != CodeState.RETIRED or (found.parent and found.parent.state != CodeState.ACTIVE):
            raise AboveIsGone
        require_free_name(work.frame, found.parent, found.name)
        found.state = CodeState.ACTIVE
        found.position = next_position(work.frame, found.parent)
        found.save(update_fields=["state", "position"])
        work.note(ChangeKind.RESTORED, found, after=path_of(found))
    return found


def _is_below(code: Code, above: Code) -> bool:
    while code.parent is not None:
        code = code.parent
        if code.pk == above.pk:
            return True
    return False


def _adopt(gone: Code, stays: Code) -> None:
    """The codes below the one that goes stand below the one that stays. Raises NameTaken."""
    position = next_position(stays.frame, stays)
    children = gone.children.filter(state=CodeState.ACTIVE).order_by("position")
    for place, child in enumerate(children, start=position):
        require_free_name(stays.frame, stays, child.name)
        child.parent, child.position = stays, place
        child.save(update_fields=["parent", "position"])
    Example.objects.filter(code=gone).update(code=stays)


def _repoint(gone: Code, stays: Code) -> int:
    """How many codes given were pointed to the one that stays; where both were given, one is left."""
    count = GivenCode.objects.filter(code=gone).count()
    change(_REPOINT_GIVEN, [stays.pk, gone.pk, stays.pk])
    change(_REPOINT_SETTLED, [stays.pk, gone.pk, stays.pk])
    for table in ("coding_givencode", "coding_settledcode", "coding_suggestion"):
        change(f"DELETE FROM {table} WHERE code_id = %s", [gone.pk])
    return count


def _retire(code: Code, state: CodeState, into: Code | None) -> None:
    code.state, code.merged_into = state, into
    code.save(update_fields=["state", "merged_into"])


_REPOINT_GIVEN = """
    UPDATE coding_givencode g SET code_id = %s WHERE g.code_id = %s AND NOT EXISTS (
        SELECT FROM coding_givencode o WHERE o.reading_id = g.reading_id AND o.code_id = %s
        AND o.start IS NOT DISTINCT FROM g.start AND o."end" IS NOT DISTINCT FROM g."end")
"""
_REPOINT_SETTLED = """
    UPDATE coding_settledcode s SET code_id = %s WHERE s.code_id = %s AND NOT EXISTS (
        SELECT FROM coding_settledcode o WHERE o.settlement_id = s.settlement_id AND o.code_id = %s)
"""
