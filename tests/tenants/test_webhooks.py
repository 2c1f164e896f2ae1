"""Webhooks: an organisation's own systems are told of its projects, over real sockets, and nobody is led astray (R71)."""

import base64
import hashlib
import hmac
import ipaddress
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from conversations.models import Conversation
from kernel import outgoing
from kernel.outgoing import NotAllowedOut, NotDelivered
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing, Staff
from tenants.webhooks import services
from tenants.webhooks.models import Delivery, Endpoint, Event, EventKind
from tenants.webhooks.services import WAITS, Added, KindsMissing, TooManyEndpoints
from tests.making import change, make_conversation, make_organisation
from tests.staffing import desk_of, make_staff

OLU = Staff(id=uuid4(), name="Olu Demo", roles=frozenset({Role.OPERATOR}))


@dataclass
class Heard:
    """What a system of the organisation's got. It answers with `status`."""

    port: int = 0
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hooks?of=us"


@contextmanager
def listening(status: int = 200) -> Iterator[Heard]:
    heard = Heard(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            heard.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(heard.status)
            self.send_header("Location", "http://localhost:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        heard.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with override_settings(WEBHOOKS_TO_LOOPBACK=True):
            yield heard
        server.shutdown()


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    """Of this file's own: what happens to projects of others is not counted here."""
    return make_organisation()


@pytest.fixture
def _inside(organisation: Organisation) -> Iterator[None]:
    with tenant_context(organisation.tenant):
        Endpoint.objects.all().delete()
        Event.objects.all().delete()
        yield


def _add(heard: Heard, *, at: datetime | None = None, kinds: list[str] | None = None) -> Added:
    since = at or timezone.now() - timedelta(days=5)
    return services.add_endpoint(by=OLU, url=heard.url, kinds=kinds or EventKind.values, at=since)


def _just_opened() -> Conversation:
    now = timezone.now()
    return make_conversation(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=3))


@pytest.mark.usefixtures("_inside")
def test_what_happens_to_a_project_is_told_signed_and_once(organisation: Organisation) -> None:
    talk = _just_opened()
    with listening() as heard:
        added, now = _add(heard), timezone.now()
        for _time in range(2):
            services.collect(at=now)
            services.deliver_due(at=now)

    mine = [json.loads(body) for body in heard.bodies if str(talk.pk) in body.decode()]
    assert [one["type"] for one in mine] == ["project.opened"]
    assert mine[0]["data"] == {
        "organisation": str(organisation.pk),
        "project": str(talk.pk),
        "subject": str(talk.pk),
    }
    _assert_signed(added, heard.headers[0], heard.bodies[0])


def _assert_signed(added: Added, headers: dict[str, str], body: bytes) -> None:
    key = base64.b64decode(added.secret.removeprefix("whsec_"))
    signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["host"].startswith("localhost:")


@pytest.mark.usefixtures("_inside")
def test_closing_and_completing_are_told(organisation: Organisation) -> None:
    talk, now = _just_opened(), timezone.now()
    with listening() as heard:
        _add(heard, kinds=["project.closed", "project.completed"])
        from conversations.services import lifecycle

        lifecycle.close_early(by=OLU, conversation=talk.pk, reason="We have heard enough.", at=now)
        lifecycle.complete(by=OLU, conversation=talk.pk, typed=talk.slug, at=now)
        services.collect(at=timezone.now())
        services.deliver_due(at=timezone.now())

    told = [json.loads(body)["type"] for body in heard.bodies if str(talk.pk) in body.decode()]
    assert told == ["project.closed", "project.completed"]


@pytest.mark.usefixtures("_inside")
def test_nothing_from_before_is_told_and_nothing_that_was_not_chosen() -> None:
    _just_opened()
    with listening() as heard:
        _add(heard, at=timezone.now())
        _add(heard, kinds=["deletion.certified"])
        services.collect(at=timezone.now())

    assert Event.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("_inside")
def test_a_system_that_is_away_is_tried_again_later_and_later_and_then_left() -> None:
    _just_opened()
    with listening(status=503) as heard:
        endpoint = _add(heard).endpoint
        at = timezone.now()
        services.collect(at=at)
        expected = Delivery.objects.count()
        for wait in WAITS:
            services.deliver_due(at=at)
            services.deliver_due(at=at + wait - timedelta(seconds=1))
            at += wait
        services.deliver_due(at=at)

        assert len(heard.bodies) == (len(WAITS) + 1) * expected
        endpoint.refresh_from_db()
        assert set(Delivery.objects.values_list("state", "answer")) == {("given up", 503)}
        assert not endpoint.is_on
        assert "two days" in endpoint.problem


@pytest.mark.usefixtures("_inside")
def test_what_waited_while_it_was_off_arrives_when_it_is_on() -> None:
    _just_opened()
    with listening() as heard:
        endpoint = _add(heard).endpoint
        services.collect(at=timezone.now())
        services.switch(by=OLU, endpoint=endpoint.pk, is_on=False)
        assert services.deliver_due(at=timezone.now()) == 0

        services.switch(by=OLU, endpoint=endpoint.pk, is_on=True)
        assert services.deliver_due(at=timezone.now()) > 0


@pytest.mark.usefixtures("_inside")
def test_nothing_is_followed() -> None:
    """Z8: an answer that leads on is a refusal."""
    with listening(status=307) as heard:
        assert outgoing.post(heard.url, b"{}", {}) == 307
        assert len(heard.bodies) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0.0.0.0/",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://exa mple.org/",
        "https://example.org\n.evil/",
        "https://[::1",
        "https:///nothing",
        "https://localhost:99999/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/",
        "https://nobody.invalid/",
        "https://127.0.0.1.nip.invalid/",
        "https://xn--\u00e4.example/",
        "",
    ],
)
def test_nobody_is_led_into_our_own_network(url: str) -> None:
    """ASVS 1.3.6: whatever clothes an address wears."""
    with pytest.raises(NotAllowedOut):
        outgoing.target_of(url)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("100.64.0.1", False),
        ("192.168.0.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("ff02::1", False),
        ("2002:7f00:1::", False),
        ("::", False),
    ],
)
def test_which_addresses_are_public(address: str, expected: bool) -> None:
    assert outgoing.is_public(ipaddress.ip_address(address)) is expected


def test_a_certificate_for_another_name_is_none(tmp_path: object) -> None:
    """The name is asked for, though the connection goes to an address: a host without a certificate gets nothing."""
    with listening() as heard, pytest.raises(NotDelivered):
        outgoing.post(f"https://localhost:{heard.port}/", b"{}", {})
    assert heard.bodies == []


@pytest.mark.usefixtures("_inside")
def test_only_operators_and_only_what_makes_sense() -> None:
    sam = Staff(id=uuid4(), name="Sam", roles=frozenset({Role.FACILITATOR}))
    at = timezone.now()
    with listening() as heard:
        with pytest.raises(RoleMissing):
            services.add_endpoint(by=sam, url=heard.url, kinds=["project.opened"], at=at)
        with pytest.raises(KindsMissing):
            services.add_endpoint(by=OLU, url=heard.url, kinds=["everything", "test"], at=at)
        for _one in range(services.MOST_ENDPOINTS):
            _add(heard)
        with pytest.raises(TooManyEndpoints):
            _add(heard)


def test_operators_look_after_them_on_a_page(organisation: Organisation) -> None:
    desk, place = desk_of(make_staff(Role.OPERATOR)), f"/organisations/{organisation.pk}/webhooks/"
    with tenant_context(organisation.tenant):
        Endpoint.objects.all().delete()
    with listening() as heard:
        page = desk.post(place, {"url": heard.url, "kind": ["project.opened"]}).content.decode()
        assert "whsec_" in page
        assert "whsec_" not in desk.get(place).content.decode()
        with tenant_context(organisation.tenant):
            endpoint = Endpoint.objects.latest("since")
        for act in ("test", "off", "on"):
            assert desk.post(f"{place}{endpoint.pk}/", {"act": act}).status_code == 302
        with tenant_context(organisation.tenant):
            services.deliver_due(at=timezone.now())
        assert json.loads(heard.bodies[-1])["type"] == "test"
        assert "Delivered" in desk.get(place).content.decode()
        assert desk.post(f"{place}{endpoint.pk}/", {"act": "remove"}).status_code == 302
        assert desk.post(f"{place}{endpoint.pk}/", {"act": "remove"}).status_code == 404
        assert desk.post(f"{place}{endpoint.pk}/", {"act": "shout"}).status_code == 404

    refused = desk.post(place, {"url": "https://127.0.0.1/", "kind": ["project.opened"]})
    assert refused.status_code == 422
    assert "public host" in refused.content.decode()


def test_others_find_no_page(organisation: Organisation, beta: Organisation) -> None:
    place = f"/organisations/{organisation.pk}/webhooks/"

    assert desk_of(make_staff(Role.FACILITATOR, organisation=organisation)).get(place).status_code == 403
    assert desk_of(make_staff(Role.PRIVACY_OFFICER, organisation=beta)).get(place).status_code == 404


@pytest.mark.usefixtures("_inside")
def test_a_draft_and_what_is_long_over_are_no_news() -> None:
    draft, old = make_conversation(), make_conversation()
    change(draft, opens_at=None, closes_at=None)

    services.collect(at=timezone.now())

    assert not Event.objects.filter(project=old.pk).exists()
