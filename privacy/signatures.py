"""
What a signed certificate is as bytes, and whether a signature fits. Needs no key of ours and no database.

Signed is canonical JSON: sorted keys, no spaces, ASCII, led by a line that says what it is, so that a
signature under a certificate never fits anything else.
"""

import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_SAYS = b"certificate of deletion\n"


class NotReadable(ValueError):
    """These bytes are no JSON object with each name once."""


def canonical(value: object) -> bytes:
    """The one form in which a value is signed."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def read(content: bytes) -> dict[str, Any]:
    """A JSON object in which no name stands twice. Raises NotReadable."""
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_none)
    except (ValueError, RecursionError) as reason:
        raise NotReadable from reason
    if not isinstance(found, dict):
        raise NotReadable
    return found


def signed_bytes(certificate: bytes) -> bytes:
    return _SAYS + certificate


def id_of(public: bytes) -> str:
    """How a key is called: the beginning of its digest, so that no two keys share a name."""
    return hashlib.sha256(public).hexdigest()[:16]


def fits(*, certificate: bytes, signature: bytes, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed_bytes(certificate))
    except (InvalidSignature, ValueError):
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one name: readers would differ about which of them was signed."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotReadable
    return found


def _none(_constant: str) -> None:
    raise NotReadable
