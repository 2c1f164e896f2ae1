"""A report on 20,000 ideas, 100,000 comments, 1,000,000 votes and 200 themes: time and memory of each stage (R54)."""

import resource
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

from tests.bench.discussion import IDEAS, Discussion
from tests.bench.ground import Report

if TYPE_CHECKING:
    from conversations.models import Conversation

W = TypeVar("W")
_COMMENTS, _THEMES, _QUOTES = 100_000, 200, 40
_RANDOM_32 = "sha256(convert_to(random()::text || i::text, 'UTF8'))"


def measure(discussion: Discussion, report: Report) -> None:
    from django.utils import timezone

    from conversations.models import Conversation
    from kernel.database import row
    from kernel.tenancy import tenant_context
    from reporting.documents import formats, queries
    from reporting.documents.models import Format, Version
    from reporting.documents.services import editions, freezing, publishing, writing
    from tenants.queries import Organisations
    from tests import documents
    from tests.coding import ANALYST

    tenant = next(one for one in Organisations().serving() if one.schema_name == discussion.schema)
    with tenant_context(tenant):
        talk = Conversation.objects.get(pk=discussion.conversation)
        opens_at, closes_at = talk.opens_at, talk.closes_at
        _fill(talk, report)
        documents.closed(talk)
        at = timezone.now()
        one_query, _found = _timed(lambda: row("SELECT count(*) FROM conversations_comment"))
        spent, snapshot = _timed(
            lambda: freezing.freeze_analysis(conversation=talk, by=ANALYST, at=at), times=1
        )
        report.at_most(
            "R54",
            "freezing an analysis / counting comments",
            floor=one_query,
            ours=spent,
            unit="s",
            most=2000,
        )
        report.say(f"the snapshot has {len(snapshot.content) // 1024:,} kB, {_mebibytes()} MiB at the most")
        started = writing.start_report(
            conversation=talk, title="What we heard", language="en", by=ANALYST, at=at
        )
        _choose(talk, started.pk)
        found = queries.report_of(talk, started.pk)
        spent, _obstacles = _timed(lambda: editions.obstacles(found))
        report.bound("R54", f"looking at {_QUOTES} quotes before publishing", ours=spent, unit="s", most=0.5)
        version = publishing.publish_report(report=found, organisation="The bench", by=ANALYST, at=at)
        paper = editions.paper_of(Version.objects.select_related("snapshot", "edition").get(pk=version.pk))
        for kind in Format:
            spent, content = _timed(lambda kind=kind: formats.written(paper, kind))  # type: ignore[misc]
            report.bound("R54", f"{kind.label}, {_THEMES} themes", ours=spent, unit="s", most=10)
            report.say(f"{kind.label} has {len(content) // 1024:,} kB, {_mebibytes()} MiB at the most")
        spent, _none = _timed(lambda: publishing.make_version(version=version.pk), times=1)
        report.bound("R54", "all four files made, kept and published", ours=spent, unit="s", most=30)
        # As it was found: those that measure after this one write to it.
        Conversation.objects.filter(pk=talk.pk).update(opens_at=opens_at, closes_at=closes_at)


def _timed(work: Callable[[], W], *, times: int = 3) -> tuple[float, W]:
    spent, found = [], None
    for _time in range(times):
        started = time.perf_counter()
        found = work()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent), found  # type: ignore[return-value]  # it was run at least once


def _mebibytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _fill(talk: "Conversation", report: Report) -> None:
    """Comments, a frame of 200 codes, and every contribution read by one analyst who gave one code."""
    from kernel.database import change
    from tests import coding

    started = time.perf_counter()
    codes: list[UUID] = []
    for n in range(_THEMES // 10):
        area = coding.code(talk, f"Area {n + 1}")
        codes += [coding.code(talk, f"Theme {n + 1}.{m + 1}", area).pk for m in range(9)] + [area.pk]
    change(_MAKE_COMMENTS, [talk.pk, _COMMENTS, IDEAS])
    by = uuid4()
    for kind in ("idea", "comment"):
        change(_READ.format(kind=kind), [by])
    change(_GIVE, [codes, len(codes)])
    for table in ("conversations_comment", "coding_reading", "coding_givencode"):
        change(f"ANALYZE {table}")
    report.say(f"{_COMMENTS:,} comments and codes for all made in {time.perf_counter() - started:.0f} s")


def _choose(talk: "Conversation", of: UUID) -> None:
    """Everything there is in its place, and forty quotes."""
    from conversations.models import Idea
    from reporting.documents import queries
    from reporting.documents.services import writing
    from tests import documents
    from tests.coding import ANALYST

    report = queries.report_of(talk, of)
    offered = {
        kind: [key for key, _name in found] for kind, found in queries.offered_by(report.snapshot).items()
    }
    text = "\n\n".join(["What people wrote most about, **in short**."] * 20)
    for kind in ("summary", "themes", "strength"):
        of_kind = "charts" if kind == "summary" else "themes"
        words = writing.Words(kind.title(), text, is_included=True, chosen={of_kind: offered[of_kind]})
        section = documents.section_in(report, kind)
        writing.change_section(section=section, words=words, seen=0, by=ANALYST)
    for idea in Idea.objects.filter(stream__conversation=talk)[:_QUOTES]:
        documents.quote(report, idea.pk, idea.text)


_MAKE_COMMENTS = f"""
    WITH numbered AS (
        SELECT idea.id, row_number() OVER () - 1 AS n FROM conversations_idea idea
        JOIN conversations_stream stream ON stream.id = idea.stream_id WHERE stream.conversation_id = %s
    )
    INSERT INTO conversations_comment (id, text, day, state, source, owner_tag, route, is_purged, idea_id)
    SELECT gen_random_uuid(), 'A comment number ' || i || ' that says something about it', current_date - (i %% 20),
           'shown', 'participant', {_RANDOM_32},
           {_RANDOM_32} || {_RANDOM_32} || '\\x0102030405060708090a0b0c0d0e0f10'::bytea, false, numbered.id
      FROM generate_series(1, %s) i JOIN numbered ON numbered.n = i %% %s"""
_READ = """
    INSERT INTO coding_reading (id, post, {kind}_id, by, day, version, is_due)
    SELECT gen_random_uuid(), id, id, %s, current_date, version, false FROM conversations_{kind}"""
_GIVE = """
    INSERT INTO coding_givencode (id, reading_id, code_id, version)
    SELECT gen_random_uuid(), id, (%s::uuid[])[1 + (row_number() OVER ()) %% %s], version FROM coding_reading"""
