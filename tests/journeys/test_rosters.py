"""Support brings a roster in: a file with bad rows, small groups, everybody at last (R41, R16)."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import Product, Visitor, visit_console
from tests.making import new_address


@pytest.fixture
def desk(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> Visitor:
    return visit_console(product, chromium, contexts, "operator", size=size)


def _roster(lines: list[str]) -> dict[str, object]:
    return {"name": "staff.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode("cp1252")}


def _bring(desk: Visitor, lines: list[str]) -> None:
    desk.page.get_by_label("Workbook (.xlsx) or CSV file").set_input_files(_roster(lines))  # type: ignore[arg-type]  # playwright's own shape
    desk.page.get_by_role("button", name="Upload and check").click()
    expect(desk.page.get_by_role("heading", name="1. What the columns hold")).to_be_visible(timeout=20_000)


def test_a_roster_is_corrected_merged_and_taken_in(desk: Visitor, size: dict[str, int]) -> None:
    """R41, scenario 3."""
    ids = desk.product.in_hospital(
        "from conversations.queries.conversations import conversation_at\n"
        "from kernel.tenancy import current_tenant\n"
        "print(current_tenant().organisation, conversation_at('workplace').pk)"
    )
    organisation, project = re.findall(r"[0-9a-f-]{36}", ids)
    page, address = desk.page, f"/organisations/{organisation}/projects/{project}/roster/"
    team = f"Team at {size['width']}"  # the product remembers how a column was read
    teams = [("Porters", 30), ("Théâtre", 7), ("Drivers", 6)]
    rows = [f"{new_address()};{name};{n}" for name, count in teams for n in range(count)]
    desk.go(address, "console")
    desk.must_be_accessible()

    _bring(desk, [f"Work email;{team};Desk", *rows, "nobody;Porters;1"])
    expect(page.get_by_text("This is not an e-mail address")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_role("link", name="Upload a corrected file").click()
    _bring(desk, [f"Work email;{team};Desk", *rows])
    page.get_by_label("Desk").select_option("Leave out")
    page.get_by_role("button", name="Read it like this").click()
    expect(page.get_by_role("checkbox", name="Théâtre")).to_be_checked(timeout=20_000)
    page.get_by_label("Together they are called").fill("Small teams")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("every row can be taken in")).to_be_visible(timeout=20_000)
    desk.must_be_accessible()
    page.get_by_role("button", name="Take in 43 rows").click()

    expect(page.get_by_text("The roster is taken in.")).to_be_visible(timeout=20_000)
    desk.must_be_accessible()
    page.get_by_role("link", name="Back to the roster").click()
    page.get_by_text(f"{team}: 2 groups").click()
    expect(page.get_by_role("rowheader", name="Small teams").locator("visible=true")).to_be_visible()
    desk.must_be_accessible()
