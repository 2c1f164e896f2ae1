"""What goes in and out of the vault. Plain frozen shapes, the same called directly and over HTTP."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from privacy.opinions.found import GroupsFound
from privacy.traces.report import Part


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
    """
    The outcome of a job.

    Somebody who has left counts like everybody of whom the roster says the same, so the counts tell nothing.
    """

    people: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    # How many troubles there are besides those listed.
    more_troubles: int = 0
    # By dimension: the share of people (0 to 1) who are alone with their value; "together" for all at once.
    unique_shares: dict[str, float] = field(default_factory=dict)
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    # Of a deletion's work: how many of what went, or were written down.
    counts: dict[str, int] = field(default_factory=dict)
    scanned: Part | None = None


class Meaning(StrEnum):
    """What a column of a roster is taken for."""

    EMAIL = "email"
    PHONE = "phone"
    REFERENCE = "reference"  # the client's own number for somebody, to find them again in a later roster
    AREA = "area"
    BY_TEXT = "text messages"  # "yes" from whoever opted in to them
    DIMENSION = "dimension"
    NOTHING = "leave out"


@dataclass(frozen=True, slots=True)
class Merge:
    """Some groups of a dimension (their codes) become one with this name; with none, they are not kept."""

    dimension: str
    buckets: list[str]
    into: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a roster is read. Whatever is left open is guessed, or done as the time before."""

    # One for each column, in their order; empty: to be guessed.
    columns: list[Meaning] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    # What the column of areas says (its code) -> code of the conversation's area.
    areas: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RosterAsked:
    """A roster as it waits for the runner. `areas` are names by code."""

    roster: bytes = field(repr=False)
    areas: dict[str, str]
    reading: Reading | None
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A column as it was found. Its values never leave the vault."""

    heading: str
    meaning: Meaning
    filled: int
    different: int
    # So many different values that they would single people out: better left out.
    is_personal: bool


@dataclass(frozen=True, slots=True)
class BucketSeen:
    """A group with the number of people in it after the import."""

    code: str
    label: str
    people: int
    is_small: bool


@dataclass(frozen=True, slots=True)
class DimensionSeen:
    """`unlisted` counts groups that are not shown one by one, because they are too many to merge by hand."""

    code: str
    name: str
    buckets: list[BucketSeen]
    unlisted: int
    # The share of people (0 to 1) who are alone with their value.
    alone: float


@dataclass(frozen=True, slots=True)
class AreaSeen:
    """What the column of areas says, how many rows say it, and which area (its code) that is, if any."""

    code: str
    label: str
    people: int
    area: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would bring. The only way in which the names of groups leave the vault beforehand."""

    form: str
    sheets: int
    rows: int
    columns: list[ColumnSeen]
    dimensions: list[DimensionSeen]
    areas: list[AreaSeen]
    reading: Reading


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: str
    people: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """A dimension of the roster. Numbers are rounded to five."""

    code: str
    name: str
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class Population:
    """
    Who can take part, as the last import left it, in numbers rounded to five (0: fewer than eleven).

    Nobody who leaves changes it.
    """

    people: int
    areas: dict[str, int]
    dimensions: list[Grouping]
    # How the rosters say that people are reached.
    by_mail: int = 0
    by_text: int = 0


@dataclass(frozen=True, slots=True)
class JobReport:
    """State is waiting, running, done or failed; the report comes with the last two, a preview for a day."""

    state: str
    report: Report | None
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """
    Whether there are enough people to open, in numbers rounded down: nothing under 11, then 11, 15, 20 ...

    An area or group somebody is in is named, however small; it then counts 0.
    """

    reachable: int  # who gets the invitation
    areas: dict[str, int]
    dimensions: dict[str, dict[str, int]]  # dimension code -> bucket code -> people


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


@dataclass(frozen=True, slots=True)
class JobStanding:
    """A job of the ledger as an operator sees it: whose it is, what it does and how far, nothing of its content."""

    id: UUID
    organisation: UUID
    verb: str
    state: str
    asked_at: datetime
    tries: int
    can_retry: bool


@dataclass(frozen=True, slots=True)
class MailingStanding:
    organisation: UUID
    counts: MailingCounts


@dataclass(frozen=True, slots=True)
class Standing:
    """
    How the vault's own work is doing, in states and counts.

    `jobs` are those that are not done, the oldest first, and `mailings` the newest, both up to a limit; the
    counts are of all. `runner_seen_at` is None where no runner was heard of, `backup_at` where no backup is seen.
    """

    jobs: list[JobStanding]
    jobs_by_state: dict[str, int]
    mailings: list[MailingStanding]
    letters_waiting: int
    letters_unknown: int
    oldest_letter_at: datetime | None
    runner_seen_at: datetime | None
    # Key files that lie in one of the two folders only: the next loss would be for good.
    key_copies_missing: int = 0
    backup_at: datetime | None = None


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


@dataclass(frozen=True, slots=True)
class OpinionsReport:
    """State is empty before groups were asked for, then waiting, running, done or failed."""

    state: str
    progress: int
    found: GroupsFound | None
