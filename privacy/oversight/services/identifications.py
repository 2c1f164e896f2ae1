"""
The record of identifications. Each step is one transaction with its entry in the audit, and is
anchored after it: the newest head leaves for the object store and for the officers' mailboxes.
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from kernel import audit
from kernel.errors import DomainError
from kernel.tasks import after_commit
from kernel.tenancy import control_plane, current_tenant
from privacy.anonymity import Kind
from privacy.oversight.models import Identification, IdentificationState, Telling
from privacy.vault.shapes import Ground

LASTS = timedelta(hours=24)
_SALT_BYTES = 16


class AlreadyDecided(DomainError):
    code = "already_decided"
    message = "This identification was decided or is over. Look at the list for what became of it."


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for, checked already."""

    kind: Kind
    contribution: UUID
    ground: Ground
    explanation: str
    telling: Telling


def enter(*, conversation: UUID, grant: UUID, request: Request, by: UUID, at: datetime) -> UUID:
    """Record that an identification was asked for; returns its number."""
    salt = os.urandom(_SALT_BYTES)
    with transaction.atomic(), control_plane():
        made = Identification.objects.create(
            id=uuid4(),
            organisation=current_tenant().organisation,
            conversation=conversation,
            grant=grant,
            salt=salt,
            digest=digest_of(request.contribution, salt),
            kind=request.kind,
            ground=request.ground,
            explanation=request.explanation,
            telling=request.telling,
            asked_by=by,
            asked_at=at,
        )
        _note(made, "asked", by, ground=made.ground, telling=made.telling, digest=made.digest.hex())
    return made.pk


def decide(*, identification: Identification, is_approved: bool, by: UUID, at: datetime) -> None:
    """Record a decision. Raises AlreadyDecided."""
    state = IdentificationState.APPROVED if is_approved else IdentificationState.REFUSED
    was = (
        [IdentificationState.ASKED]
        if is_approved
        else [IdentificationState.ASKED, IdentificationState.APPROVED]
    )
    with transaction.atomic(), control_plane():
        open_ones = Identification.objects.filter(pk=identification.pk, state__in=was)
        if not open_ones.update(state=state, decided_by=by, decided_at=at):
            raise AlreadyDecided
        _note(identification, state.value, by)


def open_now(*, identification: Identification, by: UUID) -> None:
    """Record, before the vault is asked, that it is asked now: so nothing can open without an entry."""
    with transaction.atomic(), control_plane():
        _note(identification, "opened", by)


def conclude(*, identification: Identification, was_shown: bool, by: UUID, at: datetime) -> bool:
    """Record that it was seen, or that the vault found no ground. Whether this was the first to record it."""
    state = IdentificationState.SEEN if was_shown else IdentificationState.REFUSED
    with transaction.atomic(), control_plane():
        approved = Identification.objects.filter(pk=identification.pk, state=IdentificationState.APPROVED)
        if not approved.update(state=state, seen_at=at if was_shown else None):
            return False
        _note(identification, "seen" if was_shown else "refused by the vault", by)
    return True


def expire(*, at: datetime) -> list[UUID]:
    """Record which approvals of the current organisation ran out unseen; returns them."""
    with transaction.atomic(), control_plane():
        over = list(
            Identification.objects.select_for_update().filter(
                organisation=current_tenant().organisation,
                state=IdentificationState.APPROVED,
                decided_at__lte=at - LASTS,
            )
        )
        for identification in over:
            Identification.objects.filter(pk=identification.pk).update(state=IdentificationState.EXPIRED)
            _note(identification, "expired", None)
    return [identification.pk for identification in over]


def digest_of(contribution: UUID, salt: bytes) -> bytes:
    """What shows somebody who knows a contribution that a record was about it, and nobody else anything."""
    return hashlib.sha256(bytes(salt) + contribution.bytes).digest()


def _note(identification: Identification, step: str, by: UUID | None, **more: str) -> None:
    """An entry in the audit, in the caller's transaction, and its anchor after it."""
    about: dict[str, str | int] = {
        "identification": str(identification.pk),
        "conversation": str(identification.conversation),
        **more,
    }
    audit.record(f"identification {step}", by=by, organisation=identification.organisation, about=about)
    after_commit("privacy.anchor", conversation=str(identification.conversation))
