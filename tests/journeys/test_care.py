"""A life in danger, and the last resort: each from the first page to the last, with real browsers."""

import json
import time
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import DESKTOP, Product, Visitor, visit_console

_MAKE = """
import json
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from conversations.models import Conversation
from conversations.services import conversations, posting, reporting
from conversations.services.conversations import Question
from kernel.tenancy import current_tenant
from privacy.anonymity import Kind
from privacy.vault.interface import vault
now = timezone.now()
made = conversations.create_conversation(slug=SLUG, name="How we are", questions=[Question("How are you?")], areas=[("everybody", "Everybody")])
conversations.schedule_conversation(conversation=made.pk, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9))
Conversation.objects.filter(pk=made.pk).update(identifies_for_wellbeing=True)
talk = Conversation.objects.get(pk=made.pk)
vault().enrol(conversation=talk.pk, roster=ROSTER.encode(), areas=["everybody"])
print(json.dumps({"organisation": str(current_tenant().organisation), "project": str(talk.pk)}))
"""


class Talk:
    """A conversation of the hospital, whose roster holds one writer, one reader and twelve others."""

    def __init__(self, product: Product) -> None:
        self.slug, self.product = f"care-{uuid4().hex[:8]}", product
        self.writer, self.reader = (f"{name}-{uuid4().hex[:8]}@demo.example" for name in ("writer", "reader"))
        others = [f"{uuid4().hex[:12]}@demo.example" for _n in range(12)]
        roster = "\n".join(["email", self.writer, self.reader, *others])
        printed = product.in_hospital(f"SLUG, ROSTER = {self.slug!r}, {roster!r}\n{_MAKE}")
        made = json.loads(printed.strip().splitlines()[-1])
        self.client = f"/organisations/{made['organisation']}"
        self.project = f"{self.client}/projects/{made['project']}"


@pytest.fixture
def talk(product: Product) -> Talk:
    made = Talk(product)
    product.manage("privacy-officers", "add", "demo-hospital", "officer@clever.example")
    return made


def _post(visitor: Visitor, talk: Talk, words: str) -> str:
    """Somebody on the roster writes an idea; returns its id."""
    visitor.ask_and_type(talk.writer, talk.slug)
    page = visitor.page
    page.get_by_role("link", name="How are you?").click()
    page.get_by_text("Write your idea").click()
    page.get_by_label("Your idea").fill(words)
    page.get_by_role("button", name="Post idea").click()
    expect(page.get_by_text("Posted.")).to_be_visible()
    return talk.product.in_hospital(
        f"from conversations.models import Idea\nprint(Idea.objects.get(text={words!r}).pk)"
    ).split()[-1]


def _letters_to(product: Product, address: str, least: int = 1) -> list[str]:
    """What lies in the outbox for somebody, once there are so many."""
    for _try in range(300):
        found = [json.loads(path.read_text()) for path in (product.folder / "outbox").glob("*.json")]
        texts = [str(letter["text"]) for letter in found if letter["to"] == address]
        if len(texts) >= least:
            return texts
        time.sleep(0.1)
    raise AssertionError(f"{address} got {len(texts)} of {least} messages in half a minute.")


def _send(page: Page, label: str, words: str, button: str) -> None:
    page.get_by_label(label).fill(words)
    page.get_by_role("button", name=button).click()


def test_a_life_in_danger(
    product: Product,
    chromium: Browser,
    contexts: list[BrowserContext],
    talk: Talk,
    visitor: Visitor,
    size: dict[str, int],
) -> None:
    """R28, scenario 20: a worry calls who is on duty; support is offered blind, and read in the inbox."""
    duty = f"duty-{uuid4().hex[:8]}@clever.example"
    desk = visit_console(product, chromium, contexts, "facilitator", size=size, site="demo-hospital")
    desk.go(f"{talk.client}/duty/", "console")
    desk.page.get_by_label("Name").fill("Dee on duty")
    desk.page.get_by_label("E-mail address").fill(duty)
    desk.page.get_by_role("button", name="Put on duty").click()
    desk.must_be_accessible()
    words = f"I do not see how to go on {uuid4().hex[:6]}"
    idea = _post(visitor, talk, words)
    visitor.page.context.clear_cookies()
    visitor.ask_and_type(talk.reader, talk.slug)
    visitor.go(f"/{talk.slug}/idea/{idea}/")
    visitor.page.get_by_role("link", name="Report").first.click()
    visitor.page.get_by_label("I am worried about somebody's safety").check()
    visitor.page.get_by_role("button", name="Report it").click()

    (call,) = _letters_to(product, duty)
    desk.page.goto(call.split()[-1])
    expect(desk.page.get_by_text("Who is on duty was called.")).to_be_visible()
    desk.must_be_accessible()
    _send(desk.page, "Your words", "We are worried about you. You can write to us here.", "Offer support")
    expect(desk.page.get_by_text("Support was offered to whoever wrote this.")).to_be_visible()
    _send(
        desk.page, "What was decided, or done", "We wait for an answer until tomorrow.", "Put it into the log"
    )
    expect(desk.page.get_by_text("We wait for an answer until tomorrow.")).to_be_visible()
    desk.must_be_accessible()
    desk.go(f"{talk.project}/safeguarding/", "console")
    desk.must_be_accessible()

    # One mail with the code, and the one that leaves at once.
    assert any("there may be something for you" in text for text in _letters_to(product, talk.writer, 2))
    visitor.page.context.clear_cookies()
    visitor.ask_and_type(talk.writer, talk.slug)
    visitor.go(f"/{talk.slug}/mine/messages/")
    expect(visitor.page.get_by_text("We are worried about you.")).to_be_visible()
    expect(visitor.page.get_by_text("116 123")).to_be_visible()
    visitor.must_be_accessible()


def test_the_last_resort(
    product: Product,
    chromium: Browser,
    contexts: list[BrowserContext],
    talk: Talk,
    visitor: Visitor,
    size: dict[str, int],
) -> None:
    """R27, scenario 21: asked by A, not decided by A, approved by B, shown once; with no B nothing opens."""
    idea = _post(visitor, talk, f"You are all worth nothing {uuid4().hex[:6]}")
    one, other = (
        visit_console(product, chromium, contexts, "privacy officer", size=size, site="demo-hospital")
        for _officer in range(2)
    )
    path = f"{talk.project}/posts/idea/{idea}/identify/"
    one.go(path, "console")
    one.must_be_accessible()
    one.page.get_by_label("It is personally abusive").check()
    _send(one.page, "What happened", "It insults Jane Miller.", "Ask a privacy officer")
    expect(one.page.get_by_role("alert")).to_contain_text("may name or reach somebody")
    one.must_be_accessible()
    _send(one.page, "What happened", "It insults everybody on a ward, for weeks.", "Ask a privacy officer")
    expect(one.page.get_by_text("You cannot decide about what you asked for.")).to_be_visible()
    expect(one.page.get_by_role("button", name="Show it once")).to_have_count(0)
    one.must_be_accessible()

    other.page.goto(_letters_to(product, "officer@clever.example")[-1].split()[0])
    other.go(path, "console")
    other.must_be_accessible()
    other.page.get_by_role("button", name="Approve").click()
    _confirm(other.page)
    expect(other.page.get_by_text("Approved, not seen yet")).to_be_visible()
    other.must_be_accessible()

    one.go(path, "console")
    one.page.get_by_role("button", name="Show it once").click()
    _confirm(one.page)
    expect(one.page.get_by_text(talk.writer)).to_be_visible()
    one.must_be_accessible()
    one.page.get_by_role("link", name="Done").click()
    expect(one.page.get_by_role("main")).to_contain_text("once")
    one.go(path, "console")
    expect(one.page.get_by_role("button", name="Show it once")).to_have_count(0)
    assert talk.writer not in one.page.content()

    log = product.manage("audit", "verify")
    assert "what was recorded" in log
    visitor.go(f"/{talk.slug}/mine/messages/")
    expect(visitor.page.get_by_text("It was uncovered who wrote this")).to_be_visible()
    visitor.must_be_accessible()


def _confirm(page: Page) -> None:
    """The second factor once more, unless it was given minutes ago."""
    if "/reauthenticate/" in page.url:
        page.get_by_role("button", name="passkey").click()


def test_support_answers_by_mail(
    product: Product, chromium: Browser, contexts: list[BrowserContext], talk: Talk, visitor: Visitor
) -> None:
    """R66, R04: from the form on the sign-in page to the mailbox."""
    contact = f"lost-{uuid4().hex[:8]}@demo.example"
    visitor.go(f"/{talk.slug}/help/")
    visitor.page.get_by_label("How do we reach you?").fill(contact)
    visitor.page.get_by_label("What went wrong?").fill("No code arrives.")
    visitor.page.get_by_role("button", name="Send to support").click()
    desk = visit_console(product, chromium, contexts, "support", size=DESKTOP, site="demo-hospital")
    desk.go("/support/", "console")
    desk.must_be_accessible()
    desk.page.get_by_role("main").get_by_role("link", name="Demo Hospital").click()
    desk.must_be_accessible()
    desk.page.get_by_role("row", name="How we are").last.get_by_role("link").click()
    desk.must_be_accessible()
    desk.page.get_by_label("An answer that is ready").select_option("code.en")
    desk.page.get_by_role("button", name="Take it").click()
    desk.page.get_by_role("button", name="Send").click()

    (answer,) = _letters_to(product, contact)
    assert "junk or spam" in answer
    desk.page.get_by_role("button", name="Close").click()
    expect(desk.page.get_by_text("Closed. What was asked, and by whom, is gone.")).to_be_visible()
