"""Both key stores keep the same promises."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import boto3
import pytest

from privacy.keys.directory import DirectoryKeyStore
from privacy.keys.kms import KmsKeyStore
from privacy.keys.store import KeyStore, KeysUnavailable, new_keys, packed, unpacked

ORGANISATION = uuid4()


@pytest.fixture(params=["directory", "kms"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    if request.param == "directory":
        return DirectoryKeyStore(tmp_path / "keys", tmp_path / "copy")
    endpoint = request.getfixturevalue("s3_endpoint")
    bucket = f"keys-{uuid4().hex}"
    s3 = boto3.client("s3", endpoint_url=endpoint)
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return KmsKeyStore(bucket=bucket, endpoint=endpoint)


def test_keys_come_back_as_they_were(store: KeyStore) -> None:
    keys, conversation = new_keys(), uuid4()

    store.create(ORGANISATION, conversation, keys)

    assert store.read(ORGANISATION, conversation) == keys
    assert len(keys.public) == 32


def test_keys_are_never_overwritten(store: KeyStore) -> None:
    keys, conversation = new_keys(), uuid4()
    store.create(ORGANISATION, conversation, keys)

    with pytest.raises(KeysUnavailable):
        store.create(ORGANISATION, conversation, new_keys())

    assert store.read(ORGANISATION, conversation) == keys


def test_there_are_no_keys_for_another_organisation(store: KeyStore) -> None:
    conversation = uuid4()
    store.create(ORGANISATION, conversation, new_keys())

    with pytest.raises(KeysUnavailable):
        store.read(uuid4(), conversation)


def test_tombstones_are_one_unordered_set(store: KeyStore) -> None:
    conversation = uuid4()

    store.add_tombstones(ORGANISATION, conversation, [b"\x02" * 32, b"\x01" * 32])
    store.add_tombstones(ORGANISATION, conversation, [b"\x01" * 32, b"\x03" * 32])

    assert store.tombstones(ORGANISATION, conversation) == {b"\x01" * 32, b"\x02" * 32, b"\x03" * 32}
    assert store.tombstones(ORGANISATION, uuid4()) == set()


def test_what_was_withdrawn_is_one_unordered_set(store: KeyStore) -> None:
    """Ids and tags of a night join those of other nights, and nothing tells which were together."""
    conversation = uuid4()

    store.add_withdrawn(ORGANISATION, conversation, [b"\x02" * 16, b"\x01" * 32])
    store.add_withdrawn(ORGANISATION, conversation, [b"\x01" * 32, b"\x03" * 16])
    store.add_withdrawn(ORGANISATION, conversation, [b"\x03" * 16])

    assert store.withdrawn(ORGANISATION, conversation) == {b"\x01" * 32, b"\x02" * 16, b"\x03" * 16}
    assert store.withdrawn(ORGANISATION, uuid4()) == set()
    if isinstance(store, KmsKeyStore):
        assert len(store._versions(f"withdrawn/{ORGANISATION.hex}/{conversation.hex}")) == 1
    store.destroy(ORGANISATION, conversation)
    assert store.withdrawn(ORGANISATION, conversation) == set()


def test_destroyed_is_told_from_lost_and_never_made_again(store: KeyStore) -> None:
    """F8, F12: a restore acts on the mark alone."""
    conversation, lost = uuid4(), uuid4()
    store.create(ORGANISATION, conversation, new_keys())

    store.destroy(ORGANISATION, conversation)
    store.end_organisation(ORGANISATION)
    store.end_organisation(ORGANISATION)

    assert store.is_destroyed(ORGANISATION, conversation)
    assert not store.is_destroyed(ORGANISATION, lost)
    assert not store.is_destroyed(uuid4(), conversation)
    assert store.has_ended(ORGANISATION)
    assert not store.has_ended(uuid4())
    with pytest.raises(KeysUnavailable):
        store.create(ORGANISATION, conversation, new_keys())


def test_destroyed_keys_are_gone_and_may_be_destroyed_again(store: KeyStore) -> None:
    conversation = uuid4()
    store.create(ORGANISATION, conversation, new_keys())
    store.add_tombstones(ORGANISATION, conversation, [b"\x01" * 32])

    for _time in range(2):
        store.destroy(ORGANISATION, conversation)

    with pytest.raises(KeysUnavailable):
        store.read(ORGANISATION, conversation)
    assert store.tombstones(ORGANISATION, conversation) == set()


def test_a_lost_key_file_is_read_from_its_copy(tmp_path: Path) -> None:
    """F8."""
    store, keys, conversation = DirectoryKeyStore(tmp_path / "keys", tmp_path / "copy"), new_keys(), uuid4()
    store.create(ORGANISATION, conversation, keys)
    (file,) = (tmp_path / "keys").rglob("*.keys")

    for harm in (lambda: file.write_bytes(b"half"), file.unlink):
        harm()
        assert store.read(ORGANISATION, conversation) == keys


def test_with_both_files_lost_it_stops_clearly(tmp_path: Path) -> None:
    """F8."""
    store, conversation = DirectoryKeyStore(tmp_path / "keys", tmp_path / "copy"), uuid4()
    store.create(ORGANISATION, conversation, new_keys())
    for file in tmp_path.rglob("*.keys"):
        file.unlink()

    with pytest.raises(KeysUnavailable) as refusal:
        store.read(ORGANISATION, conversation)

    assert "cannot be opened" in refusal.value.sentence


def test_key_files_are_private_and_lie_in_two_folders(tmp_path: Path) -> None:
    store = DirectoryKeyStore(tmp_path / "keys", tmp_path / "copy")
    store.create(ORGANISATION, uuid4(), new_keys())

    assert {file.stat().st_mode & 0o777 for file in tmp_path.rglob("*.keys")} == {0o600}
    assert len(list(tmp_path.rglob("*.keys"))) == 2
    with pytest.raises(KeysUnavailable):
        DirectoryKeyStore(tmp_path / "keys", tmp_path / "copy" / ".." / "keys")


def test_kms_binds_keys_to_their_conversation(s3_endpoint: str) -> None:
    """L18: wrapped keys that were copied to another conversation do not open."""
    s3 = boto3.client("s3", endpoint_url=s3_endpoint)
    s3.create_bucket(Bucket="moved")
    store, one, other = KmsKeyStore(bucket="moved", endpoint=s3_endpoint), uuid4(), uuid4()
    store.create(ORGANISATION, one, new_keys())
    s3.copy_object(
        Bucket="moved",
        Key=f"keys/{ORGANISATION.hex}/{other.hex}",
        CopySource=f"moved/keys/{ORGANISATION.hex}/{one.hex}",
    )

    with pytest.raises(KeysUnavailable):
        store.read(ORGANISATION, other)


def test_a_destroyed_kms_key_is_disabled_at_once_and_dies_in_seven_days(s3_endpoint: str) -> None:
    """P6: KMS refuses to decrypt with a key that waits for its deletion (the stand-in does not show that)."""
    s3, kms = boto3.client("s3", endpoint_url=s3_endpoint), boto3.client("kms", endpoint_url=s3_endpoint)
    s3.create_bucket(Bucket="survivor")
    store, conversation = KmsKeyStore(bucket="survivor", endpoint=s3_endpoint), uuid4()
    before = {key["KeyId"] for key in kms.list_keys()["Keys"]}
    store.create(ORGANISATION, conversation, new_keys())
    (key,) = {key["KeyId"] for key in kms.list_keys()["Keys"]} - before

    store.destroy(ORGANISATION, conversation)

    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert described["KeyState"] == "PendingDeletion"
    assert described["DeletionDate"] - datetime.now(UTC) <= timedelta(days=7)


def test_a_store_that_does_not_answer_fails_closed() -> None:
    """F7."""
    store = KmsKeyStore(bucket="nowhere", endpoint="http://127.0.0.1:1")

    acts: list[Callable[[UUID, UUID], object]] = [store.read, store.tombstones, store.destroy]
    for act in acts:
        with pytest.raises(KeysUnavailable):
            act(ORGANISATION, uuid4())
    with pytest.raises(KeysUnavailable):
        store.create(ORGANISATION, uuid4(), new_keys())


@pytest.mark.parametrize("raw", [b"", b"x", packed(new_keys())[:-1], packed(new_keys())[1:]])
def test_a_damaged_key_is_no_key(raw: bytes) -> None:
    with pytest.raises(KeysUnavailable):
        unpacked(raw)
