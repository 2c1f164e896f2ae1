"""Verbs for a person's own eyes and needs: what is held, that they have looked, that they ask for help."""

import json
from uuid import UUID, uuid4

from django.utils import timezone

from privacy.anonymity import Proof
from privacy.vault.models import Person, SupportMessage, Warned
from privacy.vault.opened import Opened, opened
from privacy.vault.people import attributes_of
from privacy.vault.proofs import proven
from privacy.vault.shapes import Held
from privacy.vault.verb import Caller, verb
from privacy.vault.verbs.survey import answers_of

# Longer than any message may be, so that a ciphertext's length tells nothing.
_SUPPORT_BYTES = 9216


@verb
def export(caller: Caller, conversation: UUID, proof: Proof) -> Held:
    """Everything held about a person but the secret itself. Raises ProofRefused."""
    keys = opened(caller, conversation)
    return held_about(keys, proven(keys, proof, "export"))


def held_about(keys: Opened, person: Person) -> Held:
    known = attributes_of(keys, person)
    return Held(
        email=_unsealed(keys, person, "email"),
        phone=_unsealed(keys, person, "phone"),
        area=known.area,
        dimensions=known.dimensions,
        answers=answers_of(keys, person),
        has_password=person.sealed_password is not None,
        gets_letters=not person.is_stopped,
        is_restricted=person.is_restricted,
        warned_on=list(Warned.objects.filter(person=person).order_by("day").values_list("day", flat=True)),
    )


@verb
def look(caller: Caller, conversation: UUID, proof: Proof) -> None:
    """Somebody looked at their inbox: nothing waits for them any more. Raises ProofRefused."""
    keys = opened(caller, conversation)
    person = proven(keys, proof, "look")
    Person.objects.filter(pk=person.pk, is_waiting=True).update(is_waiting=False)


@verb
def support(caller: Caller, conversation: UUID, text: str, contact: str) -> None:
    """Put a call for help into the support queue. Whether the contact is known is not looked up."""
    keys = opened(caller, conversation)
    message = SupportMessage(id=uuid4(), conversation=keys.conversation, written_on=timezone.now().date())
    plain = json.dumps({"text": text, "contact": contact}).encode()
    message.sealed = keys.seal("support", "content", message.id, plain, padded_to=_SUPPORT_BYTES)
    message.save(force_insert=True)


def _unsealed(keys: Opened, person: Person, column: str) -> str:
    sealed = getattr(person, f"sealed_{column}")
    return "" if sealed is None else keys.unseal("person", column, person.id, sealed).decode()
