"""The same journey in other ways: without JavaScript, by keyboard alone, in two tabs, after a sign-out."""

import re

from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import PHONE, Product, visit


def test_everything_works_without_javascript(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R07."""
    visitor = visit(product, chromium, contexts, viewport=PHONE, java_script_enabled=False)
    page = visitor.page
    visitor.sign_in("frankie@demo.example")
    page.get_by_role("link", name="What should we keep exactly as it is?").click()
    page.get_by_text("Write your idea").click()
    page.get_by_label("Your idea").fill("Paper on the wall")
    page.get_by_role("button", name="Post idea").click()
    expect(page.get_by_text("Posted.")).to_be_visible()

    page.get_by_role("button", name="0 likes").click()
    expect(page.get_by_role("button", name="1 like")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Your comment").fill("And a pen.")
    page.get_by_role("button", name="Post comment").click()
    expect(page.get_by_text("And a pen.")).to_be_visible()
    page.get_by_role("button", name="1 like").click()
    expect(page.get_by_role("button", name="0 likes")).to_have_attribute("aria-pressed", "false")


def test_everything_works_by_keyboard(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R16: no pointer from the door to a posted idea, and the focus can always be seen."""
    visitor = visit(product, chromium, contexts, viewport={"width": 1280, "height": 900})
    page = visitor.page
    known = product.codes()
    visitor.go("/workplace/sign-in/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "#address")
    page.keyboard.type("jamie@demo.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/")
    _tab_to(page, "#code")
    page.keyboard.type(product.next_code(known))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(workplace|survey)/$"))
    if page.url.endswith("/survey/"):
        _tab_to(page, "main .govuk-button")
        page.keyboard.press("Enter")
    page.wait_for_url("**/workplace/")
    _tab_to(page, ".card--link a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stream/**")
    _tab_to(page, ".compose summary")
    page.keyboard.press("Enter")
    _tab_to(page, "#text")
    page.keyboard.type("Typed without a pointer")
    _tab_to(page, ".compose .govuk-button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Posted.")).to_be_visible()
    _tab_to(page, ".vote button")
    page.keyboard.press("Space")
    expect(page.locator(".vote button").first).to_have_attribute("aria-pressed", "true")


def _tab_to(page: object, selector: str) -> None:
    """Press Tab until the element has the focus; it must then show it."""
    for _press in range(60):
        page.keyboard.press("Tab")  # type: ignore[attr-defined]
        if page.evaluate(f"document.activeElement.matches({selector!r})"):  # type: ignore[attr-defined]
            style = page.evaluate(  # type: ignore[attr-defined]
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle + s.outlineWidth + s.boxShadow })()"
            )
            assert style != "none0pxnone", f"{selector} does not show its focus"
            return
    raise AssertionError(f"{selector} cannot be reached with the keyboard")


def test_who_was_signed_out_loses_no_word(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    visitor = visit(product, chromium, contexts, viewport=PHONE)
    page = visitor.page
    visitor.sign_in("jo@demo.example")
    page.get_by_role("link", name="What should we keep exactly as it is?").click()
    page.get_by_text("Write your idea").click()
    page.get_by_label("Your idea").fill("Half an hour of careful words")
    visitor.page.context.clear_cookies()

    page.get_by_role("button", name="Post idea").click()

    expect(page.get_by_label("What you typed")).to_have_value("Half an hour of careful words")
    visitor.must_be_accessible()


def test_a_double_click_posts_once(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    visitor = visit(product, chromium, contexts, viewport=PHONE, java_script_enabled=False)
    page = visitor.page
    visitor.sign_in("lee@demo.example")
    page.get_by_role("link", name="What should we keep exactly as it is?").click()
    page.get_by_text("Write your idea").click()
    page.get_by_label("Your idea").fill("Only once, please")

    page.get_by_role("button", name="Post idea").dblclick(no_wait_after=True)
    page.wait_for_url("**posted=1")

    page.get_by_role("link", name="What should we keep exactly as it is?").click()
    expect(page.get_by_text("Only once, please")).to_have_count(1)


def test_a_colleague_who_looks_afterwards_sees_no_mark(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R09, scenario 9: the page and everything in it, as somebody else gets it."""
    author = visit(product, chromium, contexts, viewport=PHONE)
    author.sign_in("max@demo.example")
    author.page.get_by_role("link", name="What should we keep exactly as it is?").click()
    author.page.get_by_text("Write your idea").click()
    author.page.get_by_label("Your idea").fill("Nobody knows that it is mine")
    author.page.get_by_role("button", name="Post idea").click()
    address = author.page.url.replace("?posted=1", "")

    colleague = visit(product, chromium, contexts, viewport=PHONE)
    colleague.sign_in("nicky@demo.example")
    colleague.page.goto(address)

    expect(colleague.page.get_by_text("Nobody knows that it is mine")).to_be_visible()
    source = colleague.page.content()
    for telling in ("max@demo", "only you can see", "Yours"):
        assert telling not in source
    colleague.page.go_back()
    assert colleague.page.evaluate("Object.keys(localStorage).every(key => key.startsWith('seen:'))")
