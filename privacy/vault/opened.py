"""A conversation with its keys open, and what can be done with them."""

import contextlib
import hmac
import time
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from kernel import sealing
from privacy import anonymity
from privacy.keys.configured import key_store
from privacy.keys.store import ConversationKeys, KeysUnavailable, new_keys
from privacy.vault.models import Conversation
from privacy.vault.refusals import OriginalRefused, RouteRefused, UnknownConversation
from privacy.vault.verb import Caller

_SECONDS_KEYS_ARE_HELD = 300
_held: dict[UUID, tuple[float, ConversationKeys]] = {}
_ROUTE_BYTES = 32
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Opened:
    """Keys never leave this object; values go in and come out."""

    conversation: Conversation
    keys: ConversationKeys
    _derived: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def index(self, label: str, value: str) -> bytes:
        """Blind index of a value: HMAC under a key for this label only."""
        return hmac.digest(self._index_key(label), value.encode(), "sha256")

    def seal(self, table: str, column: str, row: UUID, plain: bytes, *, padded_to: int = 0) -> bytes:
        """Sealed for exactly this place. Padding hides the length of short values."""
        length = len(plain).to_bytes(4, "big")
        padded = (length + plain).ljust(padded_to, b"\0")
        return sealing.seal(self._data_key(table, column), padded, self._bound(table, column, row))

    def unseal(self, table: str, column: str, row: UUID, sealed: bytes | memoryview) -> bytes:
        """Raises DoesNotOpen where the value was changed or belongs elsewhere."""
        padded = sealing.unseal(self._data_key(table, column), bytes(sealed), self._bound(table, column, row))
        return padded[4 : 4 + int.from_bytes(padded[:4], "big")]

    def open_route(self, route: bytes, contribution: UUID) -> UUID:
        """The person a contribution's route leads to. Raises RouteRefused, also for a moved route."""
        try:
            plain = self._box.decrypt(route)
        except (CryptoError, ValueError, TypeError) as reason:
            raise RouteRefused from reason
        if len(plain) != _ROUTE_BYTES or not hmac.compare_digest(plain[16:], contribution.bytes):
            raise RouteRefused
        return UUID(bytes=plain[:16])

    def unseal_box(self, sealed: bytes) -> bytes:
        """What was sealed for the vault under the public key. Raises CryptoError."""
        return self._box.decrypt(sealed)

    def route_to(self, person: UUID, contribution: UUID) -> bytes:
        """A fresh route, as the web tier makes one for somebody who is signed in."""
        return anonymity.route(self._public_key, person=person, contribution=contribution)

    def open_original(self, sealed: bytes, contribution: UUID, act: UUID) -> str:
        """The text a contribution had before an act. Raises OriginalRefused where the two do not fit."""
        try:
            plain = self._box.decrypt(sealed)
        except (CryptoError, ValueError, TypeError) as reason:
            raise OriginalRefused from reason
        if not hmac.compare_digest(plain[:_ROUTE_BYTES], contribution.bytes + act.bytes):
            raise OriginalRefused
        return plain[_ROUTE_BYTES:].rstrip(b"\0").decode()

    @cached_property
    def _public_key(self) -> bytes:
        return bytes(PrivateKey(self.keys.private).public_key)

    def open_name(self, sealed: bytes) -> bytes:
        """What somebody typed who came forward; empty where it is nothing of the kind."""
        try:
            return self._box.decrypt(sealed)
        except (CryptoError, ValueError, TypeError):
            return b""

    def open_file(self, box: bytes) -> bytes:
        """A file that was sealed to the conversation's public key. Raises DoesNotOpen, also for what is no file."""
        try:
            plain = self._box.decrypt(box)
        except (CryptoError, ValueError, TypeError) as reason:
            raise sealing.DoesNotOpen("A sealed file did not open.") from reason
        if not plain.startswith(anonymity.FILE_MARK):
            raise sealing.DoesNotOpen("Something sealed is not a file.")
        return plain.removeprefix(anonymity.FILE_MARK)

    @cached_property
    def _box(self) -> SealedBox[PrivateKey]:
        return SealedBox(PrivateKey(self.keys.private))

    def _data_key(self, table: str, column: str) -> bytes:
        return self._derive(self.keys.data, f"seal:{table}.{column}")

    def _index_key(self, label: str) -> bytes:
        return self._derive(self.keys.index, f"index:{label}")

    def _derive(self, key: bytes, label: str) -> bytes:
        if label not in self._derived:
            self._derived[label] = sealing.derive(key, label)
        return self._derived[label]

    def _bound(self, table: str, column: str, row: UUID) -> bytes:
        owner = self.conversation
        return sealing.context(owner.organisation, owner.id, table, column, row, self.keys.version)


def opened(caller: Caller, conversation: UUID) -> Opened:
    """
    The caller's own conversation with its keys.

    Raises UnknownConversation, also for a conversation of another organisation and for one that is being
    deleted; KeysUnavailable.
    """
    found = Conversation.objects.filter(
        pk=conversation, organisation=caller.organisation, is_closed=False
    ).first()
    if found is None:
        raise UnknownConversation
    return opened_for(found)


def opened_for(owner: Conversation) -> Opened:
    """A conversation that the vault itself has at hand, with its keys. Raises KeysUnavailable."""
    return Opened(conversation=owner, keys=_keys(owner.organisation, owner.pk))


def opened_platform() -> Opened:
    """
    The vault's own keys, for what belongs to no conversation. They stand in the key store under numbers
    that no organisation and no conversation has. Raises KeysUnavailable.
    """
    try:
        keys = _keys(_NOBODY, _NOBODY)
    except KeysUnavailable:
        # Made once; where the store is merely away, or another process was quicker, this does nothing.
        with contextlib.suppress(KeysUnavailable):
            key_store().create(_NOBODY, _NOBODY, new_keys())
        keys = _keys(_NOBODY, _NOBODY)
    return Opened(conversation=Conversation(id=_NOBODY, organisation=_NOBODY), keys=keys)


def forget_keys(conversation: UUID) -> None:
    _held.pop(conversation, None)


def _keys(organisation: UUID, conversation: UUID) -> ConversationKeys:
    held = _held.get(conversation)
    if held and held[0] > time.monotonic():
        return held[1]
    keys = key_store().read(organisation, conversation)
    _held[conversation] = (time.monotonic() + _SECONDS_KEYS_ARE_HELD, keys)
    return keys
