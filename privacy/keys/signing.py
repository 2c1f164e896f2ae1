"""
The platform's own keys that sign certificates, beside the keys of conversations in the same key store.

A key that was replaced keeps its public half alone: what it has signed can be verified for ever, and
nobody signs with it any more.
"""

from functools import cache
from pathlib import Path
from typing import Protocol

import boto3
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from privacy import signatures
from privacy.keys.directory import _destroy, _write
from privacy.keys.kms import _FAILURES, _QUICK, OURS
from privacy.keys.store import KeysUnavailable

_FOLDER = "platform"


class SigningKey(msgspec.Struct, frozen=True):
    """`private` is empty once another key has taken its place. `since` is ISO 8601 and orders them."""

    id: str
    since: str
    public: bytes
    private: bytes = b""

    def sign(self, certificate: bytes) -> bytes:
        key = Ed25519PrivateKey.from_private_bytes(self.private)
        return key.sign(signatures.signed_bytes(certificate))


class SigningKeys(Protocol):
    """Where they lie. Every call raises KeysUnavailable where the store does not answer."""

    def all(self) -> list[SigningKey]: ...

    def add(self, key: SigningKey) -> None: ...

    def retire(self, key: SigningKey) -> None:
        """Destroy the private half. May be called again."""


@cache
def signing_keys() -> SigningKeys:
    """In the key store that the setting KEY_STORE names. Raises KeysUnavailable."""
    scheme, _colon, rest = settings.KEY_STORE.partition(":")
    if scheme == "directory":
        return FolderOfSigningKeys([Path(folder) for folder in rest.split(":")])
    if scheme == "kms":
        return BucketOfSigningKeys(bucket=rest, endpoint=settings.S3_ENDPOINT or None)
    raise KeysUnavailable


def known_keys() -> list[SigningKey]:
    """Every key there ever was, oldest first. Raises KeysUnavailable."""
    return sorted(signing_keys().all(), key=lambda key: (key.since, key.id))


def current_key(*, now: str) -> SigningKey:
    """The newest that can sign; the first is made when it is needed. Raises KeysUnavailable."""
    able = [key for key in known_keys() if key.private]
    return able[-1] if able else _new_key(now)


def rotate(*, now: str) -> SigningKey:
    """A new key signs from here on; the private halves of all others are destroyed. Raises KeysUnavailable."""
    before = known_keys()
    made = _new_key(now)
    for key in before:
        signing_keys().retire(key)
    return made


def _new_key(now: str) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    raw = private.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    made = SigningKey(id=signatures.id_of(public), since=now, public=public, private=raw)
    signing_keys().add(made)
    return made


class FolderOfSigningKeys:
    """One file for each key, in both folders of the directory store: whichever is whole is read."""

    def __init__(self, folders: list[Path]) -> None:
        self.folders = [folder / _FOLDER for folder in folders]

    def all(self) -> list[SigningKey]:
        found: dict[str, SigningKey] = {}
        try:
            for folder in self.folders:
                for file in sorted(folder.glob("*.signing")):
                    key = _read(file.read_bytes())
                    # A crash between the two copies of a retirement: retired is retired.
                    if key is not None and (key.id not in found or not key.private):
                        found[key.id] = key
        except OSError as reason:
            raise KeysUnavailable from reason
        return list(found.values())

    def add(self, key: SigningKey) -> None:
        try:
            for folder in self.folders:
                _write(folder / f"{key.id}.signing", msgspec.msgpack.encode(key))
        except OSError as reason:
            raise KeysUnavailable from reason

    def retire(self, key: SigningKey) -> None:
        public = msgspec.msgpack.encode(msgspec.structs.replace(key, private=b""))
        try:
            for folder in self.folders:
                file = folder / f"{key.id}.signing"
                _write(file.with_suffix(".retired"), public)
                _destroy(file)
                file.with_suffix(".retired").rename(file)
        except OSError as reason:
            raise KeysUnavailable from reason


class BucketOfSigningKeys:
    """One object for each key in the bucket of wrapped keys; the private half wrapped by a KMS key of its own."""

    def __init__(self, *, bucket: str, endpoint: str | None = None) -> None:
        self.bucket = bucket
        self._s3 = boto3.client("s3", endpoint_url=endpoint, config=_QUICK)
        self._kms = boto3.client("kms", endpoint_url=endpoint, config=_QUICK)

    def all(self) -> list[SigningKey]:
        try:
            names = [
                entry["Key"]
                for page in self._s3.get_paginator("list_objects_v2").paginate(
                    Bucket=self.bucket, Prefix=f"{_FOLDER}/"
                )
                for entry in page.get("Contents", [])
            ]
            return [self._opened(name) for name in names]
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def add(self, key: SigningKey) -> None:
        try:
            wrapping = self._kms.create_key(Description="certificates", Tags=OURS)["KeyMetadata"]["KeyId"]
            wrapped = self._kms.encrypt(
                KeyId=wrapping, Plaintext=key.private, EncryptionContext={"key": key.id}
            )
            kept = _Wrapped(key.id, key.since, key.public, wrapping, wrapped["CiphertextBlob"])
            self._s3.put_object(Bucket=self.bucket, Key=_name(key), Body=msgspec.msgpack.encode(kept))
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def retire(self, key: SigningKey) -> None:
        try:
            kept = self._kept(_name(key))
            if kept.wrapping:
                self._kms.disable_key(KeyId=kept.wrapping)
                self._kms.schedule_key_deletion(KeyId=kept.wrapping, PendingWindowInDays=7)
                public = msgspec.structs.replace(kept, wrapping="", wrapped=b"")
                self._s3.put_object(Bucket=self.bucket, Key=_name(key), Body=msgspec.msgpack.encode(public))
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def _kept(self, name: str) -> "_Wrapped":
        body = self._s3.get_object(Bucket=self.bucket, Key=name)["Body"].read()
        return msgspec.msgpack.decode(body, type=_Wrapped)

    def _opened(self, name: str) -> SigningKey:
        kept = self._kept(name)
        private = b""
        if kept.wrapping:
            private = self._kms.decrypt(
                KeyId=kept.wrapping, CiphertextBlob=kept.wrapped, EncryptionContext={"key": kept.id}
            )["Plaintext"]
        return SigningKey(id=kept.id, since=kept.since, public=kept.public, private=private)


class _Wrapped(msgspec.Struct, frozen=True):
    id: str
    since: str
    public: bytes
    wrapping: str = ""
    wrapped: bytes = b""


def _name(key: SigningKey) -> str:
    return f"{_FOLDER}/{key.id}"


def _read(raw: bytes) -> SigningKey | None:
    """None for a file that a crash or a disk cut short: the other copy answers."""
    try:
        return msgspec.msgpack.decode(raw, type=SigningKey)
    except msgspec.DecodeError:
        return None
