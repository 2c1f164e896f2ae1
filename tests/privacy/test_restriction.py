"""What the vault does for the author of one contribution, and what it answers: nothing. In both forms."""

from uuid import uuid4

import pytest

from conversations.models import Conversation, Idea
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault import refusals
from privacy.vault.interface import vault
from privacy.vault.models import Person
from tests.conftest import both_forms
from tests.making import make_idea, ticket_of

pytestmark = both_forms


@pytest.fixture
def post(talk: Conversation, author: Ticket) -> Idea:
    return Idea.objects.get(pk=make_idea(talk, author))


def test_restricting_ends_the_sessions_and_tells_nobody(
    talk: Conversation, address: str, author: Ticket, post: Idea
) -> None:
    """R27: read only, until it is lifted. A route to nobody is answered the same."""
    nobodys = anonymity.route(bytes(talk.public_key), person=uuid4(), contribution=post.id)
    for route in (bytes(post.route or b""), nobodys):
        vault().restrict(conversation=talk.pk, route=route, contribution=post.id)

    restricted = ticket_of(talk, address, browser="later")
    vault().unrestrict(conversation=talk.pk, route=bytes(post.route or b""), contribution=post.id)
    with inside_vault():
        free = Person.objects.get(pk=author.person)

    assert not restricted.may_write
    assert len({author.handle, restricted.handle, free.handle}) == 3
    assert not free.is_restricted


def test_a_name_opens_for_the_contribution_it_was_given_for(talk: Conversation, post: Idea) -> None:
    """R26, Z13: what was sealed for another, or for another purpose, stays closed."""
    key = bytes(talk.public_key)
    given = b'{"name": "Ash Demo", "contact": "", "about": "%s"}' % str(post.id).encode()
    sealed = anonymity.sealed_for_vault(key, given)

    assert vault().unseal_name(conversation=talk.pk, contribution=post.id, sealed=sealed).name == "Ash Demo"
    for about, wrong in (
        (uuid4(), sealed),
        (post.id, anonymity.sealed_for_vault(key, b'"The original of an edited post."')),
        (post.id, anonymity.sealed_for_vault(key, b"The original of an edited post.")),
        (post.id, bytes(post.route or b"")),
        (post.id, sealed[:-1]),
        (post.id, b""),
    ):
        with pytest.raises(refusals.NameNotHere):
            vault().unseal_name(conversation=talk.pk, contribution=about, sealed=wrong)
