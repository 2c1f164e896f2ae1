"""Signing in with a typed code."""

import pytest
from django.test import Client

from conversations.models import Conversation
from kernel.messages import letters
from kernel.tenancy import tenant_context
from kernel.valkey import web_client
from privacy.vault import runner
from tenants.models import Organisation
from tests.making import (
    client_of,
    code_sent_to,
    enrol,
    make_conversation,
    new_address,
    sign_in,
    signed_in_client,
)


@pytest.fixture
def address(acme: Organisation, talk: Conversation) -> str:
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
    return address


def _ask(client: Client, talk: Conversation, address: str) -> None:
    response = client.post(f"/{talk.slug}/sign-in/", {"address": address})
    assert response["Location"] == f"/{talk.slug}/sign-in/code/"


def _type(client: Client, talk: Conversation, code: str | None) -> int:
    return client.post(f"/{talk.slug}/sign-in/code/", {"code": code or ""}).status_code


def test_a_typed_code_signs_in(acme: Organisation, talk: Conversation, address: str) -> None:
    """R03."""
    browser = client_of(acme)

    _ask(browser, talk, address.upper())
    status = _type(browser, talk, code_sent_to(address))

    assert status == 302
    assert "My pages" in browser.get(f"/{talk.slug}/").content.decode()


def test_the_letter_has_a_code_and_no_link_that_signs_in(
    acme: Organisation, talk: Conversation, address: str
) -> None:
    """R03: the only address in it is the site's."""
    import re

    _ask(client_of(acme), talk, address)
    runner.run_waiting()

    (letter,) = letters(to=address)
    assert re.findall(r"https?://\S+", letter.text) == [f"http://acme.localhost:8000/{talk.slug}/."]


def test_an_unknown_address_gets_the_same_answer_and_no_letter(
    acme: Organisation, talk: Conversation, address: str
) -> None:
    """R03, I25."""
    known, unknown = client_of(acme), client_of(acme)
    stranger = new_address()

    _ask(known, talk, address)
    _ask(unknown, talk, stranger)

    pages = [client.get(f"/{talk.slug}/sign-in/code/").content.decode() for client in (known, unknown)]
    assert _neutral(pages[0], address) == _neutral(pages[1], stranger)
    assert code_sent_to(stranger) is None
    assert _type(unknown, talk, "12345678") == 422


def test_a_code_works_in_the_browser_that_asked(acme: Organisation, talk: Conversation, address: str) -> None:
    """R03."""
    asked, other = client_of(acme), client_of(acme)
    _ask(asked, talk, address)
    code = code_sent_to(address)
    _ask(other, talk, address)

    assert _type(other, talk, code) == 422
    assert _type(asked, talk, code) == 302


def test_a_code_works_once(acme: Organisation, talk: Conversation, address: str) -> None:
    browser = client_of(acme)
    _ask(browser, talk, address)
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    code = code_sent_to(address)
    assert _type(browser, talk, code) == 302

    again = client_of(acme)
    again.cookies.load({name: value for name, value in cookies.items() if name.startswith("door")})

    assert _type(again, talk, code) in (302, 422)
    assert "My pages" not in again.get(f"/{talk.slug}/").content.decode()


def test_five_wrong_codes_end_the_right_one(acme: Organisation, talk: Conversation, address: str) -> None:
    """R03."""
    browser = client_of(acme)
    _ask(browser, talk, address)
    code = code_sent_to(address)
    wrong = "00000000" if code != "00000000" else "00000001"

    for _try in range(5):
        assert _type(browser, talk, wrong) == 422

    assert _type(browser, talk, code) == 422


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "abcdefgh", "１２３４５６７８x" * 9])
def test_something_that_is_no_code_gets_a_sentence(
    acme: Organisation, talk: Conversation, address: str, code: str
) -> None:
    browser = client_of(acme)
    _ask(browser, talk, address)

    response = browser.post(f"/{talk.slug}/sign-in/code/", {"code": code})

    assert response.status_code == 422
    assert "govuk-error-message" in response.content.decode()


def test_a_code_may_be_pasted_with_blanks(acme: Organisation, talk: Conversation, address: str) -> None:
    browser = client_of(acme)
    _ask(browser, talk, address)
    code = code_sent_to(address) or ""

    assert _type(browser, talk, f" {code[:4]} {code[4:]} ") == 302


@pytest.mark.parametrize("typed", ["", " ", "x" * 400])
def test_something_that_is_no_address_gets_a_sentence(
    acme: Organisation, talk: Conversation, typed: str
) -> None:
    response = client_of(acme).post(f"/{talk.slug}/sign-in/", {"address": typed})

    assert response.status_code == 422
    assert "govuk-error-message" in response.content.decode()


def test_signing_out_ends_the_session(acme: Organisation, talk: Conversation) -> None:
    browser = signed_in_client(acme, talk)
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}

    browser.post(f"/{talk.slug}/sign-out/")

    thief = client_of(acme)
    thief.cookies.load(cookies)
    assert "Sign in to take part" in thief.get(f"/{talk.slug}/").content.decode()


def test_a_session_is_for_one_conversation(acme: Organisation, talk: Conversation) -> None:
    browser = signed_in_client(acme, talk)
    with tenant_context(acme.tenant):
        other = make_conversation()

    assert "Sign in to take part" in browser.get(f"/{other.slug}/").content.decode()


def test_the_session_in_valkey_opens_for_nobody(acme: Organisation, talk: Conversation) -> None:
    """L16: a copy of Valkey's memory tells nothing."""
    browser = signed_in_client(acme, talk)
    (seat,) = [morsel.value for name, morsel in browser.cookies.items() if name.startswith("seat")]

    client = web_client()
    names = list(client.scan_iter(f"web:{acme.schema_name}:session:*"))
    records = [client.get(name) for name in names]

    assert records
    assert all(b"ticket" not in record and b"secret" not in record for record in records if record)
    assert all(seat.encode()[:20] not in name for name in names)


def test_cookies_are_closed_to_scripts(acme: Organisation, talk: Conversation) -> None:
    browser = signed_in_client(acme, talk)

    for morsel in browser.cookies.values():
        if morsel.value:
            assert morsel["httponly"]
            assert morsel["samesite"] == "Lax"
            assert not morsel["domain"]


def test_somebody_who_is_signed_in_is_not_asked_again(acme: Organisation, talk: Conversation) -> None:
    browser = signed_in_client(acme, talk)

    assert browser.get(f"/{talk.slug}/sign-in/")["Location"] == f"/{talk.slug}/"


def test_the_code_page_without_asking_leads_to_the_door(acme: Organisation, talk: Conversation) -> None:
    assert client_of(acme).get(f"/{talk.slug}/sign-in/code/")["Location"] == f"/{talk.slug}/sign-in/"


def test_a_person_signs_in_with_a_telephone_number(acme: Organisation, talk: Conversation) -> None:
    """R02, R03: any common way of writing it."""
    from privacy.vault.interface import vault

    with tenant_context(acme.tenant):
        vault().enrol(conversation=talk.pk, roster=b"phone\n07400 123456\n", areas=["everybody"])
        runner.run_waiting()
    browser = client_of(acme)

    _ask(browser, talk, "+44 (0)7400 123 456")

    assert _type(browser, talk, code_sent_to("+447400123456")) == 302


def test_too_many_askings_from_one_place_are_slowed(
    acme: Organisation, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conversations.views.participant import door

    monkeypatch.setattr(door, "CODES_PER_NETWORK", "2/10minutes")
    browser = client_of(acme, REMOTE_ADDR="192.0.2.77")
    for _time in range(2):
        _ask(browser, talk, new_address())

    response = browser.post(f"/{talk.slug}/sign-in/", {"address": new_address()})

    assert response.status_code == 429
    assert "Wait a few minutes" in response.content.decode()


def test_one_address_gets_five_letters_in_ten_minutes(
    acme: Organisation, talk: Conversation, address: str
) -> None:
    for _time in range(7):
        _ask(client_of(acme), talk, address)
    runner.run_waiting()

    assert len(letters(to=address)) == 5


def test_signing_in_by_the_whole_journey(acme: Organisation, talk: Conversation, address: str) -> None:
    browser = client_of(acme)

    sign_in(browser, talk, address)

    assert browser.get(f"/{talk.slug}/mine/").status_code == 200


def _neutral(page: str, address: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.replace(address, "ADDRESS"))
