"""
The audit chain: append-only, each entry bound to the one before it, and free of personal data.

The digest of an entry is SHA-256 over the digest before it and the entry's own fields in canonical
JSON (sorted keys, no spaces). Whoever changes, removes or inserts one must change every later one;
that is seen against the anchors that were written elsewhere at the time. The web login may add
entries and read them, and the database refuses it anything else.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from kernel.database import row
from kernel.models import AuditEntry
from kernel.tenancy import control_plane

FIRST = bytes(32)
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the chain: what an anchor remembers."""

    position: int
    digest: bytes


def record(
    what: str,
    *,
    by: UUID | None,
    organisation: UUID | None = None,
    about: Mapping[str, str | int] | None = None,
) -> None:
    """
    Add an entry in the caller's transaction, in the control plane. `by` is an account of staff, or of
    a client user at their own organisation.

    `about` holds ids of organisations and projects, choices, numbers: never a word that somebody typed.
    """
    with control_plane(), transaction.atomic():
        # One at a time: the next entry needs the digest of this one, and waits until it is kept.
        row("SELECT pg_advisory_xact_lock(hashtext('kernel.audit'))")
        last = head()
        entry = AuditEntry(
            position=last.position + 1,
            at=timezone.now(),
            what=what,
            by=by,
            organisation=organisation,
            about=dict(about or {}),
        )
        entry.digest = digest_of(entry, last.digest)
        entry.save(force_insert=True)


def head() -> Head:
    """The chain's last link; position 0 while there is none. Called in the control plane."""
    last = AuditEntry.objects.order_by("-position").first()
    return Head(0, FIRST) if last is None else Head(last.position, bytes(last.digest))


def verify(anchors: Iterable[Head] = ()) -> list[str]:
    """
    What is wrong with the chain, as sentences; nothing where all is well.

    An anchor must be a link of the chain as it stands: so a tail that was cut off, or computed
    anew, is seen as well.
    """
    known = {anchor.position: anchor.digest for anchor in anchors}
    problems = []
    before, expected = FIRST, 1
    with control_plane():
        while entries := list(AuditEntry.objects.filter(position__gte=expected).order_by("position")[:_PAGE]):
            for entry in entries:
                if entry.position != expected:
                    problems.append(f"Entries {expected} to {entry.position - 1} are missing.")
                if bytes(entry.digest) != digest_of(entry, before):
                    problems.append(f"Entry {entry.position} is not what was recorded.")
                if known.pop(entry.position, bytes(entry.digest)) != bytes(entry.digest):
                    problems.append(f"Entry {entry.position} differs from its anchor.")
                before, expected = bytes(entry.digest), entry.position + 1
    problems += [f"Entry {position} has an anchor but is gone." for position in sorted(known)]
    return problems


def digest_of(entry: AuditEntry, before: bytes) -> bytes:
    """SHA-256 over the digest before and the entry in canonical JSON."""
    fields = {
        "position": entry.position,
        "at": _microseconds(entry.at),
        "what": entry.what,
        "by": str(entry.by or ""),
        "organisation": str(entry.organisation or ""),
        "about": entry.about,
    }
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before + canonical.encode()).digest()


def _microseconds(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond
