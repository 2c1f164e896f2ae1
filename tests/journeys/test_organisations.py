"""An organisation and its first project, from the form to the day it opens, at the console (R60, R61, R40, R16)."""

import json
import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import DESKTOP, Product, Visitor, visit_console
from tests.tenants.test_logos import picture


@pytest.fixture
def desk(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> Visitor:
    return visit_console(product, chromium, contexts, "operator", size=size)


def create(desk: Visitor, slug: str, *, logo: Path | None = None) -> float:
    """Through the form, and wait for its progress; returns how many seconds that took."""
    page = desk.page
    desk.go("/organisations/new/", "console")
    page.get_by_label("Name", exact=True).fill(f"The {slug}")
    page.get_by_label("Short name").press_sequentially(slug, delay=5)
    expect(page.get_by_text("Free.")).to_be_visible()
    page.get_by_label("Brand colour").fill("#e8b400")
    expect(page.get_by_text("#e8b400 would have a contrast of").first).to_be_visible()
    if logo:
        page.get_by_label("Logo").set_input_files(logo)
    page.get_by_label("First client users").fill(f"sponsor@{slug}.example")
    desk.must_be_accessible()
    started = time.perf_counter()
    page.get_by_role("button", name="Create organisation").click()
    expect(page.get_by_text("It is there.")).to_be_visible()
    return time.perf_counter() - started


def follow(desk: Visitor, name: str) -> None:
    """A line of the way around, which is folded on a phone."""
    way = desk.page.get_by_role("navigation", name="Console")
    line = way.get_by_role("link", name=name, exact=True)
    if not line.is_visible():
        way.get_by_text("Where to go").click()
    line.click()


def letters_to(product: Product, address: str) -> list[dict[str, str]]:
    found = [json.loads(path.read_text()) for path in (product.folder / "outbox").glob("*.json")]
    return [letter for letter in found if letter["to"] == address]


def test_an_organisation_answers_branded_and_empty_in_seconds(desk: Visitor, tmp_path: Path) -> None:
    """R40, R60, scenario 1: live progress, under three seconds, and the site is there at once."""
    slug, logo = f"trust-{uuid4().hex[:6]}", tmp_path / "logo.png"
    logo.write_bytes(picture("PNG", (300, 100)))
    desk.go("/", slug)  # nobody is there yet

    seconds = create(desk, slug, logo=logo)

    assert seconds < 3, seconds
    desk.must_be_accessible()
    for step in ("Schema with its tables", "Address", "First client users invited", "Site opened"):
        expect(desk.page.get_by_text(step)).to_be_visible()
    (mail,) = letters_to(desk.product, f"sponsor@{slug}.example")
    assert desk.product.address(slug, "/organisation/") in mail["text"]
    desk.page.get_by_role("link", name=desk.product.address(slug, "/")).click()
    expect(desk.page.get_by_role("heading", name="No conversation yet")).to_be_visible()
    expect(desk.page.locator("img.band__logo")).to_be_visible()
    desk.must_be_accessible()


def test_without_scripts_the_progress_is_looked_at_by_a_link(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """Everything works without JavaScript, once somebody is signed in."""
    desk = visit_console(product, chromium, contexts, "operator", size=DESKTOP)
    slug = f"plain-{uuid4().hex[:6]}"
    plain = chromium.new_context(java_script_enabled=False, storage_state=desk.page.context.storage_state())
    contexts.append(plain)
    page = plain.new_page()
    page.goto(product.address("console", "/organisations/new/"))
    page.get_by_label("Name", exact=True).fill("Plain")
    page.get_by_label("Short name").fill(slug)
    page.get_by_role("button", name="Create organisation").click()
    for _look in range(100):
        if page.get_by_text("It is there.").count():
            break
        page.get_by_role("link", name="Look now").click()

    expect(page.get_by_text("It is there.")).to_be_visible()


def test_the_same_address_in_two_organisations_stays_apart(
    desk: Visitor, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """Scenario 2: a code asked for at the one opens nothing at the other."""
    other = Visitor(page=chromium.new_context().new_page(), product=desk.product)
    contexts.append(other.page.context)

    desk.sign_in("charlie@demo.example")
    expect(
        desk.page.get_by_text("Only you").or_(desk.page.get_by_role("heading", level=1)).first
    ).to_be_visible()
    known = desk.product.codes()
    other.go("/workplace/sign-in/", "demo-council")
    other.page.get_by_label("Your e-mail address or mobile number").fill("charlie@demo.example")
    other.page.get_by_role("button", name="Send me a code").click()
    code = desk.product.next_code(known)
    assert "demo-council" in desk.product.letter_with(code)
    desk.go("/workplace/sign-in/", "demo-hospital")
    refused = httpx.get(
        f"http://127.0.0.1:{desk.product.port}/workplace/mine/",
        headers={"host": f"demo-council.localhost:{desk.product.port}"},
        cookies={cookie["name"]: cookie["value"] for cookie in desk.page.context.cookies()},
        trust_env=False,
    )

    assert refused.status_code == 302
    assert refused.headers["location"] == "/workplace/sign-in/"


def test_a_project_is_prepared_and_opened_by_its_checklist(desk: Visitor) -> None:
    """R61: red lines first, then one after the other green, and then it is scheduled."""
    slug, page = f"ward-{uuid4().hex[:6]}", desk.page
    create(desk, slug)
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name", exact=True).fill("A better ward")
    page.get_by_label("Last part of its address").fill("ward")
    desk.must_be_accessible()
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_text("Has to be put right").first).to_be_visible()
    desk.must_be_accessible()
    _prepare(desk)
    _bring_people(desk, slug)

    follow(desk, "Checklist")
    page.get_by_role("button", name="Send it to me").click()
    page.get_by_label("Code of the test").fill(_code_of_test(desk))
    page.get_by_role("button", name="I have read it").click()
    expect(page.get_by_text("Everything that has to be right is right.")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_role("button", name="Schedule").click()
    _confirm(desk)

    expect(page.get_by_text("Scheduled", exact=True)).to_be_visible()
    desk.must_be_accessible()
    desk.go("/", slug)
    expect(page.get_by_role("link", name="A better ward")).to_be_visible()


def _prepare(desk: Visitor) -> None:
    page, start = desk.page, datetime.now() + timedelta(days=3)  # noqa: DTZ005  (a clock on the wall)
    follow(desk, "Name and texts")
    page.get_by_label("Introduction").fill("Say what would make the ward a better place.")
    desk.must_be_accessible()
    page.get_by_role("button", name="Save").click()
    follow(desk, "Questions")
    page.get_by_label("Question", exact=True).fill("What should change?")
    page.get_by_role("button", name="Add").click()
    desk.must_be_accessible()
    follow(desk, "Dates")
    page.get_by_label("Opens").fill(f"{start:%Y-%m-%dT09:00}")
    page.get_by_label("Closes").fill(f"{start + timedelta(days=21):%Y-%m-%dT17:00}")
    page.get_by_role("button", name="Save").click()
    desk.must_be_accessible()
    for name in ("Areas", "Before access", "Choices"):
        follow(desk, name)
        desk.must_be_accessible()
    follow(desk, "Preview")
    expect(page.get_by_text("This is what participants will see.")).to_be_visible()
    desk.must_be_accessible()
    page.get_by_role("link", name="What should change?").click()
    expect(page.get_by_label("Your idea")).to_be_visible()
    page.get_by_role("link", name="Back to the checklist").click()


def _bring_people(desk: Visitor, slug: str) -> None:
    """Fifty people, as the roster's pages will bring them."""
    roster = "\\n".join(["email", *(f"p{n}@{slug}.example" for n in range(50))])
    lines = [
        "from kernel.tenancy import tenant_context",
        "from tenants import queries",
        "from conversations.models import Conversation",
        "from privacy.vault.interface import vault",
        f"with tenant_context(queries.organisation('{slug}').tenant):",
        "    found = Conversation.objects.get(slug='ward')",
        f"    vault().enrol(conversation=found.pk, roster=b'{roster}', areas=['everybody'])",
    ]
    desk.product.manage("shell", "--no-imports", "-c", "\n".join(lines))
    time.sleep(3)  # the vault's runner looks every two seconds


def _code_of_test(desk: Visitor) -> str:
    for _try in range(100):
        for path in (desk.product.folder / "outbox").glob("*.json"):
            text = json.loads(path.read_text())["text"]
            if "type this code on the checklist" in text and "/ward/" in text:
                found = re.search(r"\b\d{8}\b", text)
                assert found is not None
                path.unlink()
                return found[0]
        time.sleep(0.1)
    raise AssertionError("The test of the invitation did not arrive.")


def _confirm(desk: Visitor) -> None:
    """The second factor once more, where it was not given within five minutes."""
    button = desk.page.get_by_role("button", name=re.compile("passkey", re.IGNORECASE))
    if "reauthenticate" in desk.page.url:
        button.click()


def test_pages_of_an_organisation_are_accessible(desk: Visitor) -> None:
    """R16."""
    desk.go("/organisations/", "console")
    desk.must_be_accessible()
    desk.page.get_by_role("link", name="Demo Hospital").click()
    desk.must_be_accessible()
    for name in ("Branding", "Domains", "Texts of the pages"):
        follow(desk, name)
        expect(desk.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        desk.must_be_accessible()
    desk.page.get_by_role("link", name="Rules, Cymraeg").click()
    desk.must_be_accessible()
