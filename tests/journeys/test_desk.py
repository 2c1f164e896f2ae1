"""The facilitators' desk and the operations page, with a real browser."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import DESKTOP, PHONE, Product, Visitor, visit, visit_console

_QUESTION = "What should we keep exactly as it is?"


@pytest.fixture
def project(product: Product) -> str:
    """The address of the hospital's project at the console."""
    told = product.in_hospital(
        """
from kernel.tenancy import current_tenant
from conversations.queries.conversations import conversation_at
print(f"/organisations/{current_tenant().organisation}/projects/{conversation_at('workplace').pk}/")
"""
    )
    return told.strip().splitlines()[-1]


@pytest.fixture
def keyer(product: Product, chromium: Browser, contexts: list[BrowserContext]) -> Visitor:
    return visit_console(product, chromium, contexts, "facilitator", site="demo-hospital")


@pytest.fixture
def participant(product: Product, chromium: Browser, contexts: list[BrowserContext]) -> Visitor:
    visitor = visit(product, chromium, contexts, viewport=PHONE)
    visitor.sign_in("max@demo.example")
    return visitor


def _type(page: Page, *keys: str) -> None:
    """What fingers do: words, and keys by their names in brackets."""
    for key in keys:
        if key.startswith("["):
            page.keyboard.press(key.strip("[]"))
        else:
            page.keyboard.type(key)


def test_a_pile_of_five_forms_is_keyed_by_keyboard_and_appears_as_ideas(
    product: Product,
    chromium: Browser,
    contexts: list[BrowserContext],
    project: str,
    keyer: Visitor,
    participant: Visitor,
) -> None:
    """R18, R30, scenario 19: totals, a second person, and nothing shown before that."""
    mark, page = uuid4().hex[:6], keyer.page
    keyer.go(f"{project}paper/", "console")
    page.get_by_label("Name or number of the pile").focus()
    _type(page, f"Box {mark}", "[Tab]", "5", "[Tab]", "6", "[Tab]", "[Space]", "[Enter]")
    expect(page.get_by_role("heading", name="Key form 1")).to_be_visible()
    for number in range(1, 5):
        expect(page.locator("textarea").first).to_be_focused()
        _type(page, f"Paper {mark} {number}", "[Control+Enter]")
        expect(page.get_by_role("heading", name=f"Key form {number + 1}")).to_be_visible()
        expect(page.get_by_text(f"Kept as form {number}")).to_be_visible()
    _type(page, f"Paper {mark} 5", "[Enter]", "[Enter]", f"Paper {mark} 6")
    page.get_by_role("button", name="Keep, that was the last").focus()
    _type(page, "[Enter]")
    expect(page.get_by_role("row", name="Forms 5 5 yes")).to_be_visible()
    expect(page.get_by_role("row", name="Ideas 6 6 yes")).to_be_visible()
    page.get_by_label("Why pile and totals differ").focus()
    _type(page, "[Enter]")
    expect(page.get_by_text("somebody else compares them")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_have_count(0)

    checker = visit_console(product, chromium, contexts, "facilitator", site="demo-hospital")
    checker.page.goto(page.url)
    checker.page.get_by_role("link", name="Compare the next form").click()
    for number in range(1, 6):
        expect(checker.page.get_by_role("heading", name=f"Compare form {number}")).to_be_visible()
        _type(checker.page, "[Control+Enter]")
    checker.page.get_by_role("button", name="Release 6 ideas").click()
    expect(checker.page.get_by_text("In the conversation now")).to_be_visible()

    participant.go(f"/workplace/search/?q={mark}")
    expect(participant.page.locator("article")).to_have_count(6)
    expect(participant.page.get_by_text("From a paper form")).to_have_count(6)
    participant.must_be_accessible()


def test_a_pinned_prompt_and_an_announcement_reach_a_participant(
    project: str, keyer: Visitor, participant: Visitor
) -> None:
    """R31."""
    mark, page = uuid4().hex[:6], keyer.page
    keyer.go(f"{project}posts/", "console")
    page.get_by_label("Question", exact=True).select_option(label=_QUESTION)
    page.get_by_label("Text", exact=True).fill(f"What did you like this week? {mark}")
    page.get_by_label("Pin it").check()
    page.get_by_role("button", name="Post prompt").click()
    expect(page.get_by_text("Posted.")).to_be_visible()
    keyer.go(f"{project}announcements/", "console")
    page.get_by_label("Text", exact=True).fill(f"The canteen reads along. {mark}")
    page.get_by_role("button", name="Announce").click()
    expect(page.get_by_text("Shown now").first).to_be_visible()

    participant.page.wait_for_timeout(5_500)  # what a conversation's frame is remembered for
    participant.go("/workplace/")
    expect(participant.page.get_by_text(f"The canteen reads along. {mark}")).to_be_visible()
    participant.must_be_accessible()
    participant.page.get_by_role("link", name=_QUESTION).click()
    first = participant.page.locator("article").first
    expect(first).to_contain_text(mark)
    expect(first).to_contain_text("Pinned")
    expect(first).to_contain_text("From the facilitators")
    participant.must_be_accessible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_of_the_desk_are_accessible(
    product: Product,
    chromium: Browser,
    contexts: list[BrowserContext],
    project: str,
    size: dict[str, int],
) -> None:
    """R16: filled and empty, with a refusal, and with a file looked at."""
    desk = visit_console(product, chromium, contexts, "facilitator", site="demo-hospital", size=size)
    page = desk.page
    for path in ("posts/", "announcements/", "stages/", "paper/"):
        desk.go(project + path, "console")
        desk.must_be_accessible()
    page.get_by_role("button", name="Start keying").click()
    expect(page.get_by_text("Give the pile a name")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_label("Name or number of the pile").fill("Box of the journey")
    page.get_by_label("Forms on the pile").fill("3")
    page.get_by_role("button", name="Start keying").click()
    page.locator("textarea").first.fill("Mrs Okafor should decide.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not kept yet.")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_role("button", name="Keep it as it is, next form").click()
    desk.must_be_accessible()
    page.get_by_role("link", name="Box of the journey").click()
    expect(page.get_by_text("May name somebody")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_role("link", name="Upload a file").click()
    file = {"name": "forms.csv", "mimeType": "text/csv", "buffer": b"1,Notes\nMore light,x\n=1+1,\n"}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]  # playwright's own shape
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("1 cell cannot be taken in")).to_be_visible()
    desk.must_be_accessible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_operator_sees_what_runs(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> None:
    """R16, R67: the running product reports itself."""
    operator = visit_console(product, chromium, contexts, "operator", size=size)
    operator.go("/operations/", "console")

    expect(operator.page.get_by_role("heading", name="Operations")).to_be_visible()
    expect(operator.page.get_by_text("does not answer")).to_have_count(0)
    runner = operator.page.get_by_role("row", name=re.compile("The vault's runner"))
    expect(runner).to_contain_text("at work")
    operator.must_be_accessible()
