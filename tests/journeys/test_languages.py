"""Languages in a browser: the switch, sentences that are much longer, lines that run from the right."""

import re

from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import PHONE, Product, Visitor, visit


def _look_everywhere(visitor: Visitor, code: str) -> None:
    """Sign in, change the language, and look at every kind of page."""
    visitor.sign_in("sam@demo.example")
    visitor.go(f"/_language/{code}/?back=/workplace/")
    visitor.must_be_accessible()
    for step in visitor.page.locator(".steps summary").all():
        step.click()
    visitor.must_be_accessible()
    visitor.page.locator(".card--link a").first.click()
    visitor.page.locator(".compose summary").click()
    visitor.must_be_accessible()
    visitor.page.locator(".compose button[type=submit]").first.click()
    expect(visitor.page.locator("#text-error")).to_be_visible()
    visitor.must_be_accessible()
    visitor.page.locator(".crumb").click()
    visitor.page.locator(".idea__link").first.click()
    visitor.must_be_accessible()
    for path in ("/workplace/mine/", "/nothing/here/", "/"):
        visitor.go(path)
        visitor.must_be_accessible()


def test_welsh_is_one_step_away_without_javascript(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R17."""
    visitor = visit(product, chromium, contexts, viewport=PHONE, java_script_enabled=False)
    page = visitor.page
    visitor.go("/workplace/")

    page.get_by_role("link", name="Cymraeg").click()

    expect(page).to_have_url(re.compile("/workplace/$"))
    expect(page.locator("html")).to_have_attribute("lang", "cy")
    page.get_by_role("link", name="Mewngofnodwch i gymryd rhan").click()
    expect(page.get_by_role("button", name="Anfon cod ataf")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("button", name="Send me a code")).to_be_visible()


def test_the_browser_says_which_language_comes_first(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R17: also what the script writes follows the page."""
    visitor = visit(product, chromium, contexts, viewport=PHONE, locale="cy-GB")
    page = visitor.page
    known = product.codes()
    visitor.go("/workplace/sign-in/")
    page.get_by_label("Eich cyfeiriad e-bost neu rif ffôn symudol").fill("sam@demo.example")
    page.get_by_role("button", name="Anfon cod ataf").click()
    page.get_by_label("Cod wyth digid").fill(product.next_code(known))
    page.get_by_role("main").get_by_role("button", name="Mewngofnodi").click()
    expect(page.get_by_text(re.compile("Diwrnod [67] o 21"))).to_be_visible()
    visitor.must_be_accessible()

    page.locator(".card--link a").first.click()
    page.get_by_text("Ysgrifennwch eich syniad").click()
    page.get_by_label("Eich syniad").fill("Mwy o olau dydd")

    expect(page.get_by_text("2,985 nod ar ôl")).to_be_visible()
    visitor.must_be_accessible()


def test_longer_sentences_fit_on_a_narrow_screen(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R17: every sentence 40 % longer, at 320 pixels."""
    _look_everywhere(visit(product, chromium, contexts, viewport={"width": 320, "height": 640}), "eo")


def test_a_language_from_the_right(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R17: the smoke test for right-to-left; what points along the line turns round."""
    visitor = visit(product, chromium, contexts, viewport=PHONE)
    _look_everywhere(visitor, "ar")
    visitor.go("/workplace/mine/")

    expect(visitor.page.locator("html")).to_have_attribute("dir", "rtl")
    mark = visitor.page.locator(".band__mark").bounding_box()
    assert mark is not None
    assert mark["x"] > PHONE["width"] / 2
    out = visitor.page.locator("svg.icon--turns").first
    assert out.evaluate("e => getComputedStyle(e).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
