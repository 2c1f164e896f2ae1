"""Client users: at their own organisation, with a second factor, and nowhere else (R44)."""

import secrets

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import Account, Kind
from conversations.models import Conversation
from conversations.services import tallies
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.accounts.test_staff import _mailed_code
from tests.making import client_of, make_conversation, make_idea, make_people
from tests.reporting.sponsoring import make_sponsor
from tests.staffing import signed_in_as


@pytest.fixture
def sponsor(acme: Organisation) -> Account:
    with tenant_context(acme.tenant):
        made = Account.objects.create(
            kind=Kind.CLIENT, email=f"{secrets.token_hex(6)}@client.example", name="Sponsor", password="!"
        )
        TOTP.activate(made, generate_totp_secret())
    return made


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        made = make_conversation()
        make_idea(made, make_people(made)[0])
        tallies.count_conversation(conversation=made.pk)
        return made


@pytest.fixture
def portal(acme: Organisation, sponsor: Account) -> Client:
    return signed_in_as(sponsor, client_of(acme), acme.tenant)


def test_a_client_user_sees_numbers_and_nobody(portal: Client, talk: Conversation) -> None:
    """R42, R44"""
    page = portal.get("/organisation/").content.decode()

    assert talk.name in page
    assert "More daylight" not in page


def test_a_stranger_is_led_to_the_organisations_own_door(acme: Organisation) -> None:
    response = client_of(acme).get("/organisation/")

    assert response["Location"].startswith("/organisation/sign-in/")


def test_a_client_user_signs_in_by_code_and_needs_the_second_factor(
    acme: Organisation, sponsor: Account
) -> None:
    browser = client_of(acme)
    browser.post("/organisation/sign-in/", {"email": sponsor.email})
    way = browser.post("/organisation/sign-in/code/", {"code": _mailed_code(sponsor.email)})

    assert way["Location"] == "/organisation/security/authenticate/"
    assert browser.get("/organisation/").status_code == 302


def test_the_first_sign_in_leads_to_setting_up_a_second_factor(acme: Organisation) -> None:
    """R44: and no tenant's schema keeps from where somebody signs in."""
    newcomer = make_sponsor(acme, has_factor=False)
    browser = client_of(acme)
    browser.post("/organisation/sign-in/", {"email": newcomer.email})
    browser.post("/organisation/sign-in/code/", {"code": _mailed_code(newcomer.email)})

    assert browser.get("/organisation/")["Location"] == "/organisation/security/"
    assert "Add a passkey" in browser.get("/organisation/security/").content.decode()


def test_a_client_user_is_nobody_at_another_organisation(
    beta: Organisation, sponsor: Account, portal: Client
) -> None:
    """I4, I24"""
    browser = client_of(beta)
    browser.cookies["account"] = portal.cookies["account"].value
    assert browser.get("/organisation/").status_code == 302

    browser.post("/organisation/sign-in/", {"email": sponsor.email})
    assert browser.post("/organisation/sign-in/code/", {"code": "12345678"}).status_code != 500
    assert browser.get("/organisation/").status_code == 302


def test_a_client_user_is_nobody_on_the_console(portal: Client) -> None:
    """Scenario 11"""
    for path in ("/", "/staff/"):
        assert portal.get(path, headers={"host": "console.localhost"})["Location"].startswith("/sign-in/")


@pytest.mark.usefixtures("sponsor")
def test_a_participants_page_opens_no_session_of_a_client_user(portal: Client, talk: Conversation) -> None:
    """Architecture 1: the participant's pages never look at it."""
    page = portal.get(f"/{talk.slug}/")

    assert "account" not in page.cookies
    assert "Sponsor" not in page.content.decode()
