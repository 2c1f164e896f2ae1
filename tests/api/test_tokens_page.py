"""Tokens on the pages of accounts: made with the second factor, seen once, taken back (R71)."""

import re

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Account, Token
from conversations.models import Conversation
from kernel.tenancy import control_plane, tenant_context
from tenants.models import Organisation, Role
from tests.api.programs import Program, program_of
from tests.making import client_of
from tests.reporting.sponsoring import make_sponsor
from tests.staffing import desk_of, make_staff, signed_in_as
from web.api.scopes import Scope

_SECRET = re.compile(r"conversations_[\w-]{43}")
_WANTED = {"name": "Nightly figures", "scope": ["read", "acts"], "days": "30"}


def test_staff_make_a_token_use_it_and_take_it_back(acme: Organisation) -> None:
    staff = make_staff(Role.FACILITATOR, organisation=acme)
    desk = desk_of(staff)

    page = desk.post("/tokens/new/", _WANTED).content.decode()
    match = _SECRET.search(page)
    assert match is not None
    program = Program("console.localhost", match[0])
    assert program.get("token/").json()["scopes"] == ["acts", "read"]
    listed = desk.get("/tokens/").content.decode()
    assert "Nightly figures" in listed
    assert match[0] not in listed
    with control_plane():
        token = Token.objects.get(account_id=staff.id)
    assert desk.post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert program.get("token/").status_code == 401


def test_client_users_have_tokens_of_their_own(acme: Organisation) -> None:
    account = make_sponsor(acme)
    browser = signed_in_as(account, client_of(acme), acme.tenant)

    page = browser.post("/organisation/tokens/new/", {**_WANTED, "scope": ["read", "acts"]}).content.decode()
    match = _SECRET.search(page)

    assert match is not None
    program = Program("acme.localhost", match[0], "organisation/")
    assert program.get("token/").json()["scopes"] == ["read"]
    assert browser.get("/organisation/tokens/").status_code == 200


def test_a_token_needs_the_second_factor_just_now(acme: Organisation) -> None:
    """R65: a browser left open makes none."""
    desk = desk_of(make_staff(Role.FACILITATOR, organisation=acme), is_fresh=False)

    response = desk.post("/tokens/new/", _WANTED)

    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]


def test_strangers_have_no_tokens(acme: Organisation) -> None:
    for host, path in (("console.localhost", "/tokens/"), ("acme.localhost", "/organisation/tokens/")):
        browser = Client(headers={"host": host})
        for response in (browser.get(path), browser.post(f"{path}new/", _WANTED)):
            assert response.status_code == 302
            assert "sign-in" in response["Location"]


def test_somebody_elses_token_is_nobodys(acme: Organisation) -> None:
    other = make_staff(Role.FACILITATOR, organisation=acme)
    program_of(other)
    with control_plane():
        token = Token.objects.get(account_id=other.id)

    response = desk_of(make_staff(Role.OPERATOR)).post(f"/tokens/{token.pk}/revoke/")

    assert response.status_code == 404
    with control_plane():
        assert Token.objects.filter(pk=token.pk).exists()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"name": " "}, "Give it a name"),
        ({"name": "a" * 61}, "Give it a name"),
        ({"scope": []}, "Choose at least one thing"),
        ({"scope": ["everything"]}, "Choose at least one thing"),
        ({"days": "91"}, "between 1 and 90"),
        ({"days": "0"}, "between 1 and 90"),
        ({"days": "²"}, "between 1 and 90"),
        ({"days": ""}, "between 1 and 90"),
    ],
)
def test_what_a_token_lacks_is_said(acme: Organisation, wanted: dict[str, object], said: str) -> None:
    response = desk_of(make_staff(Role.FACILITATOR, organisation=acme)).post(
        "/tokens/new/", {**_WANTED, **wanted}
    )

    assert response.status_code == 422
    assert said in response.content.decode()


def test_twenty_are_enough(acme: Organisation) -> None:
    staff = make_staff(Role.FACILITATOR, organisation=acme)
    with control_plane():
        account = Account.objects.get(pk=staff.id)
        for n in range(20):
            tokens.make_token(account=account, name=f"No {n}", scopes=[Scope.READ], days=1, at=timezone.now())

    response = desk_of(staff).post("/tokens/new/", _WANTED)

    assert response.status_code == 409
    assert "20 tokens" in response.content.decode()


def test_a_session_is_good_in_one_conversation_alone(acme: Organisation, talk: Conversation) -> None:
    """R70: another conversation of the same organisation knows nothing of it."""
    from tests.making import make_conversation, signed_in_client

    with tenant_context(acme.tenant):
        other = make_conversation()
    browser = signed_in_client(acme, talk)
    browser.cookies[f"seat-{other.pk.hex[:12]}"] = browser.cookies[f"seat-{talk.pk.hex[:12]}"].value

    assert "sign-in" in browser.get(f"/{other.slug}/mine/")["Location"]


def test_a_session_of_an_older_release_is_over(acme: Organisation, talk: Conversation) -> None:
    """A record without what is asked for now is no fault: whoever has it signs in again."""
    from conversations import auth

    with tenant_context(acme.tenant):
        seat = auth._sessions.create(msgspec.msgpack.encode({"signed_in": 0.0, "ideas": 0, "comments": 0}))
    browser = client_of(acme)
    browser.cookies[f"seat-{talk.pk.hex[:12]}"] = seat

    assert "sign-in" in browser.get(f"/{talk.slug}/mine/")["Location"]
