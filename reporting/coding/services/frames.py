"""Making the frame: adding codes, describing them, putting them elsewhere, publishing a version."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from conversations.models import Conversation
from kernel.errors import DomainError
from kernel.text import one_line, plain
from reporting.coding.measures.colours import colour_for, seen_colour
from reporting.coding.models import ChangeKind, Code, CodeState, Frame, FrameVersion
from reporting.coding.models.frame import (
    MOST_CHARACTERS_OF_DEFINITION,
    MOST_CHARACTERS_OF_MEMO,
    MOST_CHARACTERS_OF_NAME,
    MOST_CHARACTERS_OF_NOTE,
)
from reporting.coding.queries import frame_of
from reporting.coding.queries.frames import code_at
from reporting.coding.services.holding import changing, require_active
from tenants.permissions import Staff

MOST_CODES = 500
DEEPEST = 6


class NameMissing(DomainError):
    code = "name_missing"
    status = 422
    message = "Give the code a name of up to 120 characters."


class NameTaken(DomainError):
    code = "name_taken"
    status = 422
    message = "There is a code of this name in the same place already. Choose another name, or merge the two."


class TooLong(DomainError):
    code = "too_long"
    status = 422
    message = "This is longer than %(most)s characters. Shorten it."


class TooManyCodes(DomainError):
    code = "too_many_codes"
    message = "A frame holds up to 500 codes, six deep. Merge or retire some first."


class InsideItself(DomainError):
    code = "inside_itself"
    status = 422
    message = "A code cannot stand below itself. Choose another place."


class NothingToPublish(DomainError):
    code = "nothing_to_publish"
    status = 422
    message = "There is no code in the frame yet. Add the first one, then publish."


@dataclass(frozen=True, slots=True)
class Wording:
    """What a code says about itself. An empty colour leaves the choice to us."""

    name: str
    definition: str = ""
    colour: str = ""
    memo: str = ""


def add_code(
    *, conversation: Conversation, parent: UUID | None, wording: Wording, by: Staff, at: datetime
) -> Code:
    """
    Add a code, last among those beside it.

    Raises RoleMissing, CodingIsOver, NotFound, CodeGone, NameMissing, NameTaken, TooLong, TooManyCodes,
    ColourNotRead.
    """
    with changing(conversation, by, at) as work:
        above = _parent(conversation, parent)
        code = place_code(work.frame, above, checked_wording(wording))
        work.note(ChangeKind.ADDED, code, after=path_of(code))
    return code


def place_code(frame: Frame, above: Code | None, wording: Wording) -> Code:
    """A new code in a frame that is held. Raises NameTaken, TooManyCodes."""
    beside = Code.objects.filter(frame=frame, parent=above)
    if Code.objects.filter(frame=frame, state=CodeState.ACTIVE).count() >= MOST_CODES:
        raise TooManyCodes
    if above is not None and depth_of(above) >= DEEPEST:
        raise TooManyCodes
    require_free_name(frame, above, wording.name)
    colour = wording.colour or (above.colour if above else colour_for(beside.count()))
    return Code.objects.create(
        frame=frame,
        parent=above,
        position=next_position(frame, above),
        name=wording.name,
        definition=wording.definition,
        memo=wording.memo,
        colour=colour,
    )


def describe_code(
    *, conversation: Conversation, code: UUID, wording: Wording, by: Staff, at: datetime
) -> Code:
    """Give a code another name, definition, colour or memo. Raises what `add_code` raises but TooManyCodes."""
    wording = checked_wording(wording)
    with changing(conversation, by, at) as work:
        found = code_at(conversation, code)
        require_active(found)
        before = path_of(found)
        if wording.name != found.name:
            if wording.name.casefold() != found.name.casefold():
                require_free_name(work.frame, found.parent, wording.name)
            found.name = wording.name
            work.note(ChangeKind.RENAMED, found, before=before, after=path_of(found))
        colour = wording.colour or found.colour
        if (wording.definition, colour) != (found.definition, found.colour):
            work.note(ChangeKind.DESCRIBED, found, before=found.definition, after=wording.definition)
        found.definition, found.colour, found.memo = wording.definition, colour, wording.memo
        found.save()
    return found


def move_code(
    *, conversation: Conversation, code: UUID, parent: UUID | None, place: int, by: Staff, at: datetime
) -> Code:
    """
    Put a code below another one (None: at the top), at a place counted from 0 among those beside it.

    Raises RoleMissing, CodingIsOver, NotFound, CodeGone, NameTaken, InsideItself, TooManyCodes.
    """
    with changing(conversation, by, at) as work:
        found, above = code_at(conversation, code), _parent(conversation, parent)
        require_active(found)
        before = path_of(found)
        if above is not None and found.pk in {one.pk for one in _upwards(above)}:
            raise InsideItself
        if above is not None and depth_of(above) + _height(found) > DEEPEST:
            raise TooManyCodes
        if found.parent_id != (above and above.pk):
            require_free_name(work.frame, above, found.name)
        found.parent = above
        found.save(update_fields=["parent"])
        beside = list(
            Code.objects.filter(frame=work.frame, parent=above, state=CodeState.ACTIVE)
            .exclude(pk=found.pk)
            .order_by("position", "name", "pk")
        )
        beside.insert(max(0, place), found)
        for position, one in enumerate(beside):
            one.position = position
        Code.objects.bulk_update(beside, ["position"])
        work.note(ChangeKind.MOVED, found, before=before, after=path_of(found))
    return found


def publish_version(*, conversation: Conversation, note: str, by: Staff, at: datetime) -> FrameVersion:
    """Keep the frame as it is now under the next number. Raises RoleMissing, CodingIsOver, NothingToPublish, TooLong."""
    note = _short(one_line(note), MOST_CHARACTERS_OF_NOTE)
    with changing(conversation, by, at) as work:
        lines = frame_of(conversation)
        if not lines:
            raise NothingToPublish
        work.frame.version += 1
        work.frame.save(update_fields=["version"])
        return FrameVersion.objects.create(
            frame=work.frame,
            number=work.frame.version,
            by=by.id,
            day=work.day,
            note=note,
            lines=[
                {
                    "id": str(line.id),
                    "path": list(line.path),
                    "definition": line.definition,
                    "colour": line.colour,
                }
                for line in lines
            ],
        )


def set_blind(*, conversation: Conversation, is_blind: bool, by: Staff, at: datetime) -> None:
    """Blind coding ends, and everybody sees what all coded; or it begins again. Raises RoleMissing, CodingIsOver."""
    with changing(conversation, by, at) as work:
        if work.frame.is_blind == is_blind:
            return
        work.frame.is_blind = is_blind
        work.frame.save(update_fields=["is_blind"])
        work.note(ChangeKind.BLINDED if is_blind else ChangeKind.OPENED, None)


def checked_wording(wording: Wording) -> Wording:
    """Raises NameMissing, TooLong, ColourNotRead."""
    name = one_line(wording.name)
    if not name or len(name) > MOST_CHARACTERS_OF_NAME:
        raise NameMissing
    return replace(
        wording,
        name=name,
        definition=_short(plain(wording.definition), MOST_CHARACTERS_OF_DEFINITION),
        memo=_short(plain(wording.memo), MOST_CHARACTERS_OF_MEMO),
        colour=seen_colour(wording.colour) if wording.colour else "",
    )


def require_free_name(frame: Frame, above: Code | None, name: str) -> None:
    """Raises NameTaken."""
    if Code.objects.filter(frame=frame, parent=above, state=CodeState.ACTIVE, name__iexact=name).exists():
        raise NameTaken


def next_position(frame: Frame, above: Code | None) -> int:
    last = Code.objects.filter(frame=frame, parent=above).order_by("-position").first()
    return last.position + 1 if last else 0


def path_of(code: Code) -> str:
    return " / ".join(one.name for one in reversed(_upwards(code)))


def depth_of(code: Code) -> int:
    return len(_upwards(code))


def _upwards(code: Code) -> list[Code]:
    """The code and all above it. A frame is at most six deep."""
    found = [code]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found


def _height(code: Code) -> int:
    below = Code.objects.filter(parent=code, state=CodeState.ACTIVE)
    return 1 + max((_height(one) for one in below), default=0)


def _parent(conversation: Conversation, parent: UUID | None) -> Code | None:
    if parent is None:
        return None
    above = code_at(conversation, parent)
    require_active(above)
    return above


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise TooLong(most=most)
    return text
