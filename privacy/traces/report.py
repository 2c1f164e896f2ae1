"""
What a scan says: where it looked, how much that was, what it found, and whether it can find
anything at all.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of places. In each a planted example must be found in every run."""

    CONTROL = "control plane"
    TENANT = "organisations"
    VAULT = "vault"
    WEB_KEYS = "Valkey, the site's keys"
    VAULT_KEYS = "Valkey, the vault's keys"
    FILES = "files"
    FOLDERS = "folders"


@dataclass(slots=True)
class Looked:
    """
    One place: `read` rows, keys or files; `found` how often anything of the people stands there, by kind.

    Where the place is known to hold such data for another reason, `known` says the reason, and it is no failure.
    """

    kind: Kind
    place: str
    read: int = 0
    size: int = 0
    found: dict[str, int] = field(default_factory=dict)
    known: str = ""
    # What could not be read, in plain words.
    problem: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.found or bool(self.known)


@dataclass(slots=True)
class Part:
    """What one process has looked at, and in which kinds of places it found its planted examples."""

    places: list[Looked] = field(default_factory=list)
    proven: dict[str, bool] = field(default_factory=dict)
