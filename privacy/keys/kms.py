"""
Keys as objects in S3, each wrapped by a KMS key of its own conversation.

Destroying disables the KMS key at once and schedules its deletion for the shortest time KMS
offers (7 days): whatever copy of the object survives, nothing opens it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from privacy.keys.store import ConversationKeys, KeysUnavailable, packed, unpacked

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import TagTypeDef
    from mypy_boto3_s3 import S3Client

_DAYS_TO_DELETION = 7
# By this the permission to use a key, and to end it, is bounded to keys that we made: deploy/aws/.
OURS: "list[TagTypeDef]" = [{"TagKey": "conversations", "TagValue": "keys"}]
_QUICK = Config(connect_timeout=3, read_timeout=5, retries={"max_attempts": 2})
_FAILURES = (BotoCoreError, ClientError)


class _Wrapped(msgspec.Struct):
    kms_key: str
    wrapped: bytes


class KmsKeyStore:
    """`bucket` holds wrapped keys and tombstones; `endpoint` points both services elsewhere."""

    days_pending = _DAYS_TO_DELETION
    destroys_by = (
        "The conversation's own KMS key was disabled at once, and Amazon deletes it after seven days; every"
        " version of the wrapped keys was removed. Without it no copy opens."
    )

    def __init__(self, *, bucket: str, endpoint: str | None = None) -> None:
        self.bucket = bucket
        self._s3: S3Client = boto3.client("s3", endpoint_url=endpoint, config=_QUICK)
        self._kms: KMSClient = boto3.client("kms", endpoint_url=endpoint, config=_QUICK)

    def create(self, organisation: UUID, conversation: UUID, keys: ConversationKeys) -> None:
        bound = _bound(organisation, conversation)
        if self.is_destroyed(organisation, conversation):
            raise KeysUnavailable
        try:
            key = self._kms.create_key(Description="conversation", Tags=OURS)["KeyMetadata"]["KeyId"]
            wrapped = self._kms.encrypt(KeyId=key, Plaintext=packed(keys), EncryptionContext=bound)[
                "CiphertextBlob"
            ]
            body = msgspec.msgpack.encode(_Wrapped(kms_key=key, wrapped=wrapped))
            # IfNoneMatch: keys are never overwritten, whoever was first.
            self._s3.put_object(
                Bucket=self.bucket, Key=_name(organisation, conversation), Body=body, IfNoneMatch="*"
            )
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def read(self, organisation: UUID, conversation: UUID) -> ConversationKeys:
        try:
            found = self._wrapped(organisation, conversation)
            plain = self._kms.decrypt(
                KeyId=found.kms_key,
                CiphertextBlob=found.wrapped,
                EncryptionContext=_bound(organisation, conversation),
            )["Plaintext"]
        except _FAILURES as reason:
            raise KeysUnavailable from reason
        return unpacked(plain)

    def add_tombstones(self, organisation: UUID, conversation: UUID, indexes: list[bytes]) -> None:
        try:
            for index in indexes:
                name = f"{_tombs(organisation, conversation)}{index.hex()}"
                self._s3.put_object(Bucket=self.bucket, Key=name, Body=b"")
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def tombstones(self, organisation: UUID, conversation: UUID) -> set[bytes]:
        prefix = _tombs(organisation, conversation)
        try:
            return {bytes.fromhex(name.removeprefix(prefix)) for name, _version in self._versions(prefix)}
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def add_withdrawn(self, organisation: UUID, conversation: UUID, entries: Iterable[bytes]) -> None:
        """One object: its older versions go, because the difference of two would be one night's group."""
        name = _withdrawn(organisation, conversation)
        known = self.withdrawn(organisation, conversation)
        after = known.union(entries)
        try:
            if after != known:
                lines = "\n".join(sorted(entry.hex() for entry in after))
                self._s3.put_object(Bucket=self.bucket, Key=name, Body=lines.encode())
            for found, version in self._versions(name)[1:]:
                self._s3.delete_object(Bucket=self.bucket, Key=found, VersionId=version)
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def withdrawn(self, organisation: UUID, conversation: UUID) -> set[bytes]:
        found = self._text(_withdrawn(organisation, conversation))
        return {bytes.fromhex(line) for line in (found or "").split()}

    def destroy(self, organisation: UUID, conversation: UUID) -> None:
        try:
            self._s3.put_object(Bucket=self.bucket, Key=_destroyed(organisation, conversation), Body=b"")
            self._end_kms_key(organisation, conversation)
            for where in (_name, _tombs, _withdrawn):
                for name, version in self._versions(where(organisation, conversation)):
                    self._s3.delete_object(Bucket=self.bucket, Key=name, VersionId=version)
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def is_destroyed(self, organisation: UUID, conversation: UUID) -> bool:
        return self._text(_destroyed(organisation, conversation)) is not None

    def end_organisation(self, organisation: UUID) -> None:
        try:
            self._s3.put_object(Bucket=self.bucket, Key=_ended(organisation), Body=b"")
        except _FAILURES as reason:
            raise KeysUnavailable from reason

    def has_ended(self, organisation: UUID) -> bool:
        return self._text(_ended(organisation)) is not None

    def copies_missing(self) -> int:
        """S3 keeps its own copies."""
        return 0

    def _text(self, name: str) -> str | None:
        """What an object says, None where there is none. Raises KeysUnavailable."""
        try:
            return self._s3.get_object(Bucket=self.bucket, Key=name)["Body"].read().decode()
        except ClientError as reason:
            if reason.response.get("Error", {}).get("Code") == "NoSuchKey":
                return None
            raise KeysUnavailable from reason
        except BotoCoreError as reason:
            raise KeysUnavailable from reason

    def _end_kms_key(self, organisation: UUID, conversation: UUID) -> None:
        try:
            key = self._wrapped(organisation, conversation).kms_key
        except ClientError as reason:
            if reason.response.get("Error", {}).get("Code") == "NoSuchKey":
                return  # destroyed before
            raise
        if self._kms.describe_key(KeyId=key)["KeyMetadata"].get("KeyState") != "PendingDeletion":
            self._kms.disable_key(KeyId=key)
            self._kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=_DAYS_TO_DELETION)

    def _wrapped(self, organisation: UUID, conversation: UUID) -> _Wrapped:
        found = self._s3.get_object(Bucket=self.bucket, Key=_name(organisation, conversation))
        return msgspec.msgpack.decode(found["Body"].read(), type=_Wrapped)

    def _versions(self, prefix: str) -> list[tuple[str, str]]:
        """Every stored version and delete marker, newest first: a plain delete would only hide them."""
        found: list[tuple[str, str]] = []
        for page in self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=prefix
        ):
            listed: list[Any] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            found += [(entry["Key"], entry["VersionId"]) for entry in listed]
        return found


def _name(organisation: UUID, conversation: UUID) -> str:
    return f"keys/{organisation.hex}/{conversation.hex}"


def _tombs(organisation: UUID, conversation: UUID) -> str:
    return f"left/{organisation.hex}/{conversation.hex}/"


def _withdrawn(organisation: UUID, conversation: UUID) -> str:
    return f"withdrawn/{organisation.hex}/{conversation.hex}"


def _destroyed(organisation: UUID, conversation: UUID) -> str:
    return f"destroyed/{organisation.hex}/{conversation.hex}"


def _ended(organisation: UUID) -> str:
    return f"ended/{organisation.hex}"


def _bound(organisation: UUID, conversation: UUID) -> dict[str, str]:
    return {"organisation": str(organisation), "conversation": str(conversation)}
