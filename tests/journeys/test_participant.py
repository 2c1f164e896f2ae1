"""What was promised to participants, as they meet it. The numbers are those of the scenarios."""

import re
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import DESKTOP, PHONE, Product, Visitor, visit

_TEXT_ONLY = "07400 123456"


def test_a_worker_without_email_enters_by_text_message_on_an_old_phone(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R02, R07, scenario 5: no JavaScript, 320 pixels, the number typed as people type it."""
    product.in_hospital(
        f"""
from conversations.queries.conversations import conversation_at
from tests.making import runner, vault
talk = conversation_at("workplace")
vault().enrol(conversation=talk.pk, roster=b"phone\\n{_TEXT_ONLY}\\n", areas=["everybody"])
"""
    )
    visitor = visit(
        product, chromium, contexts, viewport={"width": 320, "height": 480}, java_script_enabled=False
    )
    visitor.sign_in("+44 (0)7400 123456")

    expect(visitor.page.get_by_text("What do you think?")).to_be_visible()
    visitor.page.get_by_role("link", name="What should we keep exactly as it is?").click()
    visitor.page.get_by_role("button", name=re.compile("likes?$")).first.click()
    expect(visitor.page.get_by_role("button", pressed=True)).to_have_count(1)


def test_a_scanner_opens_and_presses_everything_first(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R03, scenario 6: the letter holds no link that signs in, and the code survives the scanner."""
    person = visit(product, chromium, contexts, viewport=PHONE)
    known = product.codes()
    person.go("/workplace/sign-in/")
    person.page.get_by_label("Your e-mail address or mobile number").fill("alex@demo.example")
    person.page.get_by_role("button", name="Send me a code").click()
    code = product.next_code(known)

    scanner = visit(product, chromium, contexts, viewport=DESKTOP)
    letter = product.letter_with(code)
    for address in re.findall(r"https?://\S+[^.\s]", letter):
        assert not re.search(r"[?&=]|[0-9a-f]{8}", address), address
        httpx.head(address.replace("demo-hospital.", ""), trust_env=False)
        scanner.page.goto(address)
        for button in scanner.page.get_by_role("button").all():
            if button.is_visible():
                button.click()

    person.page.get_by_label("Eight-digit code").fill(code)
    person.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(person.page.get_by_role("button", name="Sign out")).to_be_visible()


def test_every_survey_question_is_left_out(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R05, scenario 7."""
    visitor = visit(product, chromium, contexts, viewport=PHONE)
    known = product.codes()
    visitor.go("/workplace/sign-in/")
    visitor.page.get_by_label("Your e-mail address or mobile number").fill("pat@demo.example")
    visitor.page.get_by_role("button", name="Send me a code").click()
    visitor.page.get_by_label("Eight-digit code").fill(product.next_code(known))
    visitor.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(visitor.page.get_by_text("You may leave out any of them, or all.")).to_be_visible()
    visitor.must_be_accessible()

    visitor.page.get_by_role("button", name="Go on").click()

    expect(visitor.page.get_by_text("What do you think?")).to_be_visible()
    visitor.go("/workplace/my-data/")
    expect(visitor.page.get_by_text("not answered")).to_have_count(2)
    visitor.must_be_accessible()


def test_three_areas_ask_the_same_and_stay_apart(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R06, scenario 8."""
    slug, address = f"areas-{uuid4().hex[:8]}", f"{uuid4().hex}@demo.example"
    product.in_hospital(
        f"""
from tests.making import *
talk = make_conversation(slug="{slug}", areas=("staff", "students", "researchers"))
enrol(talk, "{address}")
make_idea(talk, make_people(talk, area="students")[0], "Said among students")
make_idea(talk, make_people(talk, area="staff")[0], "Said among staff")
from conversations.services import tallies
tallies.count_conversation(conversation=talk.pk)
"""
    )
    visitor = visit(product, chromium, contexts, viewport=PHONE)
    visitor.ask_and_type(address, slug)
    expect(visitor.page.get_by_role("group", name="Which area do you belong to?")).to_be_visible()
    visitor.page.get_by_role("button", name="Go on").click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("Choose the area")
    visitor.must_be_accessible()
    visitor.page.get_by_label("Staff").check()
    visitor.page.get_by_role("button", name="Go on").click()

    expect(visitor.page.get_by_text("Over all areas of the conversation")).to_be_visible()
    expect(visitor.page.locator(".figures")).to_contain_text("2")
    visitor.page.get_by_role("link", name="What should change?").click()
    expect(visitor.page.get_by_text("Said among staff")).to_be_visible()
    expect(visitor.page.get_by_text("Said among students")).to_have_count(0)


def test_a_blind_message_is_answered_and_one_comes_forward_for_it_alone(
    product: Product, chromium: Browser, contexts: list[BrowserContext], visitor: Visitor
) -> None:
    """R12, scenarios 17 and 18."""
    slug, address = f"thread-{uuid4().hex[:8]}", f"{uuid4().hex}@demo.example"
    product.in_hospital(
        f"""
from tests.making import *
from conversations.models import MessageKind
from conversations.services.threads import write_to_author
from privacy.anonymity import Kind
talk = make_conversation(slug="{slug}")
enrol(talk, "{address}")
me = ticket_of(talk, "{address}", tries=100)
for text in ("Open the window", "Close the door"):
    idea = make_idea(talk, me, text)
    write_to_author(conversation=talk, kind=Kind.IDEA, contribution=idea, message=MessageKind.QUESTION, text="Which?", at=timezone.now())
"""
    )
    page = visitor.page
    visitor.ask_and_type(address, slug)
    page.get_by_role("link", name="My pages").click()
    page.get_by_role("link", name="Messages").click()
    visitor.must_be_accessible()
    thread = page.locator("article.card", has_text="Open the window")
    thread.get_by_label("Your answer").fill("The one by the stairs")
    thread.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is kept.")).to_be_visible()

    page.locator("article.card", has_text="Open the window").get_by_role(
        "button", name="Come forward"
    ).click()
    visitor.must_be_accessible()
    page.get_by_label("Your name").fill("Ash Demo")
    page.get_by_role("button", name="See what they will see").click()
    expect(page.get_by_text("Exactly this, beside this one contribution")).to_be_visible()
    visitor.must_be_accessible()
    page.get_by_role("button", name="Yes, come forward").click()

    expect(page.get_by_text("You have come forward for this one contribution.")).to_be_visible()
    expect(
        page.locator("article.card", has_text="Open the window").get_by_text("You came forward")
    ).to_be_visible()
    expect(
        page.locator("article.card", has_text="Close the door").get_by_text("You came forward")
    ).to_have_count(0)


def test_hiding_a_page_takes_it_off_the_screen_for_good(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R12: and the Back button does not bring it back."""
    visitor = visit(product, chromium, contexts, viewport=PHONE)
    visitor.sign_in("jamie@demo.example")
    visitor.go("/workplace/mine/")

    visitor.page.get_by_role("button", name="Hide this page").click()
    visitor.page.wait_for_url("**/demo-hospital.localhost:*/")
    visitor.page.go_back()

    expect(visitor.page.get_by_text("Only you can see this page")).to_have_count(0)


def test_somebody_leaves_and_sees_that_it_was_done(
    product: Product, chromium: Browser, contexts: list[BrowserContext], visitor: Visitor
) -> None:
    """R14, scenarios 23 and 24: off at once, done by night, and a new roster changes nothing."""
    slug, address = f"leaving-{uuid4().hex[:8]}", f"{uuid4().hex}@demo.example"
    prepared = f"""
from tests.making import *
talk = Conversation.objects.filter(slug="{slug}").first() or make_conversation(slug="{slug}")
enrol(talk, "{address}")
"""
    product.in_hospital(prepared)
    page = visitor.page
    visitor.ask_and_type(address, slug)
    visitor.go(f"/{slug}/my-data/")
    expect(page.get_by_text("days left")).to_be_visible()
    visitor.must_be_accessible()
    page.get_by_role("link", name="Leave and delete").click()
    page.get_by_label(re.compile("It goes too")).check()
    page.get_by_role("button", name="Leave and delete").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box")
    visitor.must_be_accessible()
    page.get_by_label(re.compile("I want to leave")).check()
    page.get_by_role("button", name="Leave and delete").click()
    expect(page.get_by_role("heading", name="You have left")).to_be_visible()
    visitor.must_be_accessible()
    number = page.locator(".reference").inner_text()

    product.in_hospital(prepared)
    known = product.codes()
    visitor.go(f"/{slug}/sign-in/")
    page.get_by_label("Your e-mail address or mobile number").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Type your code")).to_be_visible()
    product.manage("rewrite-conversations")
    visitor.go(f"/{slug}/left/")
    page.get_by_label("Number of a leaving").fill(number)
    page.get_by_role("button", name="Is it done?").click()

    expect(page.get_by_role("heading", name="It is done")).to_be_visible()
    visitor.must_be_accessible()
    assert set(product.codes()) <= set(known)
