"""
Authenticated encryption and derived keys: the few lines every sealed value goes through.

AES-256-GCM with random 96-bit nonces (NIST SP 800-38D) and HKDF-SHA256 (RFC 5869). What a
ciphertext belongs to is bound as associated data, so one that was moved does not open.
"""

import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class DoesNotOpen(ValueError):
    """The ciphertext was changed, moved, or sealed under another key."""


def random_key() -> bytes:
    return os.urandom(KEY_BYTES)


def derive(key: bytes, label: str) -> bytes:
    """A 32-byte key for one use of `key`; the label names the use."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=label.encode()).derive(key)


def context(*parts: Any) -> bytes:  # noqa: ANN401  (anything with a text form that identifies it)
    """Associated data from what identifies a value; lengths are bound too, so parts cannot shift."""
    texts = [str(part).encode() for part in parts]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """Nonce (12 bytes) + ciphertext + tag (16 bytes)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """
    The plaintext again.

    Raises DoesNotOpen when anything about key, ciphertext or context differs.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as reason:
        raise DoesNotOpen("A sealed value did not open.") from reason
