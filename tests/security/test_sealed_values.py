"""What was sealed opens at its own place, unchanged, and nowhere else (Z13, L18)."""

import random
from uuid import uuid4

import pytest
from nacl.public import PrivateKey

from kernel import sealing
from kernel.sessions import SealedRecords
from kernel.tenancy import tenant_context
from kernel.valkey import web_client
from privacy import anonymity
from privacy.keys.store import new_keys
from privacy.vault.models import Conversation as Kept
from privacy.vault.opened import Opened
from privacy.vault.refusals import OriginalRefused, RouteRefused
from tenants.models import Organisation
from tests import hostile
from tests.hostile import in_both_sizes


def _opened(version: int = 1) -> Opened:
    """Keys of a conversation of somebody's."""
    keys = new_keys()
    assert keys.version == version
    return Opened(Kept(id=uuid4(), organisation=uuid4()), keys)


@in_both_sizes(20_000, 50_000)
def test_a_sealed_value_that_was_touched_never_opens(count: int) -> None:
    """Z13: bits turned, cut off, made longer."""
    chance = random.Random(13)
    mine = _opened()
    row = uuid4()
    sealed = mine.seal("person", "email", row, b"kit@people.example", padded_to=320)

    for _n in range(count):
        touched = hostile.changed(sealed, chance)
        assert touched != sealed
        with pytest.raises(sealing.DoesNotOpen):
            mine.unseal("person", "email", row, touched)


@in_both_sizes(2_000, 20_000)
def test_a_sealed_value_that_was_moved_never_opens(count: int) -> None:
    """Z13, L18: to another row, column, table, conversation, organisation, or from under other keys."""
    chance = random.Random(13)
    mine, theirs = _opened(), _opened()
    same_keys = Opened(Kept(id=uuid4(), organisation=mine.conversation.organisation), mine.keys)
    elsewhere = Opened(Kept(id=mine.conversation.id, organisation=uuid4()), mine.keys)
    for _n in range(count):
        row, plain = uuid4(), chance.randbytes(chance.randint(0, 60))
        sealed = mine.seal("person", "email", row, plain)
        moved = [
            (mine, "person", "email", uuid4()),
            (mine, "person", "phone", row),
            (mine, "letter", "email", row),
            (theirs, "person", "email", row),
            (same_keys, "person", "email", row),
            (elsewhere, "person", "email", row),
        ]
        where, table, column, place = chance.choice(moved)
        with pytest.raises(sealing.DoesNotOpen):
            where.unseal(table, column, place, sealed)
        assert mine.unseal("person", "email", row, sealed) == plain


@in_both_sizes(500, 10_000)
def test_a_route_leads_from_its_own_contribution_alone(count: int) -> None:
    """Z13, L18: whoever puts a route beside another post learns nothing by a message to its author."""
    chance = random.Random(13)
    mine, theirs = _opened(), _opened()
    public = bytes(PrivateKey(mine.keys.private).public_key)
    person, post = uuid4(), uuid4()
    route = anonymity.route(public, person=person, contribution=post)
    original = anonymity.sealed_original(public, "The ward manager", contribution=post, act=person)

    assert mine.open_route(route, post) == person
    for _n in range(count):
        for where, box, contribution in (
            (mine, hostile.changed(route, chance), post),
            (mine, route, uuid4()),
            (theirs, route, post),
            (mine, original, post),
        ):
            with pytest.raises(RouteRefused):
                where.open_route(box, contribution)
        with pytest.raises(OriginalRefused):
            mine.open_original(original, post, uuid4())


@in_both_sizes(300, 5_000)
def test_a_session_that_was_touched_in_valkey_is_none(
    acme: Organisation, beta: Organisation, count: int
) -> None:
    """Z13, I4: changed, or copied to another name or organisation."""
    chance = random.Random(13)
    records = SealedRecords("session", seconds=60)
    client = web_client()
    with tenant_context(acme.tenant):
        token, other = records.create(b"somebody"), records.create(b"somebody else")
        name, other_name = (records._open(one).name for one in (token, other))  # type: ignore[union-attr]
    sealed = client.get(name)
    assert isinstance(sealed, bytes)

    for _n in range(count):
        with tenant_context(acme.tenant):
            client.set(name, hostile.changed(sealed, chance))
            assert records.read(token) is None
            client.set(other_name, sealed)
            assert records.read(other) is None
        with tenant_context(beta.tenant):
            client.set(name.replace(acme.schema_name, beta.schema_name), sealed)
            assert records.read(token) is None


def test_values_of_an_older_key_do_not_open_under_a_newer_one() -> None:
    """Z13: the version of the keys is bound as well."""
    from dataclasses import replace

    old = _opened()
    row = uuid4()
    sealed = old.seal("person", "email", row, b"kit@people.example")
    newer = Opened(old.conversation, replace(old.keys, version=old.keys.version + 1))

    with pytest.raises(sealing.DoesNotOpen):
        newer.unseal("person", "email", row, sealed)
