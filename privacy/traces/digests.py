"""
Salted digests of everybody's addresses, numbers and names: they tell whether a text is one of them, and nothing else.

HMAC-SHA256 under a random salt, cut to 16 bytes: among a billion texts the chance that any is taken
for one of 60,000 by mistake is under one in 10^24.
"""

import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from privacy.traces.candidates import Candidate

_SALT_BYTES = 32
_BYTES = 16


def digest(salt: bytes, candidate: Candidate) -> bytes:
    """The kind is bound: a name is never taken for an address."""
    kind, text = candidate
    return hmac.digest(salt, f"{kind}:{text}".encode("utf-8", "replace"), "sha256")[:_BYTES]


@dataclass(frozen=True)
class Digests:
    """`counts` is by kind, of different texts."""

    salt: bytes
    known: frozenset[bytes]
    counts: dict[str, int]

    @classmethod
    def of(cls, texts: Iterable[Candidate]) -> "Digests":
        salt = os.urandom(_SALT_BYTES)
        different = {candidate for candidate in texts if candidate[1]}
        counts: dict[str, int] = {}
        for kind, _text in different:
            counts[kind] = counts.get(kind, 0) + 1
        return cls(salt, frozenset(digest(salt, candidate) for candidate in different), counts)

    def packed(self) -> bytes:
        """Sorted, so that the order tells nothing."""
        return msgspec.msgpack.encode([self.salt, b"".join(sorted(self.known)), self.counts])

    @classmethod
    def unpacked(cls, raw: bytes) -> "Digests":
        salt, joined, counts = msgspec.msgpack.decode(raw, type=tuple[bytes, bytes, dict[str, int]])
        known = frozenset(joined[n : n + _BYTES] for n in range(0, len(joined), _BYTES))
        return cls(salt, known, counts)
