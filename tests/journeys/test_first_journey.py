"""The first journey, at 360 and at 1280 pixels: signing in, reading, posting, commenting, voting."""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import PHONE, Product, Visitor, visit


def test_somebody_signs_in_reads_posts_comments_and_votes(visitor: Visitor, size: dict[str, int]) -> None:
    """R03, R07, R12, R16: the whole way, every page looked at for accessibility."""
    page = visitor.page
    visitor.go("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Demo Hospital")
    visitor.must_be_accessible()

    page.get_by_role("link", name="What would make this a better place to work?").click()
    expect(page.get_by_role("link", name="Sign in to take part")).to_be_visible()
    visitor.must_be_accessible()
    for step in page.locator(".steps summary").all():
        step.click()
    visitor.must_be_accessible()

    page.get_by_role("link", name="Sign in to take part").click()
    visitor.must_be_accessible()
    visitor.sign_in("robin@demo.example")
    # The seventh where midnight has passed since the product was started.
    expect(page.get_by_text(re.compile(r"Day [67] of 21"))).to_be_visible()
    visitor.must_be_accessible()
    page.get_by_role("link", name="What should we keep exactly as it is?").click()
    visitor.must_be_accessible()

    page.get_by_text("Write your idea").click()
    words = f"The garden behind the laundry, at {size['width']}"
    page.get_by_label("Your idea").fill(words)
    visitor.must_be_accessible()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("What others will see")).to_be_visible()
    visitor.must_be_accessible()
    page.get_by_role("button", name="Post idea").click()
    expect(page.get_by_text("Posted.")).to_be_visible()
    expect(page.get_by_text("only you can see this")).to_be_visible()
    visitor.must_be_accessible()

    page.get_by_label("Your comment").fill("With benches.")
    page.get_by_role("button", name="Post comment").click()
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()

    _like_dislike_and_withdraw(page)
    visitor.must_be_accessible()

    page.get_by_role("link", name="My pages").click()
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("With benches.").first).to_be_visible()
    visitor.must_be_accessible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in to take part")).to_be_visible()


def _like_dislike_and_withdraw(page: Page) -> None:
    page.get_by_role("button", name="0 likes").click()
    expect(page.get_by_role("button", name="1 like")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("One vote so far.")).to_be_visible()
    page.get_by_role("button", name="0 dislikes").click()
    expect(page.get_by_role("button", name="1 dislike")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="1 dislike").click()
    expect(page.get_by_text("No votes yet.")).to_be_visible()


def test_sorting_and_paging_by_hand(visitor: Visitor) -> None:
    """R08."""
    visitor.sign_in()
    page = visitor.page
    page.get_by_role("link", name="What gets in the way of a good day at work?").click()

    for words in ("Most liked", "Most discussed", "Most divided", "Newest"):
        page.get_by_role("link", name=words).click()
        expect(page.get_by_role("link", name=words)).to_have_attribute("aria-current", "true")
        visitor.must_be_accessible()


def test_wrong_input_is_answered_kindly(visitor: Visitor) -> None:
    """Nothing typed is lost, the sentence stands beside the field, and the page stays accessible."""
    page = visitor.page
    visitor.go("/workplace/sign-in/")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.locator("#address-error")).to_have_text("Type your e-mail address or mobile number.")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    visitor.must_be_accessible()

    page.get_by_label("Your e-mail address or mobile number").fill("kit@demo.example")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Eight-digit code").fill("1234")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.locator("#code-error")).to_contain_text("eight digits")
    visitor.must_be_accessible()

    visitor.sign_in("kit@demo.example")
    page.get_by_role("link", name="What should we keep exactly as it is?").click()
    page.get_by_text("Write your idea").click()
    page.get_by_label("Your idea").fill("x" * 3001)
    expect(page.get_by_text("-1 characters left")).to_be_visible()
    page.get_by_role("button", name="Post idea").click()
    expect(page.locator("#text-error")).to_contain_text("3,001 characters long")
    expect(page.get_by_label("Your idea")).to_have_value("x" * 3001)
    visitor.must_be_accessible()


def test_pages_that_are_not_there_lead_back(visitor: Visitor) -> None:
    visitor.go("/nothing/here/")
    expect(visitor.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    visitor.must_be_accessible()

    visitor.page.get_by_role("link", name="Back to the start page").click()

    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Conversations at")


def test_the_demonstration_explains_itself(visitor: Visitor) -> None:
    for path in ("/", "/outbox/", "/_components/"):
        visitor.go(path, site="")
        visitor.must_be_accessible()
    visitor.go("/", site="")

    visitor.page.get_by_role("link", name="Demo Council").click()

    expect(visitor.page).to_have_url(re.compile("demo-council.localhost"))


def test_empty_and_long_things_keep_their_shape(visitor: Visitor) -> None:
    """Long words, long lines, an empty page of one's own."""
    visitor.sign_in("sam@demo.example")
    page = visitor.page
    page.get_by_role("link", name="My pages").click()
    visitor.must_be_accessible()
    visitor.go("/workplace/")
    page.get_by_role("link", name="If you could change one thing tomorrow").click()
    page.get_by_text("Write your idea").click()
    page.get_by_label("Your idea").fill(
        "Donaudampfschifffahrtsgesellschaft" * 12 + "\n\n" + "many words " * 150
    )
    page.get_by_role("button", name="Post idea").click()
    visitor.must_be_accessible()
    page.get_by_role("link", name="If you could change one thing tomorrow").click()
    visitor.must_be_accessible()


def test_in_the_dark_and_at_four_hundred_percent(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R16: dark scheme; 1280 pixels at 400 % are 320 pixels."""
    for options in ({"color_scheme": "dark", "viewport": PHONE}, {"viewport": {"width": 320, "height": 256}}):
        visitor = visit(product, chromium, contexts, **options)
        visitor.sign_in("alex@demo.example")
        visitor.must_be_accessible()
        visitor.page.get_by_role("link", name="What gets in the way of a good day at work?").click()
        visitor.must_be_accessible()
        visitor.page.locator(".idea__link").first.click()
        visitor.must_be_accessible()


def test_with_colours_forced_votes_can_still_be_told(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R16: high contrast; state is never colour alone."""
    visitor = visit(
        product, chromium, contexts, viewport=PHONE, forced_colors="active", reduced_motion="reduce"
    )
    visitor.sign_in("charlie@demo.example")
    visitor.page.get_by_role("link", name="What should we keep exactly as it is?").click()
    button = visitor.page.locator(".vote button").first
    button.click()

    expect(visitor.page.locator(".vote button[aria-pressed=true]").first).to_be_visible()
    outline = visitor.page.locator(".vote button[aria-pressed=true]").first.evaluate(
        "e => getComputedStyle(e).outlineStyle"
    )
    assert outline == "solid"
