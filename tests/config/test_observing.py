"""What is told to those who watch: enough to act on, and nothing about anybody (R73)."""

import gzip
import json
import logging
import re
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import yaml
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.test import Client, override_settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from config import health
from config.celery import app
from config.watching import WholeState
from conversations.models import Conversation
from conversations.views.participant import door
from kernel import metrics, tasks, telemetry
from kernel.faults import described
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.conversations.test_outages import database_away, valkey_away, vault_away
from tests.making import client_of, make_conversation
from tests.staffing import desk_of, make_staff
from tests.topology import ROOT

CANARY = "canary-8f3a"
_LABELS = {
    "site",
    "outcome",
    "le",
    "event",
    "part",
    "queue",
    "task",
    "state",
    "what",
    "kind",
    "folder",
    "certificate",
}


class _Ear(BaseHTTPRequestHandler):
    """Somebody else's service: hears whatever is sent to it."""

    heard: list[bytes] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        packed = self.headers.get("Content-Encoding", "")
        if packed == "gzip":
            body = gzip.decompress(body)
        elif packed == "deflate":
            body = zlib.decompress(body)
        elif packed == "br":
            import brotli

            body = brotli.decompress(body)
        self.heard.append(str(self.headers).encode() + body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Silent."""


@pytest.fixture
def ear() -> Iterator[int]:
    _Ear.heard = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def _broken_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        secret = f"{CANARY} in a local of {given}"
        raise RuntimeError(f"{CANARY} in the message") from ValueError(secret)

    monkeypatch.setattr(door, "count_by_network", fail)


def _knock(acme: Organisation, talk: Conversation) -> int:
    browser = client_of(acme)
    browser.raise_request_exception = False
    fields = {"address": f"{CANARY}@people.example"}
    headers = {"User-Agent": CANARY, "X-Forwarded-For": CANARY, "Referer": f"http://x/{CANARY}"}
    return int(browser.post(f"/{talk.slug}/sign-in/?{CANARY}", fields, headers=headers).status_code)


@pytest.mark.usefixtures("_broken_door")
def test_an_error_report_holds_kinds_and_lines_and_nothing_of_anybody(
    acme: Organisation, talk: Conversation, ear: int, caplog: pytest.LogCaptureFixture
) -> None:
    """R73, F16, L19: over a real socket, with canaries in locals, message, form, query and headers."""
    with override_settings(SENTRY_DSN=f"http://key@127.0.0.1:{ear}/1"):
        assert _knock(acme, talk) == 500
        telemetry.flush()

    (sent,) = [heard for heard in _Ear.heard if b"exception" in heard]
    assert b"RuntimeError" in sent
    assert b"conversations.views.participant.door" in sent
    for part in (CANARY, "people.example", acme.slug, acme.schema_name, talk.slug, str(talk.pk)):
        assert part.encode() not in b"".join(_Ear.heard)
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.usefixtures("_broken_door")
def test_without_an_address_nothing_is_sent(acme: Organisation, talk: Conversation, ear: int) -> None:
    """R73: off unless configured."""
    assert _knock(acme, talk) == 500

    telemetry.flush()
    assert _Ear.heard == []


@tasks.platform_task("tests.breaks")
def breaks(word: str) -> None:
    raise RuntimeError(f"{word} {CANARY}")


def test_a_task_that_fails_is_told_by_its_name(ear: int, caplog: pytest.LogCaptureFixture) -> None:
    """F16: an argument, the message and the traceback hold what nobody may learn."""
    app.finalize()
    with override_settings(SENTRY_DSN=f"http://key@127.0.0.1:{ear}/1"):
        app.tasks["tests.breaks"].apply(kwargs={"word": CANARY})
        telemetry.flush()

    sent = b"".join(_Ear.heard)
    assert b"task tests.breaks" in sent
    assert CANARY.encode() not in sent
    assert CANARY not in caplog.text


def test_traces_are_of_the_console_and_of_tasks_never_of_a_site(
    acme: Organisation, talk: Conversation, ear: int
) -> None:
    """R73, adversary 8: a time beside a page would name who was there."""
    app.finalize()
    telemetry._provider.cache_clear()
    telemetry._tracer.cache_clear()
    with override_settings(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{ear}"):
        client_of(acme).get(f"/{talk.slug}/?{CANARY}")
        desk_of(make_staff(Role.OPERATOR)).get(f"/operations/?{CANARY}")
        app.tasks["tests.breaks"].apply(kwargs={"word": CANARY})
        telemetry.flush()

    sent = b"".join(_Ear.heard)
    assert b"request console" in sent
    assert b"task tests.breaks" in sent
    assert b"request organisation" not in sent
    for part in (CANARY, acme.slug, acme.schema_name, talk.slug, "operations"):
        assert part.encode() not in sent


def test_a_traceback_in_the_logs_is_kinds_and_places(caplog: pytest.LogCaptureFixture) -> None:
    """Decision 008, for what libraries log with a traceback too."""
    from kernel.logging import _without_values

    try:
        raise KeyError(CANARY) from OSError(CANARY)
    except KeyError as error:
        found = _without_values(None, "error", {"event": "x", "exc_info": (type(error), error, None)})

    assert found["kinds"] == ["builtins.KeyError", "builtins.OSError"]
    assert CANARY not in json.dumps(found)
    assert described(ValueError(CANARY)) == {"kinds": ["builtins.ValueError"], "places": []}


# Names of requests ------------------------------------------------------------------------


def test_a_failed_page_of_the_console_says_the_number_that_stands_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """R73: and the number is ours, not a proxy's."""

    def fail(**_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("conversations.views.console.operations.found.operations", fail)
    desk = desk_of(make_staff(Role.OPERATOR))
    desk.raise_request_exception = False

    page = desk.get("/operations/", headers={"X-Request-Id": "theirs"})

    number = re.search(r"say this number: <code>([0-9a-f]{16})</code>", page.content.decode())
    assert page.status_code == 500
    assert number
    assert number[1] in caplog.text
    assert "theirs" not in caplog.text
    assert "X-Request-Id" not in page.headers


@pytest.mark.usefixtures("_broken_door")
def test_what_somebody_sends_to_a_site_has_no_name(
    acme: Organisation, talk: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    """R73, decision 008."""
    _knock(acme, talk)

    faults = [record for record in caplog.records if "fault" in record.getMessage()]
    assert faults
    assert not any(
        re.search(r"['\"]request['\"]: ['\"][0-9a-f]{16}", record.getMessage()) for record in faults
    )


# Numbers ----------------------------------------------------------------------------------


def _told() -> list[Metric]:
    return [*metrics.registry().collect(), *WholeState().collect()]


def test_no_label_names_anybody_or_a_group(
    acme: Organisation, beta: Organisation, talk: Conversation
) -> None:
    """R73: every label of every number, after work in two organisations."""
    for organisation in (acme, beta):
        for _time in range(metrics._HUNDRED):
            client_of(organisation).get("/nothing-here/")
    known_tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    known = {*metrics.SITES, *metrics.OUTCOMES, *metrics.ALARMS, *known_tasks, *app.conf.get("queues", [])}

    seen = {
        (name, value)
        for metric in _told()
        for sample in metric.samples
        for name, value in sample.labels.items()
    }

    assert {name for name, _value in seen} <= _LABELS
    assert {value for name, value in seen if name in {"site", "outcome", "event", "task"}} <= known
    for _name, value in seen:
        assert re.fullmatch(r"[a-z_.\-]{1,60}|\+Inf|[0-9.]+|tests-\d+", value), value
        assert value not in {acme.slug, beta.slug, talk.slug, acme.schema_name}
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|^t_", value)


def test_requests_are_told_in_hundreds() -> None:
    """R73: a count that goes up by one is a person who was there."""
    requests = metrics._Requests()

    def told() -> float:
        samples = [sample for metric in requests.collect() for sample in metric.samples]
        return sum(sample.value for sample in samples if sample.name.endswith("_count"))

    for number in range(1, 250):
        requests.note("organisation", "served", 0.02)
        assert told() == number // 100 * 100
    requests.note("organisation", "failed", 0.02)
    assert told() == 201


def test_a_mail_that_waits_for_a_moment_is_told_to_nobody(talk: Conversation, acme: Organisation) -> None:
    """R73, P9: somebody signs in, and no number moves."""
    from privacy.vault.interface import vault
    from tests.making import enrol, new_address

    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
        before = {metric.name: metric.samples for metric in WholeState().collect() if "mail" in metric.name}
        vault().send_code(conversation=talk.pk, address=address, browser="b")
        after = {metric.name: metric.samples for metric in WholeState().collect() if "mail" in metric.name}

    assert before == after


@pytest.mark.parametrize(
    ("gone", "part"), [(vault_away, "vault"), (valkey_away, "valkey"), (database_away, "database")]
)
def test_what_is_away_is_told_as_away(gone: Any, part: str) -> None:
    """R73."""
    with gone():
        told = {metric.name: metric for metric in WholeState().collect()}

    states = {sample.labels["part"]: sample.value for sample in told["conversations_part_up"].samples}
    assert states[part] == 0
    assert states["files"] == 1


def test_alarms_are_counted_by_name() -> None:
    def count(event: str) -> float:
        samples = [one for metric in metrics._alarms.collect() for one in metric.samples]
        return next(one.value for one in samples if one.labels.get("event") == event)

    before = count("key_file_lost"), count("other")
    import structlog

    structlog.get_logger("kernel.tests").critical("key_file_lost", which="first")
    logging.getLogger("somebody.else").critical("a word about somebody")

    formatted = (count("key_file_lost"), count("other"))
    assert formatted >= before


# Health -----------------------------------------------------------------------------------


def test_ready_means_database_valkey_and_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """R73: new code waits for what it was written for."""
    monkeypatch.setattr(health, "_complete", [])
    assert Client().get("/readyz").json() == {"database": "up", "valkey": "up", "migrations": "up"}
    assert Client().get("/livez").status_code == 200
    with database_away():
        assert Client().get("/readyz").status_code == 503
        assert Client().get("/livez").status_code == 200

    load = MigrationLoader.load_disk

    def with_one_more(self: MigrationLoader) -> None:
        load(self)
        assert self.disk_migrations is not None
        self.disk_migrations["conversations", "9999_later"] = Migration("9999_later", "conversations")

    monkeypatch.setattr(MigrationLoader, "load_disk", with_one_more)
    health._complete.clear()
    page = Client().get("/readyz")
    assert (page.status_code, page.json()["migrations"]) == (503, "down")
    assert health.missing_migrations() == ["conversations.9999_later"]


# Alerts -----------------------------------------------------------------------------------

RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    """R73."""
    sections = re.findall(r"^## (\w+)$", (ROOT / "deploy/runbook.md").read_text(), re.MULTILINE)

    assert sections == [rule["alert"] for rule in RULES]
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_alert_asks_for_a_number_that_is_told() -> None:
    """R73."""
    telling = CollectorRegistry(auto_describe=False)
    telling.register(WholeState())
    metrics.note_request("base", "failed", 0.1)
    text = (generate_latest(telling) + generate_latest(metrics.registry())).decode()
    told = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE)) | set(
        re.findall(r"^(\w+)[{ ]", text, re.MULTILINE)
    )

    asked = {name for rule in RULES for name in re.findall(r"conversations_\w+", rule["expr"])}
    assert asked <= told | {"conversations_vault_runner_silent_seconds"}, asked - told


def test_every_command_the_runbook_names_exists() -> None:
    from django.core.management import get_commands

    from config.manage import _BEFORE_DJANGO
    from config.roles import ROLES

    text = (ROOT / "deploy/runbook.md").read_text()
    known = {name.replace("_", "-") for name in get_commands()} | set(_BEFORE_DJANGO)
    assert set(re.findall(r"`manage ([a-z-]+)", text)) <= known
    assert set(re.findall(r"`manage run ([a-z-]+)", text)) <= set(ROLES)
