"""The pages about a conversation and its paper form, in a browser."""

import httpx
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import PHONE, Product, Visitor, visit

_PAGES = ("Rules", "Questions and answers", "Privacy", "Support", "Accessibility")


def test_every_page_about_the_conversation_is_one_link_away(visitor: Visitor) -> None:
    """R13, R16: from the foot of any page, before anybody signs in."""
    page = visitor.page
    visitor.go("/workplace/sign-in/")

    for name in _PAGES:
        page.get_by_role("navigation", name="About this conversation").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        visitor.must_be_accessible()
    visitor.go("/workplace/about/privacy/")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="The last resort").click()
    expect(page.get_by_role("heading", name="The last resort")).to_be_in_viewport()


def test_they_read_well_in_the_dark_and_at_four_hundred_percent(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R16."""
    for options in ({"color_scheme": "dark", "viewport": PHONE}, {"viewport": {"width": 320, "height": 256}}):
        visitor = visit(product, chromium, contexts, **options)
        for code in ("rules", "questions", "privacy", "support", "accessibility"):
            visitor.go(f"/workplace/about/{code}/")
            visitor.must_be_accessible()
        # The guide for people who write programs.
        visitor.go("/api/v1/organisation/")
        visitor.must_be_accessible()


def test_the_paper_form_is_found_on_the_welcome_page(visitor: Visitor) -> None:
    """R18."""
    visitor.go("/workplace/")
    address = visitor.page.get_by_role("link", name="Print the paper form (PDF)").get_attribute("href")

    answer = httpx.get(
        f"http://127.0.0.1:{visitor.product.port}{address}",
        headers={"host": "demo-hospital.localhost"},
        trust_env=False,
    )

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
