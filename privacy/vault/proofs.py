"""Proofs that a call about a person comes from that person's own session, for one verb, once."""

import hmac
import time

from kernel.valkey import answering, vault_client
from privacy.anonymity import Proof, proof_mac
from privacy.vault.models import Person
from privacy.vault.opened import Opened
from privacy.vault.people import person_named, secret_of
from privacy.vault.refusals import ProofRefused

_SECONDS = 600


def proven(opened: Opened, proof: Proof, verb: str) -> Person:
    """The person the proof is about. Raises ProofRefused for a stale, reused or foreign proof."""
    person = person_named(opened, proof.person)
    if person is None or abs(time.time() - int.from_bytes(proof.nonce[:8], "big")) > _SECONDS:
        raise ProofRefused
    if not hmac.compare_digest(proof.mac, proof_mac(secret_of(opened, person), verb, proof.nonce)):
        raise ProofRefused
    with answering():
        is_first = vault_client().set(f"vault:proof:{proof.nonce.hex()}", b"", ex=2 * _SECONDS, nx=True)
    if not is_first:
        raise ProofRefused
    return person
