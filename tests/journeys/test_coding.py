"""An analyst at the coding desk, with a real browser: by keyboard, by hand, on a phone."""

import json
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import Product, Visitor, visit_console

_MAKE = """
import json
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from conversations.models import Area, Comment, Conversation, Idea
from conversations.services import conversations
from conversations.services.conversations import Question
from kernel.tenancy import current_tenant
from reporting.coding.services import frames, given, suggesting
from reporting.coding.services.frames import Wording
from reporting.coding.services.given import Given, Passage
from tenants.models import Role
from tenants.permissions import Staff
now = timezone.now()
made = conversations.create_conversation(slug=SLUG, name="A better hospital", introduction="Say it.", questions=[Question("What should change on your ward?"), Question("What should stay?")], areas=[("staff", "Staff"), ("students", "Students")])
conversations.schedule_conversation(conversation=made.pk, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9))
talk = Conversation.objects.get(pk=made.pk)
analysts = [Staff(id=uuid4(), name=name, roles=frozenset({Role.ANALYST})) for name in ("Ada", "Bo")]
why = {"conversation": talk, "by": analysts[0], "at": now}
work = frames.add_code(parent=None, wording=Wording("Work", "Shifts, breaks and what people do all day."), **why)
codes = {name: frames.add_code(parent=parent, wording=Wording(name, said), **why) for name, parent, said in (("Hours and shifts", work.pk, "When people work, and how long."), ("Breaks", work.pk, ""), ("Pay", None, "Money for work, allowances."), ("Rooms and light", None, "Where people work."), ("Leadership", None, "How people are led, listened to and told."))}
frames.publish_version(note="Pilot with 30 posts", **why)
said = {"Hours and shifts": "Shifts should be known four weeks ahead, not four days", "Pay": "The pay for nights has not risen for years", "Rooms and light": "The rooms without daylight make everybody tired", "Leadership": "Managers could ask us before they decide"}
streams, areas = list(talk.streams.order_by("position")), list(Area.objects.filter(conversation=talk))
for n in range(48):
    name = list(said)[n % 4]
    idea = Idea.objects.create(text=f"{said[name]}, says ward {n}.", stream=streams[n % 2], area=areas[n % 2], day=now.date(), source="paper")
    if n % 6 == 0:
        Comment.objects.create(idea=idea, text="I see it just so, and would add that breaks are missed.", day=now.date(), source="paper")
    if n < 36:
        for by in analysts[: 1 + (n % 3 == 0)]:
            chosen = codes["Breaks"] if n % 9 == 0 and by is analysts[1] else codes[name]
            given.code_post(conversation=talk, post=idea.pk, seen=0, given=Given(frozenset({chosen.pk}), frozenset({Passage(chosen.pk, 0, 10)} if n % 5 == 0 else ())), by=by, at=now)
suggesting.suggest(conversation=talk, at=now)
print(json.dumps({"organisation": str(current_tenant().organisation), "project": str(talk.pk), "code": str(codes["Pay"].pk)}))
"""


class Talk:
    """A conversation of the hospital, two thirds of it coded."""

    def __init__(self, product: Product) -> None:
        lines = f"SLUG = {f'coding-{uuid4().hex[:8]}'!r}\n{_MAKE}"
        made = json.loads(product.in_hospital(lines).strip().splitlines()[-1])
        self.code = made["code"]
        self._start = f"/organisations/{made['organisation']}/projects/{made['project']}/coding/"

    def at(self, page: str = "") -> str:
        return self._start + page


@pytest.fixture
def desk(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> Visitor:
    return visit_console(product, chromium, contexts, "analyst", size=size, site="demo-hospital")


def test_every_page_of_coding_is_accessible(product: Product, desk: Visitor) -> None:
    """R50, R51, R56, R16: on a phone as well."""
    talk = Talk(product)
    for page in (
        *("", "frame/", f"frame/{talk.code}/", "frame/history/", "frame/versions/1/", "progress/"),
        *("agreement/", "disagreements/", "search/?q=rooms", "exchange/"),
    ):
        desk.go(talk.at(page), "console")
        desk.must_be_accessible()
    desk.go(talk.at("disagreements/"), "console")
    desk.page.locator(".line__link").first.click()
    expect(desk.page.get_by_role("heading", name="Settle a disagreement")).to_be_visible()
    desk.must_be_accessible()
    desk.go(talk.at(), "console")
    desk.page.get_by_role("link", name=re.compile("rooms without daylight")).first.click()
    expect(desk.page.get_by_role("heading", name="Suggested from")).to_be_visible()
    desk.must_be_accessible()


def test_posts_are_coded_with_the_keyboard_alone(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R51: whole posts, words of them, none at all; and back again."""
    talk = Talk(product)
    desk = visit_console(product, chromium, contexts, "analyst", site="demo-hospital")
    page = desk.page
    desk.go(talk.at(), "console")
    unread = page.get_by_role("link", name=re.compile("^Unread"))
    before = int(re.sub(r"\D", "", unread.inner_text()))
    page.keyboard.press("j")
    expect(page.locator("#post article")).to_be_visible()

    page.keyboard.press("4")
    # A suggestion may offer the same code above: the key ticks the one it stands beside.
    expect(page.locator('[data-code-key="4"]')).to_be_checked()
    page.evaluate(
        """() => { const text = document.querySelector("[data-post-text]").firstChild;
        const range = document.createRange(); range.setStart(text, 4); range.setEnd(text, 12);
        getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    page.keyboard.press("5")
    expect(page.locator("[data-spans] li")).to_have_count(1)
    desk.must_be_accessible()
    page.keyboard.press("n")
    expect(page.get_by_text("Kept.")).to_be_visible()
    page.keyboard.press("r")
    expect(unread).to_have_text(re.compile(str(before - 2)))

    page.keyboard.press("u")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(unread).to_have_text(re.compile(str(before - 1)))
    page.get_by_role("link", name=re.compile("^Read by you")).click()
    page.locator(".line__link").first.click()
    expect(page.locator("[data-post-text] mark")).to_have_count(1)
    expect(page.get_by_role("checkbox", name="Pay", exact=True)).to_be_checked()
