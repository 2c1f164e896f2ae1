"""Client users: at their own organisation, with a second factor, and nowhere else (R44)."""

import secrets

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import Account, Kind
from conversations.models import Conversation
from conversations.services import tallies
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.accounts.test_staff import _mailed_code
from tests.making import client_of, make_conversation, make_idea, make_people
from tests.reporting.sponsoring import make_sponsor
from tests.staffing import desk_of, make_staff, signed_in_as


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


def test_a_client_user_sees_where_they_are_signed_in_and_ends_the_others(
    acme: Organisation, sponsor: Account, portal: Client
) -> None:
    """ASVS 7.5.2: no schema keeps it, so it says since when and with which browser, and not from where."""
    others = signed_in_as(sponsor, client_of(acme), acme.tenant)

    page = portal.get("/organisation/security/places/").content.decode()
    portal.post("/organisation/security/places/")

    assert "Sign out everywhere else" in page
    assert ("Netscape 4" in page, "Address on the network" in page) == (True, False)
    assert others.get("/organisation/")["Location"].startswith("/organisation/sign-in/")
    assert "(here)" in portal.get("/organisation/security/places/").content.decode()


@pytest.mark.parametrize("act", ["sign-out", "reset", "switch-off"])
def test_an_operator_ends_the_sessions_of_a_client_user(
    acme: Organisation, beta: Organisation, sponsor: Account, portal: Client, act: str
) -> None:
    """ASVS 6.4.4, 7.4.2, 7.4.5: at once; and only operators, their own second factor given again."""
    where = f"/organisations/{acme.pk}/client-users/{sponsor.pk}/change/"
    operator = desk_of(make_staff(Role.OPERATOR))
    assert (
        desk_of(make_staff(Role.FACILITATOR, organisation=acme)).post(where, {"act": act}).status_code == 403
    )
    assert operator.post(where.replace(str(acme.pk), str(beta.pk)), {"act": act}).status_code == 404
    assert (
        "reauthenticate"
        in desk_of(make_staff(Role.OPERATOR), is_fresh=False).post(where, {"act": act})["Location"]
    )
    assert portal.get("/organisation/").status_code == 200

    assert operator.post(where, {"act": act}).status_code == 302

    assert portal.get("/organisation/")["Location"].startswith("/organisation/sign-in/")
    with tenant_context(acme.tenant):
        assert Authenticator.objects.filter(user=sponsor).exists() == (act != "reset")
        assert Account.objects.get(pk=sponsor.pk).is_active == (act != "switch-off")
    operator.post(where, {"act": "switch-on"})
    assert operator.post(where, {"act": "else"}).status_code == 404
    with tenant_context(acme.tenant):
        assert Account.objects.get(pk=sponsor.pk).is_active
