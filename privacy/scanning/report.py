"""The report of a scan, as the certificate quotes it. It names places and counts, and nobody."""

from dataclasses import dataclass
from typing import Any

from privacy.traces.forms import FORMS
from privacy.traces.report import Kind, Looked

OTHERS = "other organisations"

NOT_CHECKED = (
    (
        "Backups",
        "they are counted by their own horizon: the certificate names the day on which the last is gone",
    ),
    (
        "Write-ahead logs, free space of disks, memory of processes",
        "they cannot be read as texts; logs end after seven days, and sealed values there open no more",
    ),
    ("Mailboxes of the people themselves and of staff", "they are not ours"),
    ("What suppliers keep of delivered messages", "only our contract with them reaches it"),
    (
        "Names in what people wrote, and names of one word",
        "a post may rightly say Hope: names are looked for in columns",
    ),
    ("Pictures, scans of paper, archives with a password", "they hold no text that a program can read"),
    ("The key store of KMS", "its objects are random bytes, wrapped; their removal is counted by itself"),
)


@dataclass(frozen=True)
class ScanReport:
    """`looked_for` counts different texts by kind; `proven` says for each kind of place whether its examples were found."""

    looked_for: dict[str, int]
    places: list[Looked]
    proven: dict[str, bool]
    seconds: float

    @property
    def found(self) -> list[Looked]:
        """Where anything stands that should be gone."""
        return [place for place in self.places if not place.is_clean]

    @property
    def known(self) -> list[Looked]:
        return [place for place in self.places if place.found and place.is_clean]

    @property
    def unread(self) -> list[Looked]:
        """Where something could not be read."""
        return [place for place in self.places if place.problem]

    @property
    def is_clean(self) -> bool:
        return not self.found

    @property
    def is_proven(self) -> bool:
        """Whether the scanner found every planted example: otherwise its silence means nothing."""
        return all(self.proven.get(kind, False) for kind in Kind)

    def as_dict(self) -> dict[str, Any]:
        """For JSON. What stands in other organisations' own tables is not told, not even as a number."""
        return {
            "looked_for": self.looked_for,
            "forms": list(FORMS),
            "is_clean": self.is_clean,
            "is_proven": self.is_proven,
            "proven": {kind.value: self.proven.get(kind, False) for kind in Kind},
            "places": [_place(place) for place in self.places],
            "not_checked": [{"what": what, "why": why} for what, why in NOT_CHECKED],
            "seconds": round(self.seconds, 1),
        }


def _place(looked: Looked) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": looked.kind.value, "place": looked.place, "read": looked.read}
    if looked.place != OTHERS:
        said["found"] = looked.found
    return said | {name: value for name in ("known", "problem") if (value := getattr(looked, name))}
