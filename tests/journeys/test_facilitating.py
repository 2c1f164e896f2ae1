"""A facilitator at work in the queue, with a real browser: by keyboard, by hand, and beside a colleague."""

import json
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import DESKTOP, Product, Visitor, visit, visit_console

_MAKE = """
import json
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from conversations.models import Conversation
from conversations.services import conversations, posting
from conversations.services.conversations import Question
from kernel.tenancy import current_tenant
from privacy.vault.interface import vault
now = timezone.now()
made = conversations.create_conversation(slug=SLUG, name="The queue", introduction="Say it.", questions=[Question("What should change?"), Question("What should stay?")], areas=[("everybody", "Everybody")])
conversations.schedule_conversation(conversation=made.pk, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9))
talk = Conversation.objects.get(pk=made.pk)
stream = talk.streams.order_by("position")[0].pk
texts = json.loads(TEXTS)
people = vault().enrol_voices(conversation=talk.pk, count=len(texts), area="everybody")
for by, text in zip(people, texts):
    posting.post_idea(conversation=talk, stream=stream, by=by, form=str(uuid4()), text=text, at=now)
vault().enrol(conversation=talk.pk, roster=b"email\\nrobin@demo.example\\n", areas=["everybody"])
print(json.dumps({"organisation": str(current_tenant().organisation), "project": str(talk.pk)}))
"""


class Talk:
    """A conversation of the hospital with these ideas in it."""

    def __init__(self, product: Product, *texts: str) -> None:
        self.slug = f"queue-{uuid4().hex[:8]}"
        lines = f"SLUG, TEXTS = {self.slug!r}, {json.dumps(texts)!r}\n{_MAKE}"
        made = json.loads(product.in_hospital(lines).strip().splitlines()[-1])
        self.queue = f"/organisations/{made['organisation']}/projects/{made['project']}/queue/"


def _desk(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int] = DESKTOP
) -> Visitor:
    return visit_console(product, chromium, contexts, "facilitator", size=size, site="demo-hospital")


@pytest.fixture
def desk(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> Visitor:
    return _desk(product, chromium, contexts, size)


def _open(page: Page, text: str) -> None:
    page.get_by_role("link", name=re.compile(text)).first.click()
    expect(page.locator("#post article")).to_contain_text(text)


def test_a_hundred_posts_with_the_keyboard_only(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R20, R16: one is hidden with its reason on the way, and taken back."""
    talk = Talk(product, *(f"Idea number {n}, about something of its own" for n in range(100)))
    page = _desk(product, chromium, contexts).page
    page.goto(product.address("console", talk.queue))
    press = page.keyboard.press

    press("j")
    expect(page.locator("#post article")).to_be_visible()
    for key in ("h", "Space", "Tab"):
        press(key)
        if key == "h":
            expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.type("d is a letter here, and nothing else")
    press("Tab")
    with page.expect_navigation():
        press("Enter")
    expect(page.get_by_text("Hidden.")).to_be_visible()
    with page.expect_navigation():
        press("u")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    for _post in range(100):
        with page.expect_navigation():
            press("d")

    expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()


def test_the_keys_are_explained_and_can_be_switched_off(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R16: WCAG 2.1.4; they never work inside a field."""
    talk = Talk(product, "One idea", "Another idea")
    page = _desk(product, chromium, contexts).page
    page.goto(product.address("console", talk.queue))
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog.get_by_text("Mark as done")).to_be_visible()
    dialog.get_by_label("Use these keys on this device").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("j")
    expect(page.locator("#post article")).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    dialog.get_by_label("Use these keys on this device").check()
    dialog.get_by_role("button", name="Close").click()
    page.get_by_text("Filter and search").click()
    page.get_by_label("Words in the text").press_sequentially("jdx")
    expect(page.locator("#post article")).to_have_count(0)
    page.get_by_label("Words in the text").blur()
    page.keyboard.press("j")
    expect(page.locator("#post article")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator(".line--here").get_by_role("checkbox")).to_be_checked()


def test_an_idea_shows_no_author_and_masking_tells_them(
    product: Product,
    chromium: Browser,
    contexts: list[BrowserContext],
    desk: Visitor,
) -> None:
    """R09, R21, R25, scenarios 10 and 12: the words are gone everywhere; the author reads why."""
    talk = Talk(product, "Another idea")
    robin = visit(product, chromium, contexts, viewport=DESKTOP)
    robin.ask_and_type("robin@demo.example", talk.slug)
    robin.page.get_by_role("link", name="What should change?").click()
    robin.page.get_by_text("Write your idea").click()
    robin.page.get_by_label("Your idea").press_sequentially("I saw the ward manager on 7B asleep at noon")
    expect(robin.page.get_by_text("may tell others who is meant")).to_be_visible()
    robin.page.get_by_role("button", name="Post idea").click()
    expect(robin.page.get_by_text("Posted.")).to_be_visible()
    desk.go(talk.queue, "console")
    desk.must_be_accessible()

    page = desk.page
    _open(page, "ward manager")
    desk.must_be_accessible()
    said = page.locator("#post article").inner_text()
    assert "ward manager on 7B" in page.locator("#post mark").first.inner_text()
    assert not re.search(r"robin|@|\d\d:\d\d|[0-9a-f]{8}-|other posts", said, re.IGNORECASE)
    page.keyboard.press("m")
    expect(page.get_by_label("Words to mask")).to_have_value("the ward manager on 7B")
    page.get_by_label("It named somebody").check()
    page.get_by_label("Words to the author").fill("What happened is clear without it.")
    page.get_by_role("button", name="Preview").last.click()
    expect(page.get_by_text("What its author will read:")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_role("button", name="Mask words").click()
    expect(page.get_by_text("Words masked.")).to_be_visible()
    desk.must_be_accessible()

    robin.page.goto(product.address("demo-hospital", f"/{talk.slug}/mine/messages/"))
    expect(robin.page.get_by_text("What happened is clear without it.")).to_be_visible()
    robin.page.goto(product.address("demo-hospital", f"/{talk.slug}/"))
    robin.page.get_by_role("link", name="What should change?").click()
    expect(robin.page.get_by_text("asleep at noon")).to_be_visible()
    expect(robin.page.get_by_text("ward manager")).to_have_count(0)


def test_hide_move_split_and_merge(product: Product, desk: Visitor) -> None:
    """R21-R24, scenarios 13 to 16."""
    talk = Talk(
        product,
        *("Something rude", "Keep the choir on Tuesdays", "Racks for bicycles\nBetter soup\nA quiet library"),
        *("Longer breaks at lunch", "Longer lunch breaks"),
    )
    page = desk.page
    desk.go(talk.queue, "console")

    _open(page, "Something rude")
    page.get_by_role("link", name="Hide", exact=True).click()
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the rule")
    page.get_by_label("It was abusive").check()
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(page.get_by_text("Hidden.")).to_be_visible()

    desk.go(talk.queue, "console")
    _open(page, "Keep the choir")
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("What should stay?").check()
    desk.must_be_accessible()
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Moved.")).to_be_visible()

    desk.go(talk.queue, "console")
    _open(page, "Racks for bicycles")
    page.get_by_role("link", name="Split", exact=True).click()
    expect(page.get_by_label("Its text")).to_have_count(3)
    desk.must_be_accessible()
    page.get_by_role("button", name="Split", exact=True).click()
    expect(page.get_by_text("Split.")).to_be_visible()

    desk.go(talk.queue, "console")
    _open(page, "Longer lunch breaks")
    page.get_by_role("link", name="Merge", exact=True).click()
    page.get_by_label("Longer breaks at lunch").check()
    page.get_by_role("button", name="Preview").last.click()
    expect(page.get_by_text("each person counts once")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Merged.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    desk.must_be_accessible()


def test_two_facilitators_collide_and_lose_nothing(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R20: the second reads who works on it; whoever leaves gives it back."""
    talk = Talk(product, "The one and only idea")
    first, second = (_desk(product, chromium, contexts) for _n in range(2))
    for one in (first, second):
        one.go(talk.queue, "console")
    _open(first.page, "one and only")
    expect(first.page.get_by_text("You are working on this until")).to_be_visible()

    _open(second.page, "one and only")
    expect(second.page.get_by_text("Facilitator of the journey is working on this until")).to_be_visible()
    second.page.get_by_role("link", name="Hide", exact=True).click()
    second.page.get_by_label("It was abusive").check()
    second.page.get_by_label("Words to the author").fill("A long considered note")
    second.page.get_by_role("button", name="Hide", exact=True).click()
    expect(second.page.get_by_role("alert")).to_contain_text("is working on this until")
    expect(second.page.get_by_label("Words to the author")).to_have_value("A long considered note")
    second.must_be_accessible()

    first.go("/", "console")
    expect(first.page.get_by_role("heading", name="Organisations")).to_be_visible()
    second.page.get_by_role("button", name="Hide", exact=True).click()
    expect(second.page.get_by_text("Hidden.")).to_be_visible()


def test_the_pages_beside_the_queue(desk: Visitor, product: Product) -> None:
    """R16, R20."""
    talk = Talk(product, "Bicycle racks at the old canteen", "Bicycle racks at the new canteen")
    desk.go(f"{talk.queue}handover/", "console")
    desk.page.get_by_label("A note").fill("The parking question is heated.")
    desk.page.get_by_role("button", name="Write it down").click()
    expect(desk.page.get_by_text("Written down.")).to_be_visible()
    desk.must_be_accessible()
    desk.go(f"{talk.queue}replies/", "console")
    desk.page.get_by_label("Title").last.fill(f"Names {uuid4().hex[:6]}")
    desk.page.get_by_label("Text").last.fill("We leave names out.")
    desk.page.get_by_role("button", name="Save").last.click()
    expect(desk.page.get_by_text("Saved.")).to_be_visible()
    desk.must_be_accessible()
    desk.go(talk.queue, "console")
    _open(desk.page, "new canteen")
    desk.page.get_by_role("link", name="Remove", exact=True).click()
    desk.page.get_by_role("link", name=re.compile("^Names ")).first.click()
    expect(desk.page.get_by_label("Words to the author")).to_have_value("We leave names out.")
    desk.must_be_accessible()
