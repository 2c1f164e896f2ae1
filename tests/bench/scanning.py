"""A deletion's dearest parts, by hand: 20,000 people, 100,000 posts, 1,000,000 votes; emptied and looked through."""

import resource
import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from privacy.stores import Scope, Store
from tests.bench.discussion import IDEAS, VOTES
from tests.bench.ground import Report

T = TypeVar("T")
PEOPLE, COMMENTS = 20_000, 80_000
_MOST_MINUTES, _MOST_MIB = 10, 1024
_RANDOM_32 = "sha256(convert_to(random()::text || i::text, 'UTF8'))"


def measure(report: Report, *, people: int = PEOPLE, ideas: int = IDEAS, votes: int = VOTES) -> None:
    from kernel.tenancy import control_plane, tenant_context
    from privacy.scanning import services
    from privacy.stores import Step, stores
    from tenants.models import Organisation
    from tests.bench import discussion, mailings
    from tests.privacy.deleting import patiently

    talk = discussion.build(report, ideas=ideas, votes=votes)
    with control_plane():
        tenant = Organisation.objects.get(schema_name=talk.schema).tenant
    with tenant_context(tenant):
        mailings._enrol(talk.conversation, people, report)
        _comment(talk.conversation, people)
    scope = Scope(tenant=tenant, project=talk.conversation)
    total = time.perf_counter()
    _timed(report, "digests of everybody", lambda: patiently(lambda: services.write_digests(scope)))
    _timed(report, "looked through before", lambda: patiently(lambda: services.scan(scope)))
    for step, store in stores():
        if step is not Step.KEYS:
            _timed(report, store.name, lambda store=store: _emptied(store, scope))  # type: ignore[misc]
    found = _timed(report, "looked through afterwards", lambda: patiently(lambda: services.scan(scope)))
    assert found.is_clean
    assert found.is_proven
    minutes = (time.perf_counter() - total) / 60
    read = sum(place.size for place in found.places) / 2**20
    report.say(
        f"{sum(place.read for place in found.places):,} values, {read:.0f} MiB in {found.seconds:.0f} s"
    )
    report.bound(
        "D1", "minutes to empty and to look through it twice", ours=minutes, unit="min", most=_MOST_MINUTES
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.bound("D2", "most memory of the process that did it", ours=peak, unit="MiB", most=_MOST_MIB)


def _comment(conversation: UUID, people: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_COMMENTS, [conversation, COMMENTS * people // PEOPLE])


def _emptied(store: Store, scope: Scope) -> int:
    from privacy.vault import runner
    from tests.privacy.deleting import patiently

    gone: int = 0
    while True:
        gone += patiently(lambda: store.erase(scope))
        if patiently(lambda: store.remaining(scope)) == 0:
            return gone
        runner.run_waiting()


def _timed(report: Report, what: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - started
    if seconds > 1:
        report.say(f"{what}: {seconds:.1f} s{f', {done:,} gone' if isinstance(done, int) else ''}")
    return done


_COMMENTS = f"""
    WITH numbered AS (
        SELECT i.id, row_number() OVER () - 1 AS n FROM conversations_idea i
        JOIN conversations_stream s ON s.id = i.stream_id WHERE s.conversation_id = %s
    )
    INSERT INTO conversations_comment (id, text, day, state, source, owner_tag, route, is_purged, idea_id)
    SELECT gen_random_uuid(), 'Comment number ' || i || repeat(' and what else there is to say about it', 6),
        current_date - (i %% 20), 'shown', 'participant', {_RANDOM_32},
        {_RANDOM_32} || {_RANDOM_32} || '\\x0102030405060708090a0b0c0d0e0f10'::bytea, false, numbered.id
    FROM generate_series(1, %s) i JOIN numbered ON numbered.n = i %% (SELECT count(*) FROM numbered)
"""
