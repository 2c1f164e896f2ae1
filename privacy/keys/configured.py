"""Which key store this installation uses."""

from functools import cache
from pathlib import Path

from django.conf import settings

from privacy.keys.directory import DirectoryKeyStore
from privacy.keys.kms import KmsKeyStore
from privacy.keys.store import KeyStore, KeysUnavailable


@cache
def key_store() -> KeyStore:
    """`directory:FOLDER:COPY` or `kms:BUCKET`, by the setting KEY_STORE. Raises KeysUnavailable for any other."""
    scheme, _colon, rest = settings.KEY_STORE.partition(":")
    if scheme == "directory":
        folder, _colon, copy = rest.partition(":")
        return DirectoryKeyStore(Path(folder), Path(copy))
    if scheme == "kms":
        return KmsKeyStore(bucket=rest, endpoint=settings.S3_ENDPOINT or None)
    raise KeysUnavailable
