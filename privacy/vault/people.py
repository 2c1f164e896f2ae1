"""A person's row: made, sealed, read, and let go. Used by the verbs; not a verb itself."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4

from django.db import connections

from kernel import sealing
from kernel.sessions import handle_key
from kernel.valkey import answering, vault_client
from privacy.anonymity import Ticket
from privacy.vault.addresses import Address
from privacy.vault.models import Leaving, Person
from privacy.vault.opened import Opened

# Longer than any address may be, so that a ciphertext's length tells nothing.
_ADDRESS_BYTES = 328
_ATTRIBUTES_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the roster says of a person beyond how to reach them."""

    area: str
    dimensions: dict[str, str] = field(default_factory=dict)
    # Opted in to text messages: they get those also when there is an e-mail address.
    by_text: bool = False


def new_person(opened: Opened, attributes: Attributes) -> Person:
    """An unsaved person with a fresh secret and handle, and no address."""
    person = Person(
        id=uuid4(), conversation=opened.conversation, key_version=opened.keys.version, handle=new_handle()
    )
    person.sealed_secret = opened.seal("person", "secret", person.id, sealing.random_key())
    set_attributes(opened, person, attributes)
    return person


def set_email(opened: Opened, person: Person, email: Address) -> None:
    person.email_index = opened.index("email", email.text)
    person.sealed_email = opened.seal(
        "person", "email", person.id, email.text.encode(), padded_to=_ADDRESS_BYTES
    )


def set_phone(opened: Opened, person: Person, phone: Address) -> None:
    person.phone_index = opened.index("phone", phone.text)
    person.sealed_phone = opened.seal(
        "person", "phone", person.id, phone.text.encode(), padded_to=_ADDRESS_BYTES
    )


def set_attributes(opened: Opened, person: Person, attributes: Attributes) -> None:
    plain = json.dumps(asdict(attributes)).encode()
    person.sealed_attributes = opened.seal(
        "person", "attributes", person.id, plain, padded_to=_ATTRIBUTES_BYTES
    )


def wipe(opened: Opened, person: Person) -> None:
    """Everything known of an unsaved person goes, except the secret that still finds what they wrote."""
    set_attributes(opened, person, Attributes(area=""))
    person.email_index = person.phone_index = person.reference_index = None
    person.sealed_email = person.sealed_phone = person.sealed_survey = person.sealed_password = None
    person.handle = new_handle()


def attributes_of(opened: Opened, person: Person) -> Attributes:
    return Attributes(
        **json.loads(opened.unseal("person", "attributes", person.id, person.sealed_attributes))
    )


def secret_of(opened: Opened, person: Person) -> bytes:
    return opened.unseal("person", "secret", person.id, person.sealed_secret)


def ticket_of(opened: Opened, person: Person) -> Ticket:
    return Ticket(
        person=person.id,
        secret=secret_of(opened, person),
        area=attributes_of(opened, person).area,
        may_write=not person.is_restricted,
        handle=person.handle,
        is_surveyed=person.sealed_survey is not None,
    )


def person_at(opened: Opened, address: Address) -> Person | None:
    """Whoever has this address and is not leaving. One query, whether or not there is anybody."""
    column = f"{address.kind}_index"
    index = opened.index(address.kind, address.text)
    return Person.objects.filter(
        conversation=opened.conversation, leaving=Leaving.NO, **{column: index}
    ).first()


def people_at(places: Sequence[Opened], address: Address) -> dict[UUID, UUID]:
    """Whoever has this address in each of the conversations, by conversation. One query for all of them."""
    asked = [place.conversation.pk for place in places]
    indexes = [place.index(address.kind, address.text) for place in places]
    with connections["vault"].cursor() as cursor:
        cursor.execute(_AT.format(column=f"{address.kind}_index"), [asked, indexes, Leaving.NO])
        return dict(cursor.fetchall())


_AT = """
    SELECT p.conversation_id, p.id FROM vault_person p
    JOIN unnest(%b::uuid[], %b::bytea[]) AS asked (conversation, place)
        ON p.conversation_id = asked.conversation AND p.{column} = asked.place
    WHERE p.leaving = %s
"""


def person_named(opened: Opened, person: UUID) -> Person | None:
    return Person.objects.filter(pk=person, conversation=opened.conversation, leaving=Leaving.NO).first()


def new_handle() -> str:
    return secrets.token_urlsafe(32)


def end_sessions(opened: Opened, handle: str) -> None:
    """Delete every session that stands under a handle; their cookies then open nothing."""
    name = handle_key(opened.conversation.schema_name, handle)
    with answering():
        client = vault_client()
        sessions = client.smembers(name)
        client.delete(name, *sessions)
