"""Staff: a code, then a second factor, and only where somebody is assigned (R65)."""

import re
import secrets
import time
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from accounts.models import Account, Kind
from kernel.messages import letters
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from tenants.models import Assignment, Organisation, Role
from tenants.permissions import RoleMissing
from tenants.services import staff as services
from tests.making import make_conversation, signed_in_client
from tests.staffing import desk_of, make_staff

HOST = "console.localhost"
_CODE = re.compile(r"\b\d{8}\b")


@pytest.fixture
def address() -> str:
    return f"{secrets.token_hex(6)}@staff.example"


@pytest.fixture
def account(address: str) -> Account:
    """An operator who has never signed in."""
    made = services.create_staff(email=address, name="Robin Staff", by=None)
    services.assign(account=made.pk, role=Role.OPERATOR, organisation=None, by=None)
    return made


@pytest.fixture
def door() -> Client:
    return Client(headers={"host": HOST})


def _mailed_code(address: str) -> str:
    sent = next(letter for letter in letters(to=address) if _CODE.search(letter.text))
    match = _CODE.search(sent.text)
    assert match
    return match[0]


def _sign_in(door: Client, address: str) -> str:
    """By code; returns where that leads."""
    door.post("/sign-in/", {"email": address})
    return str(door.post("/sign-in/code/", {"code": _mailed_code(address)})["Location"])


def _set_up_app(door: Client) -> str:
    page = door.get("/security/totp/activate/").content.decode()
    match = re.search(r'class="secret">(\w+)<', page)
    assert match
    return match[1]


def _app_code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


@pytest.mark.usefixtures("account")
def test_nothing_opens_before_a_second_factor_is_set_up(door: Client, address: str) -> None:
    """R65"""
    _sign_in(door, address)

    for path in ("/", "/staff/", "/staff/new/"):
        assert door.get(path)["Location"] == "/security/", path
    assert "Set up a second factor first" in door.get("/security/").content.decode()


@pytest.mark.usefixtures("account")
def test_somebody_sets_up_an_app_and_needs_it_from_then_on(door: Client, address: str) -> None:
    """R65"""
    _sign_in(door, address)
    secret = _set_up_app(door)
    door.post("/security/totp/activate/", {"code": _app_code(secret)})

    codes = door.get("/security/recovery-codes/").content.decode()
    assert door.get("/staff/").status_code == 200
    door.post("/sign-out/")

    assert _sign_in(door, address) == "/security/authenticate/"
    assert door.get("/staff/").status_code == 302
    spare = re.search(r"<li>(\w+)</li>", codes)
    assert spare
    assert "Incorrect" in door.post("/security/authenticate/", {"code": "000000"}).content.decode()
    door.post("/security/authenticate/", {"code": spare[1]})
    assert door.get("/staff/").status_code == 200


@pytest.mark.usefixtures("account")
def test_the_key_of_an_app_is_not_in_the_table(door: Client, address: str) -> None:
    _sign_in(door, address)
    secret = _set_up_app(door)
    door.post("/security/totp/activate/", {"code": _app_code(secret)})

    with control_plane():
        kept = Authenticator.objects.get(user__email=address, type="totp").data
    assert secret not in str(kept)


def test_a_code_of_an_app_is_good_once(door: Client, address: str, account: Account) -> None:
    """ASVS 6.5.1: also for somebody who looked over a shoulder."""
    _sign_in(door, address)
    secret = _set_up_app(door)
    door.post("/security/totp/activate/", {"code": _app_code(secret)})
    door.post("/sign-out/")
    # The seconds in between may begin another code, and then there is nothing to show.
    code = _app_code(secret)
    thief = Client(headers={"host": HOST})
    for browser in (door, thief):
        _sign_in(browser, address)
        browser.post("/security/authenticate/", {"code": code})

    assert thief.get("/staff/")["Location"].startswith(("/sign-in/", "/security/"))
    assert account.email == address


def test_signing_in_and_out_stands_in_the_audit(door: Client, address: str, account: Account) -> None:
    """R64, ASVS 16.3.1: what was refused as well; by id, from nowhere."""
    door.post("/sign-in/", {"email": address})
    door.post("/sign-in/code/", {"code": "00000000"})
    door.post("/sign-in/code/", {"code": _mailed_code(address)})
    door.post("/security/totp/activate/", {"code": _app_code(_set_up_app(door))})
    door.post("/sign-out/")
    _sign_in(door, address)
    door.post("/security/authenticate/", {"code": "000000"})

    with control_plane():
        entries = list(AuditEntry.objects.filter(by=account.pk).order_by("position"))
    assert [entry.what for entry in entries] == [
        *("sign-in code refused", "signed in", "second factor added", "second factor added"),
        *("signed out", "second factor refused"),
    ]
    assert {str(entry.about) for entry in entries} == {"{}"}


def test_an_unknown_address_gets_the_same_page_and_no_mail(
    door: Client, address: str, account: Account
) -> None:
    known = door.post("/sign-in/", {"email": address})
    stranger = f"{secrets.token_hex(6)}@elsewhere.example"
    unknown = Client(headers={"host": HOST}).post("/sign-in/", {"email": stranger})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert not letters(to=stranger)
    assert account.email == address


@pytest.mark.usefixtures("account")
def test_a_wrong_code_opens_nothing_and_the_third_ends_the_try(door: Client, address: str) -> None:
    door.post("/sign-in/", {"email": address})
    for _try in range(3):
        door.post("/sign-in/code/", {"code": "00000000"})

    assert door.post("/sign-in/code/", {"code": _mailed_code(address)})["Location"] == "/sign-in/"
    assert door.get("/")["Location"].startswith("/sign-in/")


def test_nobody_can_sign_up(door: Client) -> None:
    for path in ("/signup/", "/accounts/signup/", "/password/reset/", "/login/"):
        assert door.get(path).status_code == 404, path


def test_whoever_is_switched_off_is_out_at_once(account: Account) -> None:
    operator = make_staff(Role.OPERATOR)
    other = make_staff(Role.OPERATOR)
    desk = desk_of(other)
    assert desk.get("/staff/").status_code == 200

    with control_plane():
        services.switch_off(account=other.id, by=operator)

    assert desk.get("/staff/").status_code == 302
    assert account.is_active


def test_somebody_signs_out_everywhere_else(door: Client, address: str, account: Account) -> None:
    """R65, ASVS 7.2.4, 7.5.2: the list of places, and the way out of the others, once it was shown who asks."""
    second = Client(headers={"host": HOST})
    _sign_in(door, address)
    door.post("/security/totp/activate/", {"code": _app_code(_set_up_app(door))})
    spare = re.findall(r"<li>(\w+)</li>", door.get("/security/recovery-codes/").content.decode())
    _sign_in(second, address)
    second.post("/security/authenticate/", {"code": spare[0]})
    assert "Sign out everywhere else" in second.get("/security/places/").content.decode()

    asked = second.post("/security/places/")["Location"]
    assert asked.startswith("/security/reauthenticate/")
    stolen = Client(headers={"host": HOST})
    stolen.cookies["account"] = second.cookies["account"].value
    assert second.post(asked, {"code": spare[1]}).status_code == 302
    assert stolen.get("/staff/")["Location"].startswith("/sign-in/")
    second.post("/security/places/")

    assert door.get("/security/")["Location"].startswith("/sign-in/")
    page = second.get("/security/places/").content.decode()
    assert ("(here)" in page, "Sign out everywhere else" in page) == (True, False)
    assert account.email == address


def test_a_session_ends_twelve_hours_after_signing_in() -> None:
    staff = make_staff(Role.OPERATOR)
    desk = desk_of(staff)
    with control_plane():
        session = desk.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time() - 13 * 3600}]
        session.save()

    assert desk.get("/staff/")["Location"].startswith("/sign-in/")


def test_a_role_is_asked_for_on_every_page(acme: Organisation) -> None:
    desk = desk_of(make_staff(Role.FACILITATOR, organisation=acme))

    assert desk.get("/").status_code == 200
    for path in ("/staff/", "/staff/new/", f"/staff/{uuid4()}/"):
        assert desk.get(path).status_code == 403, path


def test_the_start_page_lists_the_organisations_somebody_works_for(
    acme: Organisation, beta: Organisation
) -> None:
    page = desk_of(make_staff(Role.FACILITATOR, organisation=acme)).get("/").content.decode()

    assert acme.name in page
    assert beta.name not in page


def test_an_operator_adds_somebody_and_gives_them_a_role(acme: Organisation, address: str) -> None:
    desk = desk_of(make_staff(Role.OPERATOR))

    made = desk.post("/staff/new/", {"name": "Kim", "email": address})
    given = desk.post(f"{made['Location']}assign/", {"role": "facilitator", "organisation": acme.slug})

    assert given.status_code == 302
    assert acme.name in desk.get(made["Location"]).content.decode()
    assert any("console." in letter.text for letter in letters(to=address))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", "email": "kim@staff.example"}, "Give a name"),
        ({"name": "Kim", "email": "no address"}, "Give a name"),
    ],
)
def test_what_is_typed_wrongly_stays_on_the_page(form: dict[str, str], sentence: str) -> None:
    page = desk_of(make_staff(Role.OPERATOR)).post("/staff/new/", form)

    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert form["email"] in page.content.decode()


def test_one_address_is_one_account(address: str, account: Account) -> None:
    page = desk_of(make_staff(Role.OPERATOR)).post("/staff/new/", {"name": "Kim", "email": address.upper()})

    assert "has this address already" in page.content.decode()
    assert account.email == address


def test_giving_power_needs_the_second_factor_again(acme: Organisation) -> None:
    operator, somebody = make_staff(Role.OPERATOR), make_staff()
    desk = desk_of(operator, is_fresh=False)

    refused = desk.post(f"/staff/{somebody.id}/assign/", {"role": "operator", "organisation": ""})

    assert "/security/reauthenticate/" in refused["Location"]
    with control_plane():
        assert not Assignment.objects.filter(account_id=somebody.id).exists()
    assert acme.pk


def test_an_operator_belongs_to_no_single_organisation(acme: Organisation) -> None:
    somebody = make_staff()

    with pytest.raises(services.RoleNeedsPlace):
        services.assign(
            account=somebody.id, role=Role.OPERATOR, organisation=acme, by=make_staff(Role.OPERATOR)
        )


def test_a_facilitator_makes_nobody_anything(acme: Organisation) -> None:
    facilitator = make_staff(Role.FACILITATOR, organisation=acme)

    with pytest.raises(RoleMissing):
        services.create_staff(email="x@staff.example", name="X", by=facilitator)
    with pytest.raises(RoleMissing):
        services.assign(account=facilitator.id, role=Role.OPERATOR, organisation=None, by=facilitator)


def test_the_last_operator_stays() -> None:
    operator = make_staff(Role.OPERATOR)
    with control_plane():
        Assignment.objects.filter(role=Role.OPERATOR).exclude(account_id=operator.id).delete()
        assignment = Assignment.objects.get(account_id=operator.id).pk

        with pytest.raises(services.LastOperator):
            services.unassign(assignment=assignment, by=operator)
        with pytest.raises(services.LastOperator):
            services.switch_off(account=operator.id, by=operator)


def test_what_is_done_to_staff_is_audited(acme: Organisation) -> None:
    """R64: by whom and to whom, without a name or an address."""
    operator, somebody = make_staff(Role.OPERATOR), make_staff()
    services.assign(account=somebody.id, role=Role.SUPPORT, organisation=acme, by=operator)

    with control_plane():
        entry = AuditEntry.objects.filter(what="role given", by=operator.id).get()
    assert entry.about == {"account": str(somebody.id), "role": "support", "organisation": str(acme.pk)}


def test_the_first_operator_is_made_by_command(address: str) -> None:
    call_command("staff", "create", address, "First")

    with control_plane():
        found = Assignment.objects.get(account__email=address)
    assert found.role == Role.OPERATOR
    with pytest.raises(CommandError):
        call_command("staff", "create", address, "First")


def test_the_table_itself_keeps_each_kind_in_its_place(acme: Organisation) -> None:
    with pytest.raises(Exception, match="account_kind_fits_schema"), control_plane():
        Account.objects.create(kind=Kind.CLIENT, email="a@client.example", name="A", password="!")
    with pytest.raises(Exception, match="account_kind_fits_schema"), tenant_context(acme.tenant):
        Account.objects.create(kind=Kind.STAFF, email="a@client.example", name="A", password="!")


def test_a_participants_page_opens_no_account_session(acme: Organisation) -> None:
    """Architecture 1, both ways, in one browser."""
    with tenant_context(acme.tenant):
        talk = make_conversation()
    browser = signed_in_client(acme, talk)
    browser.cookies["account"] = desk_of(make_staff(Role.OPERATOR)).cookies["account"].value

    page = browser.get(f"/{talk.slug}/")
    console = browser.get("/", headers={"host": HOST})

    assert "account" not in page.cookies
    assert page.status_code == 200
    assert "Organisations" in console.content.decode()


def test_a_staff_session_is_nobody_at_an_organisation(acme: Organisation) -> None:
    """I4: sessions lie in the key space of their own site."""
    desk = desk_of(make_staff(Role.OPERATOR))

    page = desk.get("/organisation/", headers={"host": f"{acme.slug}.localhost"})

    assert page.status_code in {302, 404}
    assert desk.get("/staff/", headers={"host": f"{acme.slug}.localhost"}).status_code == 404


def test_valkey_away_is_a_page_and_not_a_fault(door: Client) -> None:
    caches = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
    caches["default"]["KEY_FUNCTION"] = "kernel.cache.tenant_key"
    with override_settings(CACHES=caches):
        page = door.post("/sign-in/", {"email": "kim@staff.example"})

    assert page.status_code == 503
    assert "Retry-After" in page
