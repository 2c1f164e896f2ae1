"""When something is away: reading goes on where it can, otherwise a calm page; nothing acknowledged is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client, override_settings

from conversations.models import Conversation, Idea
from kernel import valkey
from kernel.tenancy import default_connection, tenant_context
from privacy.vault import client as vault_http
from tenants import queries
from tenants.models import Organisation
from tests.making import client_of, new_address, stream_of


@contextmanager
def valkey_away() -> Iterator[None]:
    valkey._client.cache_clear()
    with override_settings(VALKEY_URL="unix:///nowhere.sock", VAULT_VALKEY_URL="unix:///nowhere.sock"):
        yield
    valkey._client.cache_clear()


@contextmanager
def vault_away() -> Iterator[None]:
    vault_http.transports.clear()
    vault_http._client.cache_clear()
    with override_settings(VAULT_URL="http://127.0.0.1:1", VAULT_TOKEN="x"):
        yield
    vault_http._client.cache_clear()


@contextmanager
def database_away() -> Iterator[None]:
    connection = default_connection()
    connection.close()
    host, connection.settings_dict["HOST"] = connection.settings_dict["HOST"], "/nowhere"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = host


def _is_calm(page: str) -> bool:
    return "not answering" in page and "Traceback" not in page and "try again in a minute" in page


def test_without_the_vault_reading_and_posting_go_on(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """F6."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    with vault_away():
        assert browser.get(f"/{talk.slug}/stream/{stream}/").status_code == 200
        posted = browser.post(
            f"/{talk.slug}/stream/{stream}/write/", {"text": "Still here", "form": str(uuid4())}
        )
        assert posted.status_code == 302

    with tenant_context(acme.tenant):
        assert Idea.objects.filter(stream=stream, text="Still here").exists()


def test_without_the_vault_signing_in_says_so(acme: Organisation, talk: Conversation) -> None:
    """F6: nothing falls back to anything else."""
    with vault_away():
        response = client_of(acme).post(f"/{talk.slug}/sign-in/", {"address": new_address()})

    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "Signing in is not possible at the moment" in response.content.decode()


def test_without_valkey_the_open_pages_stay(acme: Organisation, talk: Conversation) -> None:
    """F4."""
    with valkey_away():
        assert client_of(acme).get("/").status_code == 200
        assert "Sign in to take part" in client_of(acme).get(f"/{talk.slug}/").content.decode()


def test_without_valkey_a_signed_in_person_gets_a_calm_page_and_keeps_the_text(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """F4."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    with valkey_away():
        reading = browser.get(f"/{talk.slug}/stream/{stream}/")
        writing = browser.post(
            f"/{talk.slug}/stream/{stream}/write/", {"text": "An hour of work", "form": str(uuid4())}
        )

    assert (reading.status_code, writing.status_code) == (503, 503)
    assert _is_calm(reading.content.decode())
    assert "An hour of work" in writing.content.decode()
    assert browser.get(f"/{talk.slug}/stream/{stream}/").status_code == 200


def test_without_valkey_health_says_so() -> None:
    """R67, R73."""
    with valkey_away():
        response = Client(headers={"host": "127.0.0.1"}).get("/healthz")

    assert (response.status_code, response.json()["valkey"]) == (503, "down")


def test_without_the_database_there_is_a_calm_page(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """F5."""
    with database_away():
        response = browser.get(f"/{talk.slug}/")
        health = Client(headers={"host": "127.0.0.1"}).get("/healthz")
    queries.forget_sites()

    assert response.status_code == 503
    assert _is_calm(response.content.decode())
    assert (health.status_code, health.json()["database"]) == (503, "down")
    assert browser.get(f"/{talk.slug}/").status_code == 200


def test_without_the_database_an_unknown_host_gets_the_same_calm_page() -> None:
    queries.forget_sites()
    with database_away():
        response = Client(headers={"host": "acme.localhost"}).get("/")

    assert response.status_code == 503
    assert _is_calm(response.content.decode())
    connections.close_all()


def test_a_fault_of_ours_shows_nothing(
    acme: Organisation, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F16."""
    from conversations.queries import conversations

    def fail(**_unused: object) -> None:
        raise RuntimeError("canary@people.example")

    monkeypatch.setattr(conversations, "listed", fail)
    browser = client_of(acme, raise_request_exception=False)

    response = browser.get("/")

    assert response.status_code == 500
    assert "went wrong on our side" in response.content.decode()
    assert "canary" not in response.content.decode()
