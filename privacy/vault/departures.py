"""Letting somebody go: at once everything that leads to them is overwritten, and their tombstones are set."""

import secrets

from privacy.keys.configured import key_store
from privacy.vault.models import Leaving, Person
from privacy.vault.opened import Opened
from privacy.vault.people import Attributes, end_sessions, new_handle, set_attributes
from privacy.vault.shapes import Contributions

# None of them is mistaken for another.
PLAIN_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def let_go(keys: Opened, person: Person, contributions: Contributions) -> str:
    """The contributions follow in the coming night. Returns the number of the leaving."""
    indexes = (person.email_index, person.phone_index, person.reference_index)
    key_store().add_tombstones(
        keys.conversation.organisation,
        keys.conversation.id,
        [bytes(index) for index in indexes if index is not None],
    )
    end_sessions(keys, person.handle)
    set_attributes(keys, person, Attributes(area=""))
    person.email_index = person.phone_index = person.reference_index = None
    person.sealed_email = person.sealed_phone = person.sealed_survey = person.sealed_password = None
    person.handle = new_handle()
    person.leaving = Leaving.KEEPING if contributions is Contributions.KEEP else Leaving.WITHDRAWING
    person.leaving_reference = new_reference()
    person.save()
    return person.leaving_reference


def new_reference() -> str:
    """Twelve characters in groups of four."""
    drawn = "".join(secrets.choice(PLAIN_CHARACTERS) for _place in range(12))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"
