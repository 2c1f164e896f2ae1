"""Passwords for those who want one, and help for those who cannot get in."""

import pytest
from django.test import Client

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from kernel.zones import inside_vault
from privacy.vault.models import SupportMessage
from tenants.models import Organisation
from tests.making import client_of, enrol, new_address, signed_in_client

_WORDS = "purple kettle marching"


def _try(acme: Organisation, talk: Conversation, address: str, password: str) -> tuple[Client, int, str]:
    browser = client_of(acme)
    response = browser.post(f"/{talk.slug}/sign-in/password/", {"address": address, "password": password})
    return browser, response.status_code, response.content.decode()


def test_a_chosen_password_signs_in(acme: Organisation, talk: Conversation) -> None:
    """R03: and a second one replaces it, which is how a forgotten one is reset."""
    address = new_address()
    browser = signed_in_client(acme, talk, address)

    kept = browser.post(f"/{talk.slug}/my-data/password/", {"password": _WORDS})
    browser.post(f"/{talk.slug}/my-data/password/", {"password": f"{_WORDS} again"})

    assert kept["Location"] == f"/{talk.slug}/my-data/?password=1"
    assert _try(acme, talk, address, _WORDS)[1] == 422
    entered, status, _page = _try(acme, talk, address.upper(), f"{_WORDS} again")
    assert status == 302
    assert "Sign out" in entered.get(f"/{talk.slug}/").content.decode()


def test_a_password_that_does_not_fit_tells_nothing(acme: Organisation, talk: Conversation) -> None:
    """R03: the same answer for a wrong password, no password, and an address nobody has."""
    with_one, without = new_address(), new_address()
    signed_in_client(acme, talk, with_one).post(f"/{talk.slug}/my-data/password/", {"password": _WORDS})
    with tenant_context(acme.tenant):
        enrol(talk, without)

    answers = {
        _try(acme, talk, address, "wrong wrong wrong")[1:][1]
        .replace(address, "")
        .split("</main>")[0]
        .split("csrfmiddlewaretoken")[0]
        for address in (with_one, without, new_address())
    }

    assert len(answers) == 1


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_password_that_cannot_be_kept_is_told_beside_the_field(
    acme: Organisation, talk: Conversation, password: str
) -> None:
    browser = signed_in_client(acme, talk)

    response = browser.post(f"/{talk.slug}/my-data/password/", {"password": password})

    assert response.status_code == 422
    assert 'id="password-error"' in response.content.decode()


def test_an_empty_form_is_told_beside_the_field(acme: Organisation, talk: Conversation) -> None:
    _browser, status, page = _try(acme, talk, "", "")

    assert status == 422
    assert 'id="address-error"' in page


def test_a_call_for_help_reaches_the_queue(acme: Organisation, talk: Conversation) -> None:
    """R04: the page is the same for a known and an unknown contact."""
    known = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, known)
    pages = set()

    for contact in (known, new_address()):
        page = client_of(acme).post(f"/{talk.slug}/help/", {"text": "No code came.", "contact": contact})
        pages.add(page.content.decode().replace(contact, ""))

    assert len(pages) == 1
    with inside_vault():
        assert SupportMessage.objects.filter(conversation=talk.pk, is_done=False).count() == 2


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"text": "", "contact": "a@b.example"}, "text"),
        ({"text": "x" * 2001, "contact": "a"}, "text"),
        ({"text": "No code", "contact": ""}, "contact"),
    ],
)
def test_a_call_without_words_or_contact_keeps_what_was_typed(
    acme: Organisation, talk: Conversation, form: dict[str, str], field: str
) -> None:
    response = client_of(acme).post(f"/{talk.slug}/help/", form)

    assert response.status_code == 422
    assert f'id="{field}-error"' in response.content.decode()
    assert form["contact"] in response.content.decode()


def test_hiding_ends_the_session_and_leads_to_a_page_that_tells_nothing(
    acme: Organisation, talk: Conversation
) -> None:
    browser = signed_in_client(acme, talk)

    response = browser.post(f"/{talk.slug}/sign-out/", {"to": "front"})

    assert response["Location"] == "/"
    assert browser.get(f"/{talk.slug}/mine/").status_code == 302
