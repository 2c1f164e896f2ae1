"""What goes in and out of the vault. Plain frozen shapes, the same called directly and over HTTP."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Contributions(StrEnum):
    """What somebody who leaves wants to happen to what they wrote."""

    KEEP = "keep"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing wrong with a roster. Names a row and a column, never a value. Row 0 is the whole file."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a job."""

    people: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    # By dimension: the share of people (0 to 1) who are alone with their value; "together" for all at once.
    unique_shares: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobReport:
    """State is waiting, running, done or failed; the report comes with the last two."""

    state: str
    report: Report | None


@dataclass(frozen=True, slots=True)
class Held:
    """Everything the vault holds about one person, for that person's own eyes. Empty where there is nothing."""

    email: str
    phone: str
    area: str
    dimensions: dict[str, str]  # what the roster says: dimension code -> bucket code
    answers: dict[str, str]  # what the person answered in the survey, likewise
    has_password: bool
    gets_letters: bool
    is_restricted: bool


class Departure(StrEnum):
    """How far a leaving is, asked for by its number."""

    WAITING = "waiting"  # everything known of the person is gone; the contributions' last ties go tonight
    DONE = "done"


@dataclass(frozen=True, slots=True)
class OwnTags:
    """The tags of everybody in the conversation who leaves, mixed: nothing tells whose is whose."""

    batch: UUID
    kept: list[bytes]
    withdrawn: list[bytes]


@dataclass(frozen=True, slots=True)
class CarriedVote:
    """A vote on the idea that others were merged into. Nothing tells which vote it came from."""

    tag: bytes
    value: int
    route: bytes


@dataclass(frozen=True, slots=True)
class PartTies:
    """What one part of a split post carries instead of an author."""

    route: bytes
    owner_tag: bytes


class MailingKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    NEWS = "news"
    WAITING = "waiting"  # "something new is waiting", to those for whom it is and to as many others


@dataclass(frozen=True, slots=True)
class MailingCounts:
    """
    How a mailing is doing, in numbers of people.

    Unknown are those whom a crash left between claimed and sent. Nothing tells who is who.
    """

    kind: MailingKind
    due_at: datetime
    waiting: int
    sent: int
    failed: int
    unknown: int
