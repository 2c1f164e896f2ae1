"""
Certificates: what was deleted, what was checked and how, what was not and why. They name nobody.

A provisional one is signed when the keys are destroyed; the final one when no backup holds anything any
more and the store of keys has let go of the last copy. Each is signed once, by the vault.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from kernel import audit
from kernel.database import change
from kernel.tenancy import control_plane
from privacy import signatures
from privacy.deletion.models import WORDS_OF_STEPS, Certificate, Kind, Purge
from privacy.deletion.services import ledger
from privacy.deletion.services.ledger import Claim, LeaseLost
from privacy.stores import ORDER, Scope, Step, StoreAway, stores
from privacy.vault.endings import KeysEnd
from privacy.vault.interface import vault_for
from tenants.models import Organisation, Project

FORMAT = "certificate-of-deletion/1"
ALGORITHM = "Ed25519"
# Beside the organisations' folders, whose names begin with t_.
_FOLDER = "certificates"
_GONE = "destroyed"
_NAMES_NOBODY = "This certificate names no participant and holds nothing they wrote. Counts are of stored things, not of people."
_BACKUPS = (
    "Backups are not opened to remove single people. Each is removed when it has its age, so the last one that"
    " may hold anything is gone on the day given here; a restore before that deletes again before it serves."
)


def issue(claim: Claim, scope: Scope) -> None:
    """Sign and keep the certificate that is due. Raises StoreAway, StillThere, LeaseLost."""
    vault = vault_for(scope.tenant)
    keys = vault.keys_end(conversation=claim.project)
    if not keys.are_gone:
        raise StoreAway
    kind = Kind.FINAL if claim.is_provisional else Kind.PROVISIONAL
    at = ledger.now()
    with control_plane():
        purge = Purge.objects.get(pk=claim.project)
        said = _said(purge, kind, keys, at)
    if kind is Kind.FINAL and not (said["backups"]["are_gone"] and said["keys"]["state"] == _GONE):
        # Backups are kept for longer than they were when this was reckoned.
        ledger.wait_longer(claim, said["final_from"])
        return
    content = signatures.canonical(said)
    signed = vault.sign_certificate(conversation=claim.project, certificate=content)
    made = Certificate(
        id=UUID(said["id"]),
        purge=purge,
        kind=kind,
        content=content.decode(),
        signature=signed.signature,
        key=signed.key,
        issued_at=at,
    )
    with control_plane(), transaction.atomic():
        _enter(claim, made, said)
        _keep_file(made)


def document(certificate: Certificate) -> bytes:
    """The file that is given away, and that `verify` takes."""
    whole = {
        "algorithm": ALGORITHM,
        "certificate": json.loads(certificate.content),
        "key": certificate.key,
        "signature": base64.b64encode(bytes(certificate.signature)).decode(),
    }
    return json.dumps(whole, sort_keys=True, indent=2, ensure_ascii=True).encode() + b"\n"


def _enter(claim: Claim, made: Certificate, said: dict[str, Any]) -> None:
    """Inside a transaction. Raises LeaseLost."""
    if made.kind == Kind.PROVISIONAL:
        times = "provisional_at = %s, final_from = %s::timestamptz"
        values = [made.issued_at, said["final_from"]]
    else:
        times, values = "final_at = %s", [made.issued_at]
    ended = "ended = ended || jsonb_build_object(%s::text, to_jsonb(%s::timestamptz)), problem = ''"
    if not change(
        f"UPDATE deletion_purge SET {times}, {ended} WHERE project = %s AND fence = %s",  # noqa: S608
        [*values, Step.CERTIFICATE, made.issued_at, claim.project, claim.fence],
    ):
        raise LeaseLost
    made.save(force_insert=True)
    about: dict[str, str | int] = {"project": str(claim.project), "kind": made.kind, "key": made.key}
    audit.record("deletion certified", by=None, organisation=claim.organisation, about=about)


def _keep_file(made: Certificate) -> None:
    """In the object store as well. What a crash left under this name was never entered, and is replaced."""
    name = f"{_FOLDER}/{made.purge_id}-{made.kind}.json"
    files = storages["files"]
    if files.exists(name):
        files.delete(name)
    files.save(name, ContentFile(document(made)))


def _said(purge: Purge, kind: Kind, keys: KeysEnd, at: datetime) -> dict[str, Any]:
    days = max(settings.BACKUP_DAYS, settings.VAULT_BACKUP_DAYS)
    backups_gone, keys_gone = _horizons(purge, days, keys.days_pending)
    return {
        "format": FORMAT,
        "id": str(uuid5(purge.project, kind)),
        "kind": kind.value,
        "service": settings.BASE_DOMAIN.split(":")[0],
        **_names(purge),
        "issued_at": _moment(at),
        "completed_at": _moment(purge.completed_at),
        "deadlines": {"rows": _moment(purge.rows_due), "everything": _moment(purge.deadline)},
        "final_from": _moment(max(backups_gone, keys_gone)),
        "steps": [
            {"step": step.value, "what": WORDS_OF_STEPS[step], "ended_at": _moment(_ended(purge, step))}
            for step in ORDER
            if step is not Step.CERTIFICATE
        ],
        "deleted": _deleted(purge),
        "stays": [{"store": store.name, "what": store.stays} for _step, store in stores() if store.stays],
        "checked": _checked(purge),
        "not_checked": (purge.scan or {}).get("not_checked", []),
        "keys": {
            "state": _GONE if at >= keys_gone else "disabled, deletion pending",
            "destroyed_at": _moment(_ended(purge, Step.KEYS)),
            "beyond_reach_from": _moment(keys_gone),
            "how": keys.how,
        },
        "backups": {
            "kept_days": days,
            "last_gone_by": _moment(backups_gone),
            "are_gone": at >= backups_gone,
            "how": _BACKUPS,
        },
        "about": _NAMES_NOBODY,
    }


def _names(purge: Purge) -> dict[str, str]:
    organisation = Organisation.objects.get(pk=purge.organisation)
    project = Project.objects.get(pk=purge.project)
    return {
        "organisation": str(organisation.pk),
        "organisation_name": organisation.name,
        "project": str(project.pk),
        "project_name": project.name,
    }


def _deleted(purge: Purge) -> list[dict[str, Any]]:
    return [
        {
            "store": store.name,
            "holds": store.holds,
            "where": store.where,
            "step": step.value,
            "count": max(counts.get("found", 0), counts.get("erased", 0)),
            "late": counts.get("late", 0),
        }
        for step, store in stores()
        if step is not Step.CERTIFICATE and (counts := purge.counts.get(store.name)) is not None
    ]


def _checked(purge: Purge) -> dict[str, Any]:
    """What the search did, without what it did not. Whole numbers alone: they are written in one way."""
    scan = dict(purge.scan or {})
    scan.pop("not_checked", None)
    return {**scan, "seconds": round(scan.get("seconds", 0))}


def _horizons(purge: Purge, days: int, days_pending: int) -> tuple[datetime, datetime]:
    """When the last backup that may hold a row is gone, and the last copy of a key."""
    return (
        _ended(purge, Step.ROWS) + timedelta(days=days),
        _ended(purge, Step.KEYS) + timedelta(days=days_pending),
    )


def _ended(purge: Purge, step: Step) -> datetime:
    return datetime.fromisoformat(purge.ended[step])


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
