"""The page where mailings are stopped: one field, one press, and the same for everybody."""

import re

import pytest

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from privacy.vault import runner
from tenants.models import Organisation
from tests.mailing import announce, invite, subjects_to
from tests.making import client_of, enrol, make_conversation, new_address, signed_in_client, ticket_of


def _neutral(page: str, address: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.replace(address, "ADDRESS"))


def test_one_press_stops_messages_at_once(acme: Organisation, talk: Conversation) -> None:
    """R15: without signing in; a code still comes."""
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
        invite(talk)

    response = client_of(acme).post(f"/{talk.slug}/stop/", {"address": address.upper()})

    assert response.status_code == 200
    assert "Messages are stopped" in response.content.decode()
    with tenant_context(acme.tenant):
        announce(talk)
        runner.run_waiting()
        assert len(subjects_to(address)) == 1
        assert ticket_of(talk, address)


def test_known_and_unknown_addresses_get_the_same_answer(acme: Organisation, talk: Conversation) -> None:
    """R15, I25."""
    known, stranger = new_address(), new_address()
    with tenant_context(acme.tenant):
        enrol(talk, known)

    answers = [
        client_of(acme).post(f"/{talk.slug}/stop/", {"address": address}) for address in (known, stranger)
    ]

    pages = [_neutral(a.content.decode(), who) for a, who in zip(answers, (known, stranger), strict=True)]
    assert pages[0] == pages[1]
    assert {answer.status_code for answer in answers} == {200}
    assert all(not answer.cookies.get("seat") for answer in answers)


def test_the_page_works_for_somebody_signed_in_too(acme: Organisation, talk: Conversation) -> None:
    address = new_address()
    browser = signed_in_client(acme, talk, address)

    assert browser.get(f"/{talk.slug}/stop/").status_code == 200
    assert browser.post(f"/{talk.slug}/stop/", {"address": address}).status_code == 200
    assert browser.get(f"/{talk.slug}/mine/").status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_the_page_stops_nothing(acme: Organisation, talk: Conversation, method: str) -> None:
    """F21: programs that open every link in a mail change nothing."""
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)

    getattr(client_of(acme), method)(f"/{talk.slug}/stop/?address={address}")

    with tenant_context(acme.tenant):
        announce(talk)
        runner.run_waiting()
    assert len(subjects_to(address)) == 1


@pytest.mark.parametrize("typed", ["", " ", "x" * 400])
def test_something_that_is_no_address_gets_a_sentence(
    acme: Organisation, talk: Conversation, typed: str
) -> None:
    response = client_of(acme).post(f"/{talk.slug}/stop/", {"address": typed})

    assert response.status_code == 422
    assert "govuk-error-message" in response.content.decode()


def test_another_organisation_has_no_such_page(beta: Organisation, talk: Conversation) -> None:
    for ask in (client_of(beta).get, client_of(beta).post):
        assert ask(f"/{talk.slug}/stop/").status_code == 404


def test_the_same_address_in_another_conversation_still_gets_letters(
    acme: Organisation, beta: Organisation, talk: Conversation
) -> None:
    """I24: separate people."""
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
    with tenant_context(beta.tenant):
        other = make_conversation()
        enrol(other, address)

    client_of(acme).post(f"/{talk.slug}/stop/", {"address": address})

    for organisation, conversation in ((acme, talk), (beta, other)):
        with tenant_context(organisation.tenant):
            announce(conversation)
            runner.run_waiting()
    assert len(subjects_to(address)) == 1


def test_too_many_from_one_place_are_slowed(
    acme: Organisation, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conversations.views.participant import letters

    monkeypatch.setattr(letters, "_STOPPED_PER_NETWORK", "2/10minutes")
    browser = client_of(acme, REMOTE_ADDR="192.0.2.79")

    statuses = [
        browser.post(f"/{talk.slug}/stop/", {"address": new_address()}).status_code for _n in range(3)
    ]

    assert statuses == [200, 200, 429]
