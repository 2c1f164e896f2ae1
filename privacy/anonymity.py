"""
What a contribution carries instead of an author. The web tier's half of the design.

A signed-in person's session holds a Ticket. From it come values that repeat over no two
contributions: a `route` only the vault opens, and tags only this person can compute again.
Formats are fixed by test vectors, because stored values depend on them.
"""

import hmac
import os
import time
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from nacl.public import PublicKey, SealedBox

SECRET_BYTES = 32
TAG_BYTES = 32
_NONCE_BYTES = 24
FILE_MARK = b"sealed file\0"


class Kind(StrEnum):
    IDEA = "idea"
    COMMENT = "comment"


# Tags are numbered per person and kind; the bound keeps looking one's own up, and erasing them, finite.
MOST_POSTS = {Kind.IDEA: 200, Kind.COMMENT: 1000}
# How many parts one post can have, all its splits together; bounds the look-up likewise.
MOST_PARTS = 30
_ORIGINAL_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Ticket:
    """
    What the vault lends to a signed-in browser. `secret` never leaves the sealed session.

    Printed it shows nothing of the person, so that it cannot slip into a log.
    """

    person: UUID = field(repr=False)
    secret: bytes = field(repr=False)
    area: str
    may_write: bool
    handle: str = field(repr=False)
    # Whether the survey before access was answered, or passed by.
    is_surveyed: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """Shows the vault that a call about a person comes from that person's session, for one verb, once."""

    person: UUID = field(repr=False)
    nonce: bytes
    mac: bytes = field(repr=False)


def route(public_key: bytes, *, person: UUID, contribution: UUID) -> bytes:
    """80 bytes that only the vault opens, different each time (X25519 sealed box, libsodium)."""
    return SealedBox(_public_key(public_key)).encrypt(person.bytes + contribution.bytes)


def sealed_for_vault(public_key: bytes, plain: bytes, *, padded_to: int = 1024) -> bytes:
    """Something only the vault may read, such as a name somebody comes forward with. All of one length."""
    return SealedBox(_public_key(public_key)).encrypt(plain.ljust(padded_to, b" "))


def sealed_original(public_key: bytes, text: str, *, contribution: UUID, act: UUID) -> bytes:
    """
    The text a contribution had before an act, for the vault to open for this act alone.

    Padded, so that its length does not tell how long the masked words were.
    """
    plain = contribution.bytes + act.bytes + text.encode() + b"\0"
    padded_to = -(-len(plain) // _ORIGINAL_BYTES) * _ORIGINAL_BYTES
    return SealedBox(_public_key(public_key)).encrypt(plain.ljust(padded_to, b"\0"))


def sealed_file(public_key: bytes, content: bytes) -> bytes:
    """A roster that waits to be taken in, for the vault alone. The mark keeps other sealed things from passing for one."""
    return SealedBox(_public_key(public_key)).encrypt(FILE_MARK + content)


def owner_tag(secret: bytes, kind: Kind, n: int) -> bytes:
    """The tag of a person's n-th idea or comment, n from 0."""
    return _hmac(secret, f"{kind}:{n}".encode())


def owner_tags(secret: bytes, kind: Kind, *, first: int = 0, count: int | None = None) -> list[bytes]:
    last = MOST_POSTS[kind] if count is None else min(first + count, MOST_POSTS[kind])
    return [owner_tag(secret, kind, n) for n in range(first, last)]


def part_tag(secret: bytes, parent: UUID, n: int) -> bytes:
    """The tag of the n-th part of one of a person's posts that was split."""
    return _hmac(secret, b"part:" + parent.bytes + b":" + str(n).encode())


def part_tags(secret: bytes, parent: UUID) -> list[bytes]:
    """Of every part that a post may have."""
    return [part_tag(secret, parent, n) for n in range(MOST_PARTS)]


def voter_tag(secret: bytes, idea: UUID) -> bytes:
    """The same for each vote of a person on one idea: so it counts once and can be changed."""
    return _hmac(secret, b"vote:" + idea.bytes)


def reporter_tag(secret: bytes, contribution: UUID) -> bytes:
    """The same for each report of a person on one contribution: so it counts once."""
    return _hmac(secret, b"report:" + contribution.bytes)


def contribution_id(secret: bytes, form: str) -> UUID:
    """
    The id of what one filled-in form posts: the same form sent twice makes one post.

    Random to everybody without the secret, and not of the author's choosing.
    """
    return UUID(bytes=_hmac(secret, b"form:" + form.encode())[:16], version=4)


def prove(ticket: Ticket, verb: str) -> Proof:
    nonce = int(time.time()).to_bytes(8, "big") + os.urandom(_NONCE_BYTES - 8)
    return Proof(person=ticket.person, nonce=nonce, mac=proof_mac(ticket.secret, verb, nonce))


def proof_mac(secret: bytes, verb: str, nonce: bytes) -> bytes:
    return _hmac(secret, b"proof:" + verb.encode() + b":" + nonce)


def look_alike_tag() -> bytes:
    """What stands in place of a tag after its person is gone."""
    return os.urandom(TAG_BYTES)


@lru_cache(maxsize=256)
def _public_key(raw: bytes) -> PublicKey:
    return PublicKey(raw)


def _hmac(secret: bytes, message: bytes) -> bytes:
    return hmac.digest(secret, message, "sha256")
