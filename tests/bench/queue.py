"""The queue at 20,000 ideas: filled, opened, filtered, worked off (R20)."""

import statistics
import time
from typing import TYPE_CHECKING

from tests.bench.discussion import Discussion
from tests.bench.ground import Line, Report, get, server

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMES = 120


def measure(owner_url: str, discussion: Discussion, report: Report) -> None:
    organisation, cookie, host, posts = _prepare(discussion, report)
    base = f"/organisations/{organisation}/projects/{discussion.conversation}/queue/"
    paths = {
        "first page": base,
        "deep page": f"{base}?after={posts[1]}",
        "one question": f"{base}?stream={discussion.stream}",
        "one post": f"{base}{posts[0]}/",
    }
    with (
        server(
            "tests.bench.floor:application", FLOOR_DATABASE_URL=owner_url, FLOOR_SCHEMA=discussion.schema
        ) as floor,
        server("config.wsgi:application") as product,
    ):
        one = Line(floor, get(f"/{discussion.hot}/", discussion.host))
        lowest = _p95(one.ask)
        for words, path in paths.items():
            line = Line(product, get(path, host, cookie))
            assert line.ask().startswith(b"HTTP/1.1 200"), line.ask()[:300]
            report.at_most(
                "R20",
                f"queue, {words}, p95 / one query",
                floor=lowest,
                ours=_p95(line.ask),
                unit="ms",
                most=40 if path == base else 80,
            )
        # Looked for in every text that waits, as it is typed: half a word as well.
        search = Line(product, get(f"{base}?q=19977", host, cookie))
        report.at_most(
            "R20",
            "queue, words of one idea, p95 / one query",
            floor=lowest,
            ours=_p95(search.ask),
            unit="ms",
            most=120,
        )


def _p95(ask: "Callable[[], object]") -> float:
    times = []
    for _time in range(20 + _TIMES):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.quantiles(times[20:], n=20)[-1]


def _prepare(discussion: Discussion, report: Report) -> tuple[object, str, str, tuple[object, str]]:
    from django.conf import settings
    from django.utils import timezone

    from conversations.models import Conversation
    from conversations.queries import queue
    from conversations.services.queue import filling
    from kernel.database import change, row
    from kernel.tenancy import control_plane, tenant_context
    from tenants.models import Organisation, Role
    from tests.staffing import desk_of, make_staff

    with control_plane():
        organisation = Organisation.objects.get(schema_name=discussion.schema)
    staff = make_staff(Role.FACILITATOR, organisation=organisation)
    started = time.perf_counter()
    with tenant_context(organisation.tenant):
        conversation = Conversation.objects.get(pk=discussion.conversation)
        filling._repeat(200, lambda: filling._add(conversation.pk))
        filling._repeat(200, lambda: filling._examine(conversation.pk))
        report.bound(
            "R20",
            "filling the queue with 20,000 ideas",
            ours=time.perf_counter() - started,
            unit="s",
            most=60,
        )
        # All the measured ideas say nearly the same: the worst there is.
        started = time.perf_counter()
        filling._group(conversation.pk)
        report.bound(
            "R20", "grouping 150 ideas, all alike", ours=time.perf_counter() - started, unit="s", most=30
        )
        page = queue.page_of(conversation, queue.Filters(), after=None, by=staff.id, at=timezone.now())
        # What autovacuum does.
        change("ANALYZE conversations_queueitem")
        deep = row(_DEEP, [conversation.pk])
        assert deep is not None
    cookies = "; ".join(f"{name}={value.value}" for name, value in desk_of(staff).cookies.items())
    port = settings.BASE_DOMAIN.partition(":")[2]
    return organisation.pk, cookies, f"{settings.CONSOLE_HOST}:{port}", (page.rows[0].id, deep[0])


_DEEP = """
    SELECT lane || '~' || day || '~' || id FROM conversations_queueitem WHERE conversation_id = %s AND is_open
    ORDER BY lane, day, id OFFSET 19000 LIMIT 1
"""
