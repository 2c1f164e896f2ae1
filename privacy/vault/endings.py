"""What a conversation's end is made of, the same called directly and over HTTP."""

from dataclasses import dataclass, field
from enum import StrEnum


class Keeping(StrEnum):
    """A part of what the vault keeps of a conversation, each emptied in its step of a deletion."""

    SESSIONS = "sessions"
    MAIL = "mail"  # what waits to be sent, and work that waits
    CODES = "codes"
    PEOPLE = "people"  # every row about anybody
    KEYS = "keys"  # key, tombstones, digests, and the conversation itself


class Work(StrEnum):
    """What the runner does for a deletion."""

    CLOSE = "close"
    OUTBOX = "outbox"
    SUPPLIERS = "suppliers"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class Salt:
    """What digests of a conversation's people are made with, and how many there are by kind."""

    salt: bytes = field(repr=False)
    counts: dict[str, int]


class Departure(StrEnum):
    """How far a leaving is, asked for by its number."""

    WAITING = "waiting"  # everything known of the person is gone; the contributions' last ties go tonight
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Remains:
    """What holds whatever a backup says. Withdrawn are ids of posts and messages and tags of votes, ungrouped."""

    is_purged: bool
    withdrawn: list[bytes]


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature and the key that made it."""

    key: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """The public half of a key that signs certificates, or once did."""

    id: str
    since: str
    public: bytes


@dataclass(frozen=True, slots=True)
class KeysEnd:
    """What became of a conversation's keys: `days_pending` until the last copy is beyond anybody's reach."""

    are_gone: bool
    days_pending: int
    how: str
