"""Second factors: changed by whoever has just shown all of who they are, taken away by operators."""

import time

from allauth.mfa.models import Authenticator

from kernel.tenancy import control_plane
from tenants.models import Role
from tests.staffing import desk_of, make_staff


def test_changing_how_one_signs_in_asks_for_all_of_it_again() -> None:
    """ASVS 7.4.3, 7.4.4, 7.5.1: ten minutes after signing in the second factor alone is not enough."""
    desk = desk_of(make_staff(Role.OPERATOR))
    page = desk.get("/security/").content.decode()
    assert "Sign out" in page
    assert "/security/places/" in page
    assert desk.get("/security/recovery-codes/generate/").status_code == 200
    with control_plane():
        session = desk.session
        records = session["account_authentication_methods"]
        session["account_authentication_methods"] = [{**records[0], "at": time.time() - 601}, records[1]]
        session.save()

    for path in ("totp/deactivate/", "totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        assert desk.get(f"/security/{path}")["Location"].startswith("/sign-in/"), path


def test_resetting_a_second_factor_ends_everything_and_asks_for_ones_own() -> None:
    """ASVS 6.4.4: an operator does it, whose own factor was given just before; a new one is set up after a code."""
    somebody = make_staff(Role.OPERATOR)
    desk, change = desk_of(somebody), f"/staff/{somebody.id}/change/"
    refused = desk_of(make_staff(Role.OPERATOR), is_fresh=False).post(change, {"act": "reset"})
    assert refused["Location"].startswith("/security/reauthenticate/")
    assert desk.get("/staff/").status_code == 200

    assert desk_of(make_staff(Role.OPERATOR)).post(change, {"act": "reset"}).status_code == 302

    assert desk.get("/staff/").status_code == 302
    with control_plane():
        assert not Authenticator.objects.filter(user_id=somebody.id).exists()
