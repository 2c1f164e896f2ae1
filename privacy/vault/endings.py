"""What the vault answers about a conversation's end: what is to be done again, what was destroyed, what it signed."""

from dataclasses import dataclass


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
