"""Formats of stored values: they are promises to rows that exist, so they are pinned by vectors."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox

from privacy import anonymity
from privacy.anonymity import Kind, Ticket

SECRET = bytes(range(32))
PERSON = UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
IDEA = UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")


def test_the_formats_stay_as_they_are() -> None:
    assert anonymity.owner_tag(SECRET, Kind.IDEA, 0).hex() == VECTORS["idea 0"]
    assert anonymity.owner_tag(SECRET, Kind.COMMENT, 7).hex() == VECTORS["comment 7"]
    assert anonymity.voter_tag(SECRET, IDEA).hex() == VECTORS["vote"]
    assert anonymity.contribution_id(SECRET, "form") == UUID(VECTORS["form"])
    assert anonymity.proof_mac(SECRET, "leave", b"nonce").hex() == VECTORS["proof"]


@given(st.integers(0, 199), st.integers(0, 199), st.sampled_from(list(Kind)), st.sampled_from(list(Kind)))
def test_no_two_tags_of_a_person_are_alike(n: int, m: int, kind: Kind, other: Kind) -> None:
    """P3."""
    same = (n, kind) == (m, other)

    assert (anonymity.owner_tag(SECRET, kind, n) == anonymity.owner_tag(SECRET, other, m)) is same


def test_a_route_is_different_each_time_and_opens_with_the_private_key() -> None:
    key = PrivateKey.generate()

    routes = {anonymity.route(bytes(key.public_key), person=PERSON, contribution=IDEA) for _time in range(50)}

    assert len(routes) == 50
    assert {len(route) for route in routes} == {80}
    assert {SealedBox(key).decrypt(route) for route in routes} == {PERSON.bytes + IDEA.bytes}


def test_a_ticket_shows_nothing_when_it_is_printed() -> None:
    """A secret must not reach a log by accident."""
    ticket = Ticket(person=PERSON, secret=SECRET, area="staff", may_write=True, handle="the-handle")

    shown = f"{ticket!r} {ticket}"

    assert str(PERSON) not in shown
    assert repr(SECRET) not in shown
    assert "the-handle" not in shown


def test_tags_end_where_posts_do() -> None:
    assert len(anonymity.owner_tags(SECRET, Kind.IDEA)) == anonymity.MOST_POSTS[Kind.IDEA]
    assert anonymity.owner_tags(SECRET, Kind.IDEA, first=190, count=32) == [
        anonymity.owner_tag(SECRET, Kind.IDEA, n) for n in range(190, 200)
    ]


VECTORS = {
    "idea 0": "dd779d8dc34f28b7ce1baac7b58df1babfed508aacad6be484743f08e16c1b5a",
    "comment 7": "84a659ac57a4b3499f780d95095dd34460b2fbae5049ceda73b2f61307d85956",
    "vote": "e210f535b77eb075cf035fde9b861c28d8b6fe75bb17a6e129210677296e08a7",
    "form": "8d4729f6-5e9e-418e-867e-e56e2a892b68",
    "proof": "3025d704535c2be5d54e208dce965e32b1f60437c55942583b4b8dc90e9850d7",
}
