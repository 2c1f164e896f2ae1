"""Letting somebody go: at once everything that leads to them is overwritten, and their tombstones are set."""

import secrets

from privacy.keys.configured import key_store
from privacy.vault.models import Leaving, Person
from privacy.vault.opened import Opened
from privacy.vault.people import end_sessions, wipe
from privacy.vault.shapes import Contributions

# None of them is mistaken for another.
PLAIN_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def let_go(keys: Opened, person: Person, contributions: Contributions) -> str:
    """The contributions follow in the coming night. Returns the number of the leaving."""
    organisation, owner = keys.conversation.organisation, keys.conversation.id
    key_store().add_tombstones(organisation, owner, person.indexes)
    if contributions is Contributions.WITHDRAW:
        # Should the vault be restored before the night, what they asked for is still known.
        key_store().add_withdrawn(organisation, owner, person.indexes)
    end_sessions(keys, person.handle)
    wipe(keys, person)
    person.leaving = Leaving.KEEPING if contributions is Contributions.KEEP else Leaving.WITHDRAWING
    person.leaving_reference = new_reference()
    person.save()
    return person.leaving_reference


def new_reference() -> str:
    """Twelve characters in groups of four."""
    drawn = "".join(secrets.choice(PLAIN_CHARACTERS) for _place in range(12))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"
