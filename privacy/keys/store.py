"""The port of the key store: what both stores keep and promise."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import msgspec
from django.utils.translation import gettext_lazy as _
from nacl.public import PrivateKey

from kernel import sealing
from kernel.errors import Unavailable


@dataclass(frozen=True, slots=True)
class ConversationKeys:
    """The keys of one conversation: for sealing, for blind indexes, and for opening routes."""

    version: int
    data: bytes
    index: bytes
    private: bytes

    @property
    def public(self) -> bytes:
        return bytes(PrivateKey(self.private).public_key)


class KeysUnavailable(Unavailable):
    """The store does not answer or a key is gone. Nothing falls back to plain text."""

    code = "keys_unavailable"
    message = _("This part of the site cannot be opened at the moment. Please try again in a few minutes.")


class KeyStore(Protocol):
    """A store of keys and tombstones by organisation and conversation."""

    # Days until what was destroyed is beyond anybody's reach, and in plain words how that is done.
    days_pending: int
    destroys_by: str

    def create(self, organisation: UUID, conversation: UUID, keys: ConversationKeys) -> None:
        """Store new keys. Raises KeysUnavailable where keys are or were: none is overwritten or comes back."""

    def read(self, organisation: UUID, conversation: UUID) -> ConversationKeys:
        """Raises KeysUnavailable."""

    def add_tombstones(self, organisation: UUID, conversation: UUID, indexes: list[bytes]) -> None:
        """Remember the blind indexes of somebody who left, until the keys die."""

    def tombstones(self, organisation: UUID, conversation: UUID) -> set[bytes]: ...

    def add_withdrawn(self, organisation: UUID, conversation: UUID, entries: Iterable[bytes]) -> None:
        """
        Remember what was withdrawn, in one sorted list without groups, until the keys die.

        Entries are ids of contributions and messages (16 bytes), and tags of votes and blind indexes of those
        who withdrew everything (32). What is known already changes nothing.
        """

    def withdrawn(self, organisation: UUID, conversation: UUID) -> set[bytes]: ...

    def destroy(self, organisation: UUID, conversation: UUID) -> None:
        """
        Remove keys and tombstones. May be called again; afterwards `read` raises.

        What stays is the mark that it was done, so that lost keys are never taken for destroyed ones.
        """

    def copies_missing(self) -> int:
        """How many files lie in one place only, where there should be two."""

    def is_destroyed(self, organisation: UUID, conversation: UUID) -> bool: ...

    def end_organisation(self, organisation: UUID) -> None:
        """Remember that an organisation was deleted: no backup brings it back. May be called again."""

    def has_ended(self, organisation: UUID) -> bool: ...


def new_keys() -> ConversationKeys:
    return ConversationKeys(
        version=1, data=sealing.random_key(), index=sealing.random_key(), private=bytes(PrivateKey.generate())
    )


def packed(keys: ConversationKeys) -> bytes:
    return msgspec.msgpack.encode(keys)


def unpacked(raw: bytes) -> ConversationKeys:
    """Raises KeysUnavailable for anything that is not a complete set of keys."""
    try:
        return msgspec.msgpack.decode(raw, type=ConversationKeys)
    except msgspec.DecodeError as reason:
        raise KeysUnavailable from reason
