"""What goes in and out of the vault. Plain frozen shapes, the same called directly and over HTTP."""

from dataclasses import dataclass, field
from datetime import date, datetime
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
    warned_on: list[date]  # the days of warnings


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


class Ground(StrEnum):
    """Why somebody may be identified. There is no other reason."""

    WARNINGS = "warnings"  # the vault itself counts two, days before the post
    ABUSE = "abuse"
    CRIME = "crime"
    WELLBEING = "wellbeing"  # only where the conversation's text says so


@dataclass(frozen=True, slots=True)
class Written:
    """One contribution as it stands in its table: with it the vault finds its author, and nobody else's."""

    id: UUID
    route: bytes = field(repr=False)
    tag: bytes = field(repr=False)
    day: date
    # The post it was split from.
    part_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """How the roster reaches somebody: all it knows of who they are. Shown once, kept nowhere."""

    email: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """What somebody typed who came forward, for one contribution."""

    name: str = field(repr=False)
    contact: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SupportCase:
    """A call for help in the queue: nothing of what it says, or of who asks."""

    id: UUID
    conversation: UUID
    day: date
    is_answered: bool

    @property
    def number(self) -> str:
        return self.id.hex[:8].upper()


@dataclass(frozen=True, slots=True)
class SupportText:
    """A call for help, opened for a page and kept nowhere else."""

    case: SupportCase
    text: str = field(repr=False)
    contact: str = field(repr=False)
    can_answer: bool  # whether the contact is an address that a message can go to
