"""Passwords for those who want one, and help for those who cannot get in."""

import re
import time
import unicodedata

import pytest
from django.test import Client

from conversations.models import Conversation
from kernel.tenancy import tenant_context
from kernel.zones import inside_vault
from privacy.vault.models import SupportMessage
from tenants.models import Organisation
from tests.making import client_of, enrol, new_address, sign_in, signed_in_client

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


def test_a_password_is_taken_as_it_was_typed(acme: Organisation, talk: Conversation) -> None:
    """ASVS 6.2.5 to 6.2.9: any characters, long, nothing cut or changed; programs that keep passwords may fill it in."""
    address, typed = new_address(), " Ünder the 🌳, 7 kettles " + "march " * 12
    browser = signed_in_client(acme, talk, address)
    form = browser.get(f"/{talk.slug}/my-data/password/").content.decode()
    door = client_of(acme).get(f"/{talk.slug}/sign-in/password/").content.decode()

    assert browser.post(f"/{talk.slug}/my-data/password/", {"password": typed}).status_code == 302

    assert len(typed) > 64
    changed = {typed.strip(), typed.lower(), typed[:64], typed[:72], unicodedata.normalize("NFD", typed)}
    assert typed not in changed
    assert {_try(acme, talk, address, other)[1] for other in changed} == {422}
    assert _try(acme, talk, address, typed)[1] == 302
    for page, kind in ((form, "new-password"), (door, "current-password")):
        assert re.search(rf'<input[^>]*type="password"[^>]*autocomplete="{kind}"', page) or re.search(
            rf'<input[^>]*autocomplete="{kind}"[^>]*type="password"', page
        )
    assert browser.post(f"/{talk.slug}/my-data/password/", {"password": "8203947156"}).status_code == 302


@pytest.mark.parametrize("password", ["password123", "qwertyuiop", "place to work 2026", "x" * 9])
def test_a_password_that_others_would_try_is_refused_beside_the_field(
    acme: Organisation, talk: Conversation, password: str
) -> None:
    """ASVS 6.2.1, 6.2.4, 6.2.11, 6.2.12."""
    page = signed_in_client(acme, talk).post(f"/{talk.slug}/my-data/password/", {"password": password})

    assert page.status_code == 422
    assert 'id="password-error"' in page.content.decode()


def test_long_after_signing_in_no_password_is_chosen_and_nobody_put_out(
    acme: Organisation, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 6.2.3, 7.5.1: the sign-in of the last ten minutes stands for the old password."""
    browser = signed_in_client(acme, talk)
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)

    for page in (
        browser.get(f"/{talk.slug}/my-data/password/"),
        browser.post(f"/{talk.slug}/my-data/password/", {"password": _WORDS}),
        browser.post(f"/{talk.slug}/my-data/elsewhere/"),
    ):
        assert page.status_code == 403
        assert "last ten minutes" in page.content.decode()


def test_somebody_signs_out_everywhere_else(acme: Organisation, talk: Conversation) -> None:
    """ASVS 7.4.3, 7.5.2: they see how often they are signed in, and end the others; after a new password too."""
    address = new_address()
    here, elsewhere, neighbour = (
        signed_in_client(acme, talk, address),
        client_of(acme),
        signed_in_client(acme, talk),
    )
    assert "Here and nowhere else" in here.get(f"/{talk.slug}/my-data/").content.decode()
    sign_in(elsewhere, talk, address)
    page = here.get(f"/{talk.slug}/my-data/").content.decode()
    assert "in 1 other browser" in page
    assert "Sign out everywhere else" in page

    assert here.post(f"/{talk.slug}/my-data/elsewhere/").status_code == 302

    assert elsewhere.get(f"/{talk.slug}/my-data/").status_code == 302
    assert "Here and nowhere else" in here.get(f"/{talk.slug}/my-data/").content.decode()
    assert neighbour.get(f"/{talk.slug}/my-data/").status_code == 200


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
