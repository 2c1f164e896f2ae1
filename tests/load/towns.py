"""Organisations to use: each with a conversation, what was said in it, and people who are signed in."""

import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from privacy.anonymity import Ticket
from tests.load.plan import Plan

_STREAMS = 4
_COMMENTS_PER_IDEA = 4
_POSTED_ENOUGH = 60


@dataclass
class Seat:
    """A browser of somebody who is signed in. Valkey knows the session; a restart of it ends it."""

    person: Ticket
    cookie: str
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def headers(self, host: str) -> dict[str, str]:
        return {"host": host, "cookie": f"{self.cookie}; form={self.token}"}


@dataclass
class Town:
    """One organisation. Its slug is its canary: in its name, its host, its pages and all that is written there."""

    canary: str
    schema: str
    organisation: UUID
    host: str
    slug: str
    conversation: UUID
    streams: list[UUID]
    ideas: list[UUID]
    seats: list[Seat]
    addresses: list[str]


def build(plan: Plan, say: Callable[[str], None]) -> list[Town]:
    started = time.perf_counter()
    shares = [0.5, *([0.5 / (plan.tenants - 1)] * (plan.tenants - 1))] if plan.tenants > 1 else [1.0]
    towns = [
        _town(
            posts=int(plan.posts * share),
            votes=int(plan.votes * share),
            people=plan.people if n == 0 else max(plan.people // 50, 1),
            visitors=plan.visitors,
        )
        for n, share in enumerate(shares)
    ]
    say(
        f"{len(towns)} organisations, {plan.posts:,} posts, {plan.votes:,} votes, {plan.people:,} invited in the"
        f" largest: made in {time.perf_counter() - started:.0f} s"
    )
    return towns


def take_seat_again(town: Town, seat: Seat) -> None:
    """A new session in place of one that the session store lost."""
    from kernel.tenancy import Tenant, tenant_context
    from tests.bench.discussion import session_of

    with tenant_context(Tenant(schema_name=town.schema, organisation=town.organisation)):
        seat.cookie = _cookie(town.conversation, session_of(town.conversation, seat.person))


def _town(*, posts: int, votes: int, people: int, visitors: int) -> Town:
    from kernel.tenancy import tenant_context
    from tests.bench.discussion import session_of
    from tests.making import enrol, make_conversation, make_organisation, make_people

    canary = "load-" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
    organisation = make_organisation(canary)
    with tenant_context(organisation.tenant):
        conversation = make_conversation(questions=tuple(f"{canary}: question {n}?" for n in range(_STREAMS)))
        streams = list(conversation.streams.values_list("pk", flat=True))
        area = conversation.areas.values_list("pk", flat=True)[0]
        addresses = [f"person-{n}@{canary}.example" for n in range(people)]
        enrol(conversation, *addresses)
        tickets = make_people(conversation, visitors)
        ideas = _fill(conversation.pk, canary, streams, area, posts=posts, votes=votes)
        seats = [
            Seat(person, _cookie(conversation.pk, session_of(conversation.pk, person))) for person in tickets
        ]
    return Town(
        canary=canary,
        schema=organisation.schema_name,
        organisation=organisation.pk,
        host=f"{canary}.localhost",
        slug=conversation.slug,
        conversation=conversation.pk,
        streams=streams,
        ideas=ideas,
        seats=seats,
        addresses=addresses,
    )


def _fill(
    conversation: UUID, canary: str, streams: list[UUID], area: UUID, *, posts: int, votes: int
) -> list[UUID]:
    """Ideas, comments and votes by SQL; returns some of the ideas."""
    from django.db import connection

    from conversations.services import tallies, words
    from tests.bench.discussion import COUNT_VOTES, RANDOM_VOTES

    ideas = max(posts // (1 + _COMMENTS_PER_IDEA), 10)
    with connection.cursor() as cursor:
        cursor.execute(_IDEAS, [canary, streams, len(streams), area, ideas])
        cursor.execute(_COMMENTS, [canary, _COMMENTS_PER_IDEA])
        cursor.execute(RANDOM_VOTES, [ideas, votes, ideas])
        cursor.execute(COUNT_VOTES)
        words.index_words(conversation=conversation)
        cursor.execute("VACUUM (ANALYZE) conversations_ideawords")
        for table in ("idea", "comment", "vote"):
            cursor.execute(f"ANALYZE conversations_{table}")
        cursor.execute("SELECT id FROM conversations_idea ORDER BY random() LIMIT %s", [_POSTED_ENOUGH])
        found = [idea for (idea,) in cursor.fetchall()]
    tallies.count_conversation(conversation=conversation)
    return found


def _cookie(conversation: UUID, token: str) -> str:
    return f"seat-{conversation.hex[:12]}={token}"


_RANDOM_32 = "sha256(convert_to(random()::text || i::text, 'UTF8'))"
_ROUTE = f"{_RANDOM_32} || {_RANDOM_32} || '\\x0102030405060708090a0b0c0d0e0f10'::bytea"
_IDEAS = f"""
    INSERT INTO conversations_idea (id, text, day, state, source, owner_tag, route, is_purged, likes, dislikes,
        comment_count, stream_id, area_id)
    SELECT gen_random_uuid(), %s || ' idea number ' || i || repeat(' with some more words in it', 4),
        current_date - (i %% 3), 'shown', 'participant', {_RANDOM_32}, {_ROUTE}, false, 0, 0, 0,
        (%s::uuid[])[1 + i %% %s], %s
    FROM generate_series(1, %s) i
"""
_COMMENTS = f"""
    WITH written AS (
        INSERT INTO conversations_comment (id, text, day, state, source, owner_tag, route, is_purged, idea_id)
        SELECT gen_random_uuid(), %s || ' comment number ' || i, current_date, 'shown', 'participant',
            sha256(convert_to(random()::text || i::text || idea.id::text, 'UTF8')), {_ROUTE}, false, idea.id
        FROM conversations_idea idea, generate_series(1, %s) i RETURNING idea_id
    ), per_idea AS (SELECT idea_id, count(*) AS comments FROM written GROUP BY idea_id)
    UPDATE conversations_idea i SET comment_count = p.comments FROM per_idea p WHERE p.idea_id = i.id
"""
