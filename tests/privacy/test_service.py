"""The vault service at its edge: tokens, malformed calls, failures. And the facade against the verbs."""

import inspect
from typing import Any, get_type_hints
from uuid import uuid4

import httpx
import msgspec
import pytest
from django.db import OperationalError
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.tenancy import Tenant
from privacy.vault import interface, service, verbs, wire
from privacy.vault.facade import Vault
from privacy.vault.refusals import REFUSALS, VaultDown
from privacy.vault.service import application
from privacy.vault.verb import VERBS, Caller
from tests.conftest import TOKEN
from tests.making import make_conversation

CLIENT = httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://vault")
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_without_the_token_nothing_is_answered(header: dict[str, str]) -> None:
    """I28."""
    response = CLIENT.post("/conversations", headers=header, content=b"")

    assert (response.status_code, response.content) == (401, b"")


def test_without_a_configured_token_nobody_is_let_in() -> None:
    from django.test import override_settings

    with override_settings(VAULT_TOKEN=""):
        assert (
            CLIENT.post("/conversations", headers={"Authorization": "Bearer "}, content=b"").status_code
            == 401
        )


@pytest.mark.parametrize("verb", ["nothing", "__init__", "_ask", "", "conversations/x"])
def test_only_verbs_can_be_called(verb: str) -> None:
    assert CLIENT.post(f"/{verb}", headers=AUTHORISED, content=b"").status_code == 404


def test_a_service_that_does_not_answer_is_noted_by_kind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """ASVS 16.3.4: a certificate that is wrong as well; and no address of ours."""
    from django.test import override_settings

    from privacy.vault import client

    monkeypatch.setattr(client, "transports", [])
    with override_settings(VAULT_URL="http://127.0.0.1:1", VAULT_TOKEN="x" * 40), pytest.raises(VaultDown):
        client.ask(Caller(uuid4(), "t_x"), "conversations", {})

    assert "vault_does_not_answer" in caplog.text
    assert "ConnectError" in caplog.text
    assert "127.0.0.1" not in caplog.text


@pytest.mark.parametrize(
    "body", [b"", b"\xc1", b"\x80", msgspec.msgpack.encode({"caller": 1}), msgspec.msgpack.encode([1, 2])]
)
def test_a_malformed_call_is_refused(body: bytes) -> None:
    assert CLIENT.post("/send_code", headers=AUTHORISED, content=body).status_code == 400
    assert CLIENT.get("/send_code", headers=AUTHORISED).status_code == 400


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(VERBS)), st.binary(max_size=200))
def test_no_bytes_whatever_make_the_service_stumble(verb: str, body: bytes) -> None:
    """Z10."""
    assert CLIENT.post(f"/{verb}", headers=AUTHORISED, content=body).status_code in {400, 404}


def test_health_needs_no_token() -> None:
    assert CLIENT.get("/healthz").status_code == 200


def test_a_failure_inside_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """F16: neither to the caller nor in the log."""

    def fail(_caller: Caller, **_arguments: object) -> None:
        raise RuntimeError("canary@people.example")

    monkeypatch.setitem(VERBS, "conversations", fail)
    body = wire.pack_call(Caller(uuid4(), "t_x"), "conversations", {})

    response = CLIENT.post("/conversations", headers=AUTHORISED, content=body)

    assert (response.status_code, response.content) == (500, b"")
    assert "canary" not in caplog.text
    assert "verb conversations" in caplog.text


def test_a_database_that_is_away_is_told_as_such(in_acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """F6."""
    from privacy.vault.models import Conversation

    conversation = make_conversation()

    def away(*_arguments: object, **_named: object) -> None:
        raise OperationalError

    monkeypatch.setattr(Conversation.objects, "filter", away)

    with pytest.raises(VaultDown):
        interface.vault().send_code(conversation=conversation.pk, address="a@b.cd", browser="b")


def test_the_facade_has_exactly_the_verbs_with_their_signatures() -> None:
    assert verbs.__all__
    facade = {
        name: function for name, function in inspect.getmembers(Vault, inspect.isfunction) if name[0] != "_"
    }

    assert facade.keys() == VERBS.keys()
    for name, function in facade.items():
        assert _hints(function) == _hints(inspect.unwrap(VERBS[name])), name


def test_every_refusal_crosses_the_wire() -> None:
    from kernel.errors import DomainError
    from privacy.vault import refusals

    own = {
        cls
        for _name, cls in inspect.getmembers(refusals, inspect.isclass)
        if issubclass(cls, DomainError) and cls.__module__ == refusals.__name__
    }

    assert own <= set(REFUSALS.values())
    assert len(REFUSALS) == len(set(REFUSALS))


def test_the_most_that_is_read_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_MOST_BYTES", 10)

    assert CLIENT.post("/send_code", headers=AUTHORISED, content=b"x" * 11).status_code == 400


def _hints(function: Any) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(function).items() if name != "caller"}
