"""Verbs of certificates. The key that signs is opened in here alone, and signs nothing the vault knows to be untrue."""

from uuid import UUID

from django.utils import timezone

from privacy import signatures
from privacy.keys import signing
from privacy.keys.configured import key_store
from privacy.vault.endings import KeysEnd, PublishedKey, Signed
from privacy.vault.models import Conversation, Person
from privacy.vault.refusals import StillThere
from privacy.vault.verb import Caller, verb


@verb
def sign_certificate(caller: Caller, conversation: UUID, certificate: bytes) -> Signed:
    """
    Sign that a conversation's people are gone.

    Raises StillThere where one of them is in the vault or its keys were not destroyed, and for anything that
    is no certificate of exactly this conversation; KeysUnavailable.
    """
    if not _is_about(caller, conversation, certificate):
        raise StillThere
    if Person.objects.filter(conversation=conversation).exists() or not _are_keys_gone(caller, conversation):
        raise StillThere
    key = signing.current_key(now=timezone.now().isoformat())
    return Signed(key=key.id, signature=key.sign(certificate))


@verb
def signing_keys(caller: Caller) -> list[PublishedKey]:  # noqa: ARG001  (they are the platform's)
    """The public half of every key that ever signed, oldest first. Raises KeysUnavailable."""
    return [PublishedKey(id=key.id, since=key.since, public=key.public) for key in signing.known_keys()]


@verb
def keys_end(caller: Caller, conversation: UUID) -> KeysEnd:
    """What became of a conversation's keys. Raises KeysUnavailable."""
    return KeysEnd(
        are_gone=_are_keys_gone(caller, conversation),
        days_pending=key_store().days_pending,
        how=key_store().destroys_by,
    )


def _is_about(caller: Caller, conversation: UUID, certificate: bytes) -> bool:
    try:
        said = signatures.read(certificate)
    except signatures.NotReadable:
        return False
    is_ours = (said.get("organisation"), said.get("project")) == (str(caller.organisation), str(conversation))
    return is_ours and signatures.canonical(said) == certificate


def _are_keys_gone(caller: Caller, conversation: UUID) -> bool:
    """The row goes after the keys, and the store remembers that they were destroyed and not lost."""
    is_there = Conversation.objects.filter(pk=conversation).exists()
    return not is_there and key_store().is_destroyed(caller.organisation, conversation)
