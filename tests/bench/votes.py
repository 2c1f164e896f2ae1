"""Goal G7: votes at the level of SQL, with pgbench of the same wheel; and through the site."""

import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from config.embedded.folders import run_as
from config.embedded.services import CONVERSATION_DATABASE, Services
from tests.bench.discussion import Discussion
from tests.bench.ground import Line, Report, get, interleaved, server

_SECONDS, _CLIENTS, _ROUNDS = 4, 8, 3
_TAG = "sha256(convert_to('voter ' || :voter, 'UTF8'))"
_ROUTE = "'\\x" + "ab" * 80 + "'::bytea"


def measure(running: Services, discussion: Discussion, report: Report) -> None:
    from kernel.tenancy import Tenant, tenant_context

    scripts = {"floor": _floor(discussion), "ours": _ours(discussion)}
    rates: dict[str, list[float]] = {name: [] for name in scripts}
    for _round in range(_ROUNDS):
        for name, script in scripts.items():
            rates[name].append(_pgbench(running, discussion, script))
    median = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
    report.at_least(
        "G7",
        "votes on one hot idea / bare upsert, 8 clients",
        floor=median["floor"],
        ours=median["ours"],
        unit="per s",
        least=0.3,
    )
    with tenant_context(Tenant(schema_name=discussion.schema, organisation=discussion.conversation)):
        # The floor wrote votes and counted nothing: its rows go before counters are compared.
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM conversations_vote WHERE idea_id = %s AND route = %s", [discussion.hot, b"floor"]
            )
            cursor.execute(_DRIFT, [discussion.hot])
            drift = cursor.fetchone()[0]
    report.bound("G7", "drift of the hot idea's counters afterwards", ours=drift, unit="votes", most=0)
    _through_the_site(discussion, report)


def _through_the_site(discussion: Discussion, report: Report) -> None:
    with (
        server("tests.bench.tenancy_view:application") as floor,
        server("config.wsgi:application") as product,
    ):
        page = Line(
            product, get(f"/{discussion.slug}/idea/{discussion.hot}/", discussion.host, discussion.cookie)
        ).ask()
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        cookie = re.search(rb"form=([^;]+);", page)
        assert token is not None
        assert cookie is not None
        votes = [
            Line(
                product,
                _post(
                    discussion, f"{discussion.cookie}; form={cookie[1].decode()}", token[1].decode(), value
                ),
            )
            for value in (1, -1)
        ]
        asks: dict[str, Callable[[], bytes]] = {
            "floor": Line(floor, get(f"/{discussion.hot}/", discussion.host)).ask,
            "vote": _in_turn(votes),
        }
        for ask in asks.values():
            for _warm in range(40):
                assert ask().startswith(b"HTTP/1.1 200")
        found = interleaved(8, 50, **asks)
    report.at_least(
        "G7",
        "votes through the site / one-query view",
        floor=1000 / found["floor"],
        ours=1000 / found["vote"],
        unit="per s",
        least=0.5,
    )


def _in_turn(lines: list[Line]) -> Callable[[], bytes]:
    state = {"next": 0}

    def ask() -> bytes:
        state["next"] = 1 - state["next"]
        return lines[state["next"]].ask()

    return ask


def _post(discussion: Discussion, cookie: str, token: str, value: int) -> bytes:
    body = f"csrfmiddlewaretoken={token}&value={value}&place=card"
    head = [
        f"POST /{discussion.slug}/idea/{discussion.hot}/vote/ HTTP/1.1",
        f"Host: {discussion.host}",
        f"Cookie: {cookie}",
        "HX-Request: true",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


_DRIFT = """
    SELECT abs(i.likes - count(*) FILTER (WHERE v.value = 1)) + abs(i.dislikes - count(*) FILTER (WHERE v.value = -1))
    FROM conversations_idea i JOIN conversations_vote v ON v.idea_id = i.id WHERE i.id = %s GROUP BY i.id
"""


def _floor(discussion: Discussion) -> str:
    return f"""
\\set voter random(1, 40)
\\set value 1 - 2 * random(0, 1)
INSERT INTO conversations_vote AS v (idea_id, voter_tag, value, route)
VALUES ('{discussion.hot}', sha256(convert_to('floor ' || :voter, 'UTF8')), :value, 'floor')
ON CONFLICT (idea_id, voter_tag) DO UPDATE SET value = excluded.value;
"""


def _ours(discussion: Discussion) -> str:
    """The product's own statement, which is its own transaction."""
    from conversations.services import voting

    now = "now()"
    values = [
        _TAG,
        ":value",
        _ROUTE,
        *[f"'{discussion.hot}'"] * 2,
        "'everybody'",
        f"'{discussion.conversation}'",
        now,
        now,
    ]
    statement = voting._CAST
    for value in values:
        statement = statement.replace("%s", value, 1)
    one_line = " ".join(statement.split())
    return f"\\set voter random(1, 40)\n\\set value 1 - 2 * random(0, 1)\n{one_line};\n"


def _pgbench(running: Services, discussion: Discussion, script: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as file:
        file.write(script)
    path = Path(file.name)
    path.chmod(0o644)
    url = (
        running.conversation.url("owner", CONVERSATION_DATABASE)
        + f"&options=-csearch_path%3D{discussion.schema}"
    )
    command: list[str | Path] = [
        running.conversation.programs / "pgbench",
        "-n",
        "-M",
        "prepared",
        "-f",
        path,
    ]
    command += ["-c", str(_CLIENTS), "-j", "2", "-T", str(_SECONDS), url]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/", **run_as()).stdout
    path.unlink()
    match = re.search(r"tps = ([\d.]+)", printed)
    assert match is not None, printed
    return float(match[1])
