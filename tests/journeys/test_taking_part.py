"""Taking part with JavaScript: drafts, help while writing, changing one's own, counters that move."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import DESKTOP, Product, Visitor, visit

_QUESTION = "What should we keep exactly as it is?"


def _open_compose(page: Page) -> None:
    page.get_by_role("link", name=_QUESTION).click()
    page.get_by_text("Write your idea").click()


def test_help_while_writing_and_a_hint_that_lets_through(visitor: Visitor, size: dict[str, int]) -> None:
    """R08, R11, R16."""
    visitor.sign_in("jamie@demo.example")
    page = visitor.page
    _open_compose(page)
    existing = page.locator("article .idea__text").first.inner_text()

    page.get_by_label("Your idea").press_sequentially(f"Mrs Okafor says: {existing}"[:120])

    expect(page.get_by_text("Somebody may have said this already.")).to_be_visible()
    expect(page.get_by_text("“Mrs Okafor” may name a person.")).to_be_visible()
    expect(page.get_by_label("Your idea")).to_be_focused()
    visitor.must_be_accessible()
    page.get_by_role("button", name="Post idea").click()
    expect(page.get_by_text("Posted.")).to_be_visible()

    page.get_by_role("button", name="Change", exact=True).first.click()
    visitor.must_be_accessible()
    page.get_by_label("Your text").fill(f"A text that was changed, at {size['width']}")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("Changed by its author").first).to_be_visible()
    visitor.must_be_accessible()
    page.get_by_role("button", name="Delete", exact=True).first.click()
    visitor.must_be_accessible()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Its text is gone")).to_be_visible()


def test_a_draft_stays_on_the_device_until_it_was_posted(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R07: also when the session has ended meanwhile."""
    visitor = visit(product, chromium, contexts, viewport=DESKTOP)
    visitor.sign_in("lee@demo.example")
    page = visitor.page
    _open_compose(page)
    page.get_by_label("Your idea").fill("The choir on Tuesdays")
    page.reload()
    expect(page.get_by_text("Your draft from this device.")).to_be_visible()
    expect(page.get_by_label("Your idea")).to_have_value("The choir on Tuesdays")
    visitor.must_be_accessible()

    page.context.clear_cookies(name=re.compile("^seat-"))
    page.get_by_role("button", name="Post idea").click()
    expect(page.get_by_text("You are no longer signed in.")).to_be_visible()
    visitor.sign_in("lee@demo.example")
    page.get_by_role("link", name=_QUESTION).click()
    expect(page.get_by_label("Your idea")).to_have_value("The choir on Tuesdays")

    page.get_by_role("button", name="Post idea").click()
    expect(page.get_by_text("Posted.")).to_be_visible()
    page.get_by_label("Your comment").fill("Half a thought")
    page.reload()
    expect(page.get_by_label("Your comment")).to_have_value("Half a thought")
    page.get_by_role("button", name="Discard it").click()
    page.reload()
    expect(page.get_by_label("Your comment")).to_have_value("")
    page.get_by_label("Your comment").fill("Another")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in to take part")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []


def test_a_search_by_keyboard(visitor: Visitor) -> None:
    """R08, R16."""
    visitor.sign_in("jo@demo.example")
    page = visitor.page
    visitor.must_be_accessible()
    page.get_by_label("Search the ideas").fill("team")
    page.get_by_label("Search the ideas").press("Enter")

    expect(page.locator("mark").first).to_be_visible()
    visitor.must_be_accessible()
    page.get_by_label("Search the ideas").fill("hovercraft")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No idea found")).to_be_visible()
    visitor.must_be_accessible()


def test_counters_move_without_touching_the_focus(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R07: somebody else's vote arrives within a minute; what has the focus keeps it."""
    watcher, voter = (visit(product, chromium, contexts, viewport=DESKTOP) for _n in range(2))
    watcher.sign_in("pat@demo.example")
    watcher.page.clock.install()
    watcher.page.get_by_role("link", name=_QUESTION).click()
    like = watcher.page.locator("article .vote button[id^=like-]").first
    before, address = like.inner_text(), str(like.get_attribute("id"))
    like.focus()
    voter.sign_in("nicky@demo.example")
    voter.page.get_by_role("link", name=_QUESTION).click()
    theirs = voter.page.locator(f"[id='{address}']")
    theirs.click()
    expect(theirs).to_have_attribute("aria-pressed", "true")

    watcher.page.clock.run_for(61_000)

    expect(like).not_to_have_text(before)
    expect(like).to_be_focused()
    expect(like).to_have_attribute("aria-pressed", "false")
    theirs.click()
    expect(theirs).to_have_attribute("aria-pressed", "false")
