"""
Verbs for merging ideas and splitting posts: new ties for the same people, made where their secrets are.

Who is behind a vote or a post does not leave; what leaves are values that repeat over nothing.
"""

import secrets
from collections.abc import Iterable
from uuid import UUID, uuid4

import structlog

from privacy.anonymity import look_alike_tag, part_tag, voter_tag
from privacy.vault.meters import meter
from privacy.vault.models import Person
from privacy.vault.opened import Opened, opened
from privacy.vault.people import secret_of
from privacy.vault.refusals import VotesRefused
from privacy.vault.shapes import CarriedVote, PartTies
from privacy.vault.verb import Caller, verb

log = structlog.get_logger("privacy.merging")

MOST_VOTES = 5_000
_CARRIED_PER_HOUR = 120
_SPLITS_PER_HOUR = 120
_PEOPLE_AT_ONCE = 1_000


@verb
def carry(
    caller: Caller,
    conversation: UUID,
    source: UUID,
    target: UUID,
    votes: list[tuple[bytes, int]],
    tags: list[bytes],
) -> list[CarriedVote]:
    """
    The votes of one idea as votes on another, in random order: new tags, new routes, nobody twice.

    Whose tag is among `tags` has voted on the target already, and that vote stands. A route that leads to
    nobody any more is left out. Raises VotesRefused, RouteRefused for a route that belongs to another idea.
    """
    if source == target or len(votes) > MOST_VOTES:
        raise VotesRefused
    keys = opened(caller, conversation)
    meter(caller, what="carried", alarm="many_votes_carried", most=_CARRIED_PER_HOUR)
    voters = {keys.open_route(route, source): value for route, value in votes}
    there = set(tags)
    carried = []
    for person, secret in _secrets(keys, voters):
        tag = voter_tag(secret, target)
        if tag not in there:
            carried.append(CarriedVote(tag=tag, value=voters[person], route=keys.route_to(person, target)))
    secrets.SystemRandom().shuffle(carried)
    log.warning("votes_carried", organisation=str(caller.organisation))
    return carried


@verb
def split(
    caller: Caller, conversation: UUID, route: bytes, parent: UUID, ids: list[UUID], first: int
) -> list[PartTies]:
    """
    Ties for the parts of a split post, so that its author finds them and nobody else; numbered from `first`.

    Where the author is no longer known the parts get look-alikes, as the post has them.
    Raises RouteRefused for a route that belongs to another post.
    """
    keys = opened(caller, conversation)
    meter(caller, what="splits", alarm="many_posts_split", most=_SPLITS_PER_HOUR)
    person = keys.open_route(route, parent)
    secret = dict(_secrets(keys, [person])).get(person)
    if secret is None:
        return [PartTies(route=keys.route_to(uuid4(), part), owner_tag=look_alike_tag()) for part in ids]
    return [
        PartTies(route=keys.route_to(person, part), owner_tag=part_tag(secret, parent, first + n))
        for n, part in enumerate(ids)
    ]


def _secrets(keys: Opened, people: Iterable[UUID]) -> list[tuple[UUID, bytes]]:
    """The secrets of those who are still there, read a thousand at a time."""
    asked = list(people)
    found: list[tuple[UUID, bytes]] = []
    for n in range(0, len(asked), _PEOPLE_AT_ONCE):
        there = Person.objects.filter(
            conversation=keys.conversation, pk__in=asked[n : n + _PEOPLE_AT_ONCE]
        ).only("id", "sealed_secret")
        found += [(person.pk, secret_of(keys, person)) for person in there]
    return found
