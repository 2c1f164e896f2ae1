"""Staff at the door of the console, with a real browser and an authenticator in it (R65, R16)."""

from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import Product, Visitor, visit_console


@pytest.fixture
def desk(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> Visitor:
    return visit_console(product, chromium, contexts, "operator", size=size)


def test_somebody_signs_in_with_a_passkey_alone(desk: Visitor) -> None:
    """R65: made at the first visit, and from then on both factors in one."""
    desk.page.get_by_role("button", name="Sign out").click()
    desk.must_be_accessible()

    desk.page.get_by_role("button", name="Sign in with a passkey").click()

    expect(desk.page.get_by_role("heading", name="Organisations")).to_be_visible()
    desk.must_be_accessible()


def test_the_pages_of_an_account_are_accessible(desk: Visitor) -> None:
    """R16"""
    for path in (
        *("/security/", "/security/totp/activate/", "/security/webauthn/", "/security/webauthn/add/"),
        *("/security/recovery-codes/", "/security/recovery-codes/generate/", "/security/places/"),
        *("/staff/", "/staff/new/", "/sign-out/", "/nowhere/"),
    ):
        desk.go(path, "console")
        desk.must_be_accessible()


def test_an_operator_gives_somebody_a_role(desk: Visitor) -> None:
    """R65: with the second factor once more, because it gives power."""
    desk.go("/staff/new/", "console")
    desk.page.get_by_label("Name").fill("Kim of the journey")
    desk.page.get_by_label("E-mail address").fill(f"kim-{uuid4().hex[:8]}@staff.example")
    desk.page.get_by_role("button", name="Add").click()
    desk.page.get_by_label("Role").select_option("facilitator")
    desk.page.get_by_label("Where").select_option("demo-hospital")
    desk.page.get_by_role("button", name="Give").click()

    expect(desk.page.get_by_role("cell", name="Demo Hospital")).to_be_visible()
    desk.must_be_accessible()
