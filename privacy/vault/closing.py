"""
What the runner does at the end of a conversation: digests of everybody, lists of others, and the scan of the vault.

The digests are written before anybody goes. From then on nothing else opens the conversation, and
whatever is left of its people can still be found, after any crash, as long as its key exists.
"""

import json
from collections.abc import Iterator

import msgspec
from django.db import transaction

from kernel.suppression import AddressList, OutboxFolder, address_lists
from privacy.traces import candidates
from privacy.traces.candidates import MAIL, NAME, PHONE, Candidate
from privacy.traces.digests import Digests, digest
from privacy.vault import ledger
from privacy.vault.addresses import read_address
from privacy.vault.ledger import Claim
from privacy.vault.models import Conversation, Person, SupportMessage, Traces
from privacy.vault.opened import Opened, opened_for
from privacy.vault.refusals import UnknownConversation
from privacy.vault.scanning import scan_vault
from privacy.vault.shapes import Report

_BATCH = 1_000


def close(claim: Claim, _meanwhile: object) -> None:
    """Write the digests and close the conversation, in one transaction. Closed once, it stays as it is."""
    owner = _owner(claim)
    keys = opened_for(owner)
    sealed_names = _names(keys, claim)
    with transaction.atomic(using="vault"):
        counts = {}
        if not owner.is_closed:
            digests = Digests.of(_everybody(keys, sealed_names))
            Traces.objects.update_or_create(
                conversation=owner,
                defaults={"sealed": keys.seal("traces", "digests", owner.pk, digests.packed())},
            )
            Conversation.objects.filter(pk=owner.pk).update(is_closed=True)
            counts = digests.counts
        else:
            counts = digests_of(keys).counts
        ledger.finish(claim, Report(counts=counts))


def digests_of(keys: Opened) -> Digests:
    """Raises UnknownConversation where none were written."""
    found = Traces.objects.filter(conversation=keys.conversation).first()
    if found is None:
        raise UnknownConversation
    return Digests.unpacked(keys.unseal("traces", "digests", keys.conversation.pk, found.sealed))


def empty_outbox(claim: Claim, _meanwhile: object) -> None:
    _clear(claim, [found for found in address_lists() if isinstance(found, OutboxFolder)])


def clear_suppliers(claim: Claim, _meanwhile: object) -> None:
    _clear(claim, [found for found in address_lists() if not isinstance(found, OutboxFolder)])


def scan(claim: Claim, _meanwhile: object) -> None:
    """Look through everything that this process alone can reach."""
    part = scan_vault(digests_of(opened_for(_owner(claim))))
    ledger.finish(claim, Report(scanned=part))


def _clear(claim: Claim, lists: list[AddressList]) -> None:
    """Take everybody off the lists: every address there is digested and compared. Raises SupplierAway."""
    digests = digests_of(opened_for(_owner(claim)))
    counts = {}
    for found in lists:
        ours = {address for address in found.addresses() if _is_known(digests, address)}
        for address in sorted(ours):
            found.forget(address)
        counts[found.name] = len(ours)
    with transaction.atomic(using="vault"):
        ledger.finish(claim, Report(counts=counts))


def _is_known(digests: Digests, address: str) -> bool:
    asked = read_address(address)
    kind = PHONE if asked.kind == "phone" else MAIL
    return digest(digests.salt, (kind, asked.text)) in digests.known


def _owner(claim: Claim) -> Conversation:
    found = Conversation.objects.filter(pk=claim.conversation, organisation=claim.caller.organisation).first()
    if found is None:
        raise UnknownConversation
    return found


def _everybody(keys: Opened, sealed_names: list[bytes]) -> Iterator[Candidate]:
    """Every address, number and name the vault knows of, however it came by it."""
    for person, email, phone in _people(keys):
        if email is not None:
            address = keys.unseal("person", "email", person, email).decode()
            yield MAIL, address
            yield NAME, candidates.name_of_mailbox(address)
        if phone is not None:
            yield PHONE, keys.unseal("person", "phone", person, phone).decode()
    for message in SupportMessage.objects.filter(conversation=keys.conversation):
        said = json.loads(keys.unseal("support", "content", message.id, message.sealed))
        yield from candidates.candidates(f"{said['contact']} \n {said['text']}".encode())
    for sealed in sealed_names:
        if opened := keys.open_name(sealed):
            said = json.loads(opened)
            yield NAME, candidates.name(str(said["name"]))
            yield from candidates.candidates(str(said["contact"]).encode())


def _people(keys: Opened) -> Iterator[tuple]:  # type: ignore[type-arg]  # a row of three columns
    last = None
    while True:
        found = Person.objects.filter(conversation=keys.conversation).order_by("pk")
        page = list(
            (found.filter(pk__gt=last) if last else found).values_list("pk", "sealed_email", "sealed_phone")[
                :_BATCH
            ]
        )
        if not page:
            return
        yield from page
        last = page[-1][0]


def _names(keys: Opened, claim: Claim) -> list[bytes]:
    """What came with the call, sealed on its way through the ledger."""
    if claim.sealed_input is None:
        return []
    return msgspec.msgpack.decode(keys.unseal("job", "input", claim.id, claim.sealed_input), type=list[bytes])
