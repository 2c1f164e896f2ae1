"""The conversation that pages and votes are measured on: 20,000 ideas, 1,000,000 votes."""

import re
import time
from dataclasses import dataclass
from uuid import UUID

import msgspec

from privacy.anonymity import Ticket
from tests.bench.ground import Line, Report, get
from tests.making import make_conversation, make_idea, make_people

IDEAS, VOTES, STREAMS = 20_000, 1_000_000, 10
_FORM_COOKIE = re.compile(rb"[Ss]et-[Cc]ookie: ([^=]*form=[^;]+);")
_RANDOM_32 = "sha256(convert_to(random()::text || i::text, 'UTF8'))"


@dataclass(frozen=True)
class Discussion:
    schema: str
    host: str
    slug: str
    conversation: UUID
    stream: UUID
    area: UUID
    hot: UUID
    person: Ticket
    cookie: str
    deep_key: str


def build(report: Report, *, ideas: int = IDEAS, votes: int = VOTES) -> Discussion:
    """Rows by SQL, a signed-in person through the vault and the session store."""
    from django.db import connection

    from conversations.services import tallies, words
    from kernel.tenancy import tenant_context
    from tests.making import make_organisation

    started = time.perf_counter()
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        conversation = make_conversation(questions=tuple(f"Question {n}?" for n in range(STREAMS)))
        streams = list(conversation.streams.values_list("pk", flat=True))
        area = conversation.areas.values_list("pk", flat=True)[0]
        (person,) = make_people(conversation)
        hot = make_idea(conversation, person, "The hot idea")
        with connection.cursor() as cursor:
            cursor.execute(_IDEAS, [streams, STREAMS, area, ideas])
            cursor.execute(RANDOM_VOTES, [ideas, votes, ideas])
            cursor.execute(COUNT_VOTES)
            words.index_words(conversation=conversation.pk)
            cursor.execute("ANALYZE conversations_idea")
            # What autovacuum does: entries that wait beside the index are read by every search.
            cursor.execute("VACUUM (ANALYZE) conversations_ideawords")
            cursor.execute("ANALYZE conversations_vote")
            cursor.execute(_DEEP, [streams[0], ideas // STREAMS * 95 // 100])
            deep = cursor.fetchone()[0]
        tallies.count_conversation(conversation=conversation.pk)
        cookie = f"seat-{conversation.pk.hex[:12]}={session_of(conversation.pk, person)}"
    report.say(f"{ideas:,} ideas and {votes:,} votes made in {time.perf_counter() - started:.0f} s")
    return Discussion(
        schema=organisation.schema_name,
        host=f"{organisation.slug}.localhost",
        slug=conversation.slug,
        conversation=conversation.pk,
        stream=streams[0],
        area=area,
        hot=hot,
        person=person,
        cookie=cookie,
        deep_key=f"{deep}-{deep}",
    )


def in_a_browser(port: int, discussion: Discussion, path: str) -> str:
    """The cookies a browser has on its second page: the seat, and what its forms are held against."""
    answer = Line(port, get(path, discussion.host, discussion.cookie)).ask()
    form = _FORM_COOKIE.search(answer)
    assert form is not None, answer[:200]
    return f"{discussion.cookie}; {form[1].decode()}"


def vote_here_and_there(discussion: Discussion) -> None:
    """The person likes every fourth idea of the first page of the newest and of the most liked."""
    from django.utils import timezone

    from conversations.models import Conversation, Idea
    from conversations.services import voting
    from kernel.tenancy import Tenant, tenant_context

    with tenant_context(Tenant(schema_name=discussion.schema, organisation=discussion.conversation)):
        talk = Conversation.objects.get(pk=discussion.conversation)
        for order in ("-number", "-shown_likes"):
            page = Idea.objects.filter(stream=discussion.stream).order_by(order, "-number")[:20]
            for idea in page.values_list("pk", flat=True)[::4]:
                voting.cast_vote(
                    conversation=talk, idea=idea, by=discussion.person, value=1, at=timezone.now()
                )


def session_of(conversation: UUID, person: object) -> str:
    from conversations import auth
    from privacy.anonymity import Ticket

    assert isinstance(person, Ticket)
    session = auth.Session(
        conversation=conversation, ticket=person, signed_in=time.time(), ideas=1, comments=0
    )
    return auth._sessions.create(msgspec.msgpack.encode(session))


_IDEAS = f"""
    INSERT INTO conversations_idea (id, text, day, state, source, owner_tag, route, is_purged, likes, dislikes,
        comment_count, stream_id, area_id)
    SELECT gen_random_uuid(), 'Idea number ' || i || repeat(' with some more words in it', 6), current_date - (i %% 20),
        'shown', 'participant', {_RANDOM_32}, {_RANDOM_32} || {_RANDOM_32} || '\\x0102030405060708090a0b0c0d0e0f10'::bytea,
        false, 0, 0, i %% 30, (%s::uuid[])[1 + i %% %s], %s
    FROM generate_series(1, %s) i
"""
RANDOM_VOTES = f"""
    WITH numbered AS (SELECT id, row_number() OVER () - 1 AS n FROM conversations_idea LIMIT %s)
    INSERT INTO conversations_vote (idea_id, voter_tag, value, route)
    SELECT numbered.id, {_RANDOM_32}, CASE WHEN i %% 4 = 0 THEN -1 ELSE 1 END,
        {_RANDOM_32} || {_RANDOM_32} || '\\x0102030405060708090a0b0c0d0e0f10'::bytea
    FROM generate_series(1, %s) i JOIN numbered ON numbered.n = i %% %s
"""
COUNT_VOTES = """
    UPDATE conversations_idea i SET likes = v.likes, dislikes = v.dislikes
    FROM (SELECT idea_id, count(*) FILTER (WHERE value = 1) AS likes, count(*) FILTER (WHERE value = -1) AS dislikes
          FROM conversations_vote GROUP BY idea_id) v WHERE v.idea_id = i.id
"""
_DEEP = "SELECT number FROM conversations_idea WHERE stream_id = %s ORDER BY number DESC OFFSET %s LIMIT 1"
