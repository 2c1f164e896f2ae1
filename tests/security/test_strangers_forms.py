"""Ids of somebody else inside what is sent, requests that could be two, and rosters that nobody wrote."""

import random
import socket
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from conversations.models import Comment, Conversation, Idea, Message, Report
from conversations.services import posting
from conversations.services.queue import filling
from kernel.tables.refused import TableRefused
from kernel.tables.sandbox import read_table
from kernel.tenancy import Tenant, tenant_context
from tenants.models import Organisation, Role
from tests import hostile
from tests.bench.ground import server
from tests.hostile import in_both_sizes
from tests.isolation.test_database import _checksum
from tests.making import client_of, make_conversation, make_idea, make_people, signed_in_client, stream_of
from tests.staffing import desk_of, make_staff


@pytest.fixture
def ours(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def theirs(beta: Organisation) -> dict[str, UUID]:
    """Beta's ids: of a conversation, a question, an idea and a comment."""
    with tenant_context(beta.tenant):
        talk = make_conversation()
        (ben,) = make_people(talk)
        idea = make_idea(talk, ben, "CANARY of beta")
        comment = posting.add_comment(
            conversation=talk, idea=idea, by=ben, form=str(uuid4()), text="CANARY", at=timezone.now()
        )
        return {"talk": talk.pk, "stream": stream_of(talk).pk, "idea": idea, "comment": comment}


def test_ids_of_the_other_inside_a_form_change_nothing(
    acme: Organisation, beta: Organisation, ours: Conversation, theirs: dict[str, UUID]
) -> None:
    """I3: in forms and filters of participants and of facilitators, under acme's own addresses."""
    with tenant_context(acme.tenant):
        own = make_idea(ours, make_people(ours)[0], "Ours")
        filling.fill_all(at=timezone.now())
    before = _checksum(beta.schema_name)
    project = f"/organisations/{acme.pk}/projects/{ours.pk}"
    desk = desk_of(make_staff(Role.FACILITATOR, Role.ANALYST, organisation=acme))
    person = signed_in_client(acme, ours)
    found = []

    for kind in ("idea", "comment"):
        form = {
            "kind": kind,
            "post": str(theirs[kind]),
            "text": "Mine",
            "form": str(uuid4()),
            "confirm": "1",
            "name": "Me",
        }
        for step in ("mine/change/", "mine/delete/", "mine/messages/answer/", "mine/messages/come-forward/"):
            found.append(person.post(f"/{ours.slug}/{step}", form))
            found.append(person.get(f"/{ours.slug}/{step}", form))
    for field, value in theirs.items():
        found.append(
            person.get(f"/{ours.slug}/search/", {"q": "CANARY", "stream": str(value), "field": field})
        )
        found.append(person.get(f"/{ours.slug}/counts/", {"idea": str(value)}))
        found.append(desk.get(f"{project}/queue/", {"stream": str(value)}))
        for act in ("move", "merge", "split", "hide", "mask"):
            sent = {
                "stream": str(value),
                "source": f"{value}~0",
                "seen": "0",
                "rule": "topic",
                "note": "",
                "item": str(value),
            }
            found.append(desk.post(f"{project}/queue/{own}/{act}/", sent))

    for answer in found:
        assert answer.status_code < 500, answer.request["PATH_INFO"]
        assert "CANARY of beta" not in answer.content.decode(errors="replace")
    assert _checksum(beta.schema_name) == before
    with tenant_context(acme.tenant):
        for model in (Idea, Comment, Message, Report):
            assert not model.objects.filter(pk__in=[str(value) for value in theirs.values()]).exists()


def test_a_request_that_could_be_two_is_one_or_none(acme: Organisation) -> None:
    """ASVS 4.2.1: with two lengths, with a length and pieces, with broken pieces; over a real connection."""
    second = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    start = b"POST / HTTP/1.1\r\nHost: nobody.localhost\r\nContent-Type: text/plain\r\n"
    doubtful = [
        start + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(second) + second,
        start + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % len(second),
        start + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + second,
        start + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + second,
        start + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + second,
        start + b"Content-Length: +%d\r\n\r\n" % len(second) + second,
        b"GET / HTTP/1.1\r\nHost: acme.localhost\r\nHost: nobody.localhost\r\n\r\n",
    ]
    with server("config.wsgi:application") as port:
        for sent in doubtful:
            answer = _sent(port, sent)
            assert answer.count(b"HTTP/1.1 ") <= 1, sent
            assert b'"database"' not in answer, sent


def _sent(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
        line.sendall(sent)
        received = b""
        try:
            while piece := line.recv(65536):
                received += piece
        except TimeoutError:
            pass
        return received


@in_both_sizes(25, 20_000)
def test_hostile_rosters_are_read_or_refused(in_acme: Tenant, count: int) -> None:
    """Z2: encodings, NUL, marks of order, mixed quotes, long cells; rows or one sentence."""
    chance = random.Random(2)
    for typed in hostile.texts(count):
        lines = [
            chance.choice(["email,team", "email;team", "e\tteam", ""]),
            f'kit@people.example,"{typed}',
            f"{typed},{typed}",
        ]
        text = chance.choice(["\n", "\r\n", "\r", "\0"]).join(lines * chance.randint(1, 30))
        encoded = text.encode(
            chance.choice(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"]), errors="replace"
        )
        try:
            rows, said = read_table(encoded).rows, "Read."
        except TableRefused as refused:
            rows, said = [], refused.sentence
        assert said.endswith("."), typed
        assert all(isinstance(cell, str) for row in rows for cell in row), typed


def test_nobody_is_anybody_without_a_session(acme: Organisation, ours: Conversation) -> None:
    """ASVS 7.2.1: made-up cookies of every name we use."""
    with tenant_context(acme.tenant):
        make_idea(ours, make_people(ours)[0], "Only for those inside")
    browser = client_of(acme)
    for value in hostile.texts(60):
        for name in (f"seat-{ours.pk.hex[:12]}", f"door-{ours.pk.hex[:12]}", "account", "form", "language"):
            browser.cookies[name] = (
                "".join(c for c in value if c.isprintable() and c.isascii() and c not in ';,"\\') or "x"
            )
        for path in (f"/{ours.slug}/mine/", f"/{ours.slug}/sign-in/code/", "/organisation/"):
            answer = browser.get(path)
            assert answer.status_code == 302, path
            assert "Only for those inside" not in answer.content.decode()
