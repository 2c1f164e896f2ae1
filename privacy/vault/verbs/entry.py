"""Verbs of the door: asking for a code, coming in with it or with a password."""

from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from django.db import transaction

from kernel.sealing import random_key
from privacy.anonymity import Proof, Ticket
from privacy.vault import codes, letters
from privacy.vault.addresses import read_address
from privacy.vault.models import Person
from privacy.vault.opened import Opened, opened
from privacy.vault.passwords import SHORTEST, is_easy
from privacy.vault.people import person_at, ticket_of
from privacy.vault.proofs import proven
from privacy.vault.refusals import CodeRefused, PasswordRefused, PasswordTooEasy, PasswordTooShort
from privacy.vault.verb import Caller, verb

_hasher = PasswordHasher()
# Verified against when nobody or no password is there, so that both take as long.
_NOBODYS_HASH = _hasher.hash(random_key())
_PASSWORD_BYTES = 256


@verb
def send_code(caller: Caller, conversation: UUID, address: str, browser: str) -> None:
    """Send a code to an address if it is somebody's. The answer and its time are always the same."""
    keys = opened(caller, conversation)
    asked = read_address(address)
    may_ask = codes.may_ask(keys, asked)
    is_known = person_at(keys, asked) is not None and may_ask
    code = codes.new_code()
    codes.keep(keys, asked, browser, code, is_known=is_known)
    with transaction.atomic(using="vault"):
        letters.write_code(keys, asked, code, is_known=is_known)


@verb
def redeem(caller: Caller, conversation: UUID, address: str, code: str, browser: str) -> Ticket:
    """Come in with a code. Raises CodeRefused, whatever the reason. Writes nothing that is kept."""
    keys = opened(caller, conversation)
    asked = read_address(address)
    person = person_at(keys, asked)
    if not codes.take(keys, asked, browser, code) or person is None:
        raise CodeRefused
    return ticket_of(keys, person)


@verb
def enter(caller: Caller, conversation: UUID, address: str, password: str, browser: str) -> Ticket:  # noqa: ARG001
    """Come in with a password. Raises PasswordRefused, whatever the reason, after the same time."""
    keys = opened(caller, conversation)
    asked = read_address(address)
    person = person_at(keys, asked)
    may_try = codes.may_try_password(keys, asked)
    known = _NOBODYS_HASH
    if person is not None and person.sealed_password is not None:
        known = keys.unseal("person", "password", person.id, person.sealed_password).decode()
    if not (
        _verified(known, password) and may_try and person is not None and person.sealed_password is not None
    ):
        raise PasswordRefused
    return ticket_of(keys, person)


@verb
def set_password(caller: Caller, conversation: UUID, proof: Proof, password: str) -> None:
    """Raises ProofRefused, PasswordTooShort, PasswordTooEasy."""
    keys = opened(caller, conversation)
    person = proven(keys, proof, "set_password")
    if len(password) < SHORTEST:
        raise PasswordTooShort
    if is_easy(password, about=_known_of(keys, person)):
        raise PasswordTooEasy
    hashed = _hasher.hash(password).encode()
    sealed = keys.seal("person", "password", person.id, hashed, padded_to=_PASSWORD_BYTES)
    Person.objects.filter(pk=person.pk).update(sealed_password=sealed)


def _known_of(keys: Opened, person: Person) -> list[str]:
    """What somebody who guesses at this person's password would begin with."""
    known = [keys.conversation.name, keys.conversation.site]
    if person.sealed_email is not None:
        known.append(keys.unseal("person", "email", person.id, person.sealed_email).decode())
    return known


def _verified(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except VerificationError:
        return False
