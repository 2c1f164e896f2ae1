"""Whether somebody's file is a certificate of ours. Needs the published keys, and no account."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy import signatures
from privacy.deletion.services.certificates import ALGORITHM, FORMAT
from privacy.vault.endings import PublishedKey
from privacy.vault.interface import vault_of_nobody

MOST_BYTES = 2 * 1024 * 1024
_PARTS = {"algorithm", "certificate", "key", "signature"}
_UNREADABLE = _(
    "This is not one of our certificates: it cannot be read. Take the JSON file as you received it."
)
_OTHER_KEY = _("No key of ours has the name this certificate gives, so we did not sign it.")
_CHANGED = _("The signature does not fit: somebody changed this certificate, or made it without us.")
_GENUINE = _("The signature fits: we signed this certificate, and not a character of it was changed.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is genuine, why as a sentence, and what it says; empty where nothing could be read."""

    is_genuine: bool
    sentence: str | Promise
    said: dict[str, Any] = field(default_factory=dict)
    key: str = ""

    @property
    def signed_at(self) -> datetime:
        return datetime.fromisoformat(self.said["issued_at"])

    @property
    def deadline(self) -> datetime:
        return datetime.fromisoformat(self.said["deadlines"]["everything"])


def published() -> list[PublishedKey]:
    """The public halves of all keys that ever signed. Raises VaultDown, KeysUnavailable."""
    return vault_of_nobody().signing_keys()


def as_json(keys: Iterable[PublishedKey]) -> dict[str, Any]:
    """How they are published, and what `manage certificate verify --keys` reads."""
    listed = [
        {"id": key.id, "since": key.since, "public": base64.b64encode(key.public).decode()} for key in keys
    ]
    return {"algorithm": ALGORITHM, "format": FORMAT, "keys": listed}


def from_json(content: bytes) -> list[PublishedKey]:
    """Raises ValueError for anything else."""
    try:
        listed = signatures.read(content)["keys"]
        return [
            PublishedKey(
                id=key["id"], since=key["since"], public=base64.b64decode(key["public"], validate=True)
            )
            for key in listed
        ]
    except (KeyError, TypeError, binascii.Error) as reason:
        raise ValueError from reason


def verify(content: bytes, keys: Iterable[PublishedKey]) -> Verdict:
    """Nothing is believed that was not signed: a file with anything beside the signed part is refused."""
    try:
        whole = signatures.read(content[: MOST_BYTES + 1])
        said = whole["certificate"]
        signature = base64.b64decode(whole["signature"], validate=True)
        is_ours = whole.keys() == _PARTS and whole["algorithm"] == ALGORITHM and said["format"] == FORMAT
        signed = signatures.canonical(said)
    except (ValueError, KeyError, TypeError):
        return Verdict(is_genuine=False, sentence=_UNREADABLE)
    if not is_ours:
        return Verdict(is_genuine=False, sentence=_UNREADABLE)
    public = {key.id: key.public for key in keys}.get(str(whole["key"]))
    # The name of a key follows from the key: a list that somebody changed is seen.
    if public is None or signatures.id_of(public) != whole["key"]:
        return Verdict(is_genuine=False, sentence=_OTHER_KEY)
    if not signatures.fits(certificate=signed, signature=signature, public=public):
        return Verdict(is_genuine=False, sentence=_CHANGED)
    return Verdict(is_genuine=True, sentence=_GENUINE, said=said, key=str(whole["key"]))
