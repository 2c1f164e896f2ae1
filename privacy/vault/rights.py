"""What goes in and out of the vault when somebody asks for their data: numbers, states, never an address."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID


class RequestKind(StrEnum):
    DELETION = "deletion"
    COPY = "copy"
    CORRECTION = "correction"


class RequestState(StrEnum):
    """How far the vault is with a request."""

    ASKED = "asked"  # a code is on its way to the address
    CONFIRMED = "confirmed"  # the code came back, and it is being done
    DONE = "done"
    CLOSED = "closed"  # refused, or nobody ever typed the code


class RequestLetter(StrEnum):
    """Letters that staff send by pressing a button. Their words are the vault's."""

    CLARIFY = "clarify"
    EXTENDED = "extended"
    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What somebody chose together with the code. A deletion needs `keeps`; a correction one of the others.

    `group` and `value` are what a roster says of them: "Department" and "Estates".
    """

    keeps: bool | None = None
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    group: str = field(default="", repr=False)
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RequestShown:
    """
    A request for somebody who has its number and one of its codes. `copy_until` comes with the second code only.

    `proves_new`: what was chosen waits for the code that went to the new address.
    """

    kind: RequestKind
    state: RequestState
    asked_on: date
    done_on: date | None
    copy_until: date | None
    proves_new: bool = False


@dataclass(frozen=True, slots=True)
class RequestProgress:
    """A request for the register. Nothing tells whether there was anybody."""

    state: RequestState
    confirmed_on: date | None
    done_on: date | None


@dataclass(frozen=True, slots=True)
class CopyWanted:
    """Somebody's own contributions in one conversation are wanted for a copy. The number leads to no request."""

    part: UUID
    conversation: UUID


@dataclass(frozen=True, slots=True)
class CopyTags:
    """The tags of one person in one conversation, lent for one copy. `votes` follow the ideas that were asked for."""

    ideas: list[bytes] = field(repr=False)
    comments: list[bytes] = field(repr=False)
    votes: list[bytes] = field(repr=False)
