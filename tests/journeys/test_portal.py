"""A sponsor at the organisation's own pages: numbers, a roster, the colour, a text (R40-R44, R16)."""

import re
import secrets

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import Product, Visitor, visit
from tests.making import new_address

_SITE = "demo-hospital"


def _slug(size: dict[str, int]) -> str:
    return f"portal-{size['width']}"


@pytest.fixture
def conversation(product: Product, size: dict[str, int]) -> str:
    """An open conversation of this test alone; returns its short name."""
    slug = f"{_slug(size)}-{secrets.token_hex(3)}"
    product.in_hospital(
        "from datetime import timedelta\n"
        "from django.utils import timezone\n"
        "from conversations.services import conversations, tallies\n"
        "from conversations.services.conversations import Question\n"
        f"made = conversations.create_conversation(slug='{slug}', name='Safer nights', introduction='Say it.',"
        " questions=[Question('What should change?')], areas=[('everybody', 'Everybody')])\n"
        "now = timezone.now()\n"
        "conversations.schedule_conversation(conversation=made.pk, opens_at=now - timedelta(days=2),"
        " closes_at=now + timedelta(days=9))\n"
        "tallies.count_conversation(conversation=made.pk)"
    )
    return slug


@pytest.fixture
def sponsor(
    product: Product, chromium: Browser, contexts: list[BrowserContext], size: dict[str, int]
) -> Visitor:
    """A client user who signs in for the first time, with a code and a passkey of their own."""
    guest = visit(product, chromium, contexts, viewport=size)
    key = guest.page.context.new_cdp_session(guest.page)
    key.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    key.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    address = f"{secrets.token_hex(6)}@client.example"
    product.in_hospital(
        f"from tenants.services.client_users import create_accounts\ncreate_accounts(['{address}'])"
    )
    known = product.codes()
    guest.go("/organisation/")
    guest.page.get_by_label("Your e-mail address").fill(address)
    guest.page.get_by_role("button", name="Send me a code").click()
    guest.page.get_by_label("Eight-digit code").fill(product.next_code(known))
    guest.page.get_by_role("button", name="Go on").click()
    guest.page.get_by_role("link", name="Add a passkey").click()
    guest.page.get_by_role("button", name="Add a passkey").click()
    guest.page.get_by_role("link", name="I have kept them").click()
    expect(guest.page.get_by_role("heading", name="Your conversations")).to_be_visible()
    return guest


def test_a_sponsor_sees_how_it_goes_and_brings_the_roster(
    sponsor: Visitor, conversation: str, size: dict[str, int]
) -> None:
    """R41, R42, R16: every page of a conversation; a roster with a bad row, then everybody."""
    page = sponsor.page
    sponsor.must_be_accessible()
    # The demonstration's own, which has something to show.
    sponsor.go("/organisation/conversations/workplace/")
    expect(page.get_by_text("Votes", exact=True).first).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Most was written on one day"))).to_be_visible()
    sponsor.must_be_accessible()
    for place in ("Themes", "Reports", "Notices"):
        page.get_by_role("navigation", name="This conversation").get_by_role("link", name=place).click()
        sponsor.must_be_accessible()

    sponsor.go(f"/organisation/conversations/{conversation}/roster/")
    team = f"Ward at {size['width']}"  # the product remembers how a column was read
    teams = [("Porters", 30), ("Théâtre", 7), ("Drivers", 6)]
    rows = [f"{new_address()};{name}" for name, count in teams for _n in range(count)]
    _bring(sponsor, [f"Work email;{team}", *rows, "nobody;Porters"])
    expect(page.get_by_text("This is not an e-mail address")).to_be_visible()
    sponsor.must_be_accessible()
    page.get_by_role("link", name="Upload a corrected file").click()
    _bring(sponsor, [f"Work email;{team}", *rows])
    page.get_by_label("Together they are called").fill("Small teams")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("every row can be taken in")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Take in 43 rows").click()
    expect(page.get_by_text("The roster is taken in.")).to_be_visible(timeout=20_000)
    sponsor.must_be_accessible()
    page.get_by_role("link", name="Back to the roster").click()
    page.get_by_text(f"{team}: 2 groups").click()
    expect(page.get_by_role("rowheader", name="Small teams").locator("visible=true")).to_be_visible()
    sponsor.must_be_accessible()


def _bring(sponsor: Visitor, lines: list[str]) -> None:
    file = {"name": "staff.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode("cp1252")}
    sponsor.page.get_by_label("Workbook (.xlsx) or CSV file").set_input_files(file)  # type: ignore[arg-type]  # playwright's own shape
    sponsor.page.get_by_role("button", name="Upload and check").click()
    expect(sponsor.page.get_by_role("heading", name="1. What the columns hold")).to_be_visible(timeout=20_000)


def test_a_sponsor_tries_a_colour_and_a_text_before_saving(sponsor: Visitor, size: dict[str, int]) -> None:
    """R40, R16: what is tried is nowhere else; saved, everybody sees it."""
    page, colour = sponsor.page, f"#1d4f{size['width'] % 90 + 10}"
    page.get_by_role("navigation", name="Your organisation").get_by_role("link", name="Branding").click()
    page.get_by_label("Brand colour").fill("#e8b400")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("heading", name="Preview, not saved yet")).to_be_visible()
    expect(page.get_by_text("#e8b400 would have a contrast of").first).to_be_visible()
    sponsor.must_be_accessible()
    page.get_by_label("Brand colour").fill(colour)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The site shows it within half a minute.")).to_be_visible()
    assert page.get_by_label("Brand colour").input_value() == colour

    page.get_by_role("navigation", name="Your organisation").get_by_role("link", name="Pages").click()
    sponsor.must_be_accessible()
    page.get_by_role("link", name=re.compile("Accessibility, English")).click()
    page.get_by_label("Text, as Markdown").fill("## Tell us\n\nRing **{organisation}**.")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("heading", name="Tell us")).to_be_visible()
    sponsor.must_be_accessible()
    page.get_by_role("link", name="Texts of the pages").click()
    expect(page.get_by_text("draft", exact=True)).to_have_count(0)


def test_the_portal_works_without_scripts_and_by_night(
    sponsor: Visitor, product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R16: the same pages, in the dark scheme, with nothing but HTML; and in Welsh."""
    state = sponsor.page.context.storage_state()
    plain = Visitor(chromium.new_context(java_script_enabled=False, storage_state=state).new_page(), product)
    contexts.append(plain.page.context)
    plain.go("/organisation/branding/")
    plain.page.get_by_label("Brand colour").fill("#7a1f5c")
    plain.page.get_by_role("button", name="Show it").click()
    expect(plain.page.get_by_role("heading", name="Preview, not saved yet")).to_be_visible()

    night = visit(product, chromium, contexts, storage_state=state, color_scheme="dark", locale="cy")
    for path in ("/organisation/", "/organisation/conversations/workplace/", "/organisation/branding/"):
        night.go(path)
        night.must_be_accessible()
    expect(night.page.get_by_role("heading", name="Brandio")).to_be_visible()


def test_a_sponsor_downloads_a_report(sponsor: Visitor, conversation: str) -> None:
    """R43, R16: published by documents, downloaded as a file, and nothing of it opens on the site."""
    _publish(sponsor.product, conversation)
    page = sponsor.page
    sponsor.go(f"/organisation/conversations/{conversation}/reports/")
    expect(page.get_by_role("heading", name="What people said")).to_be_visible()
    sponsor.must_be_accessible()

    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("PDF")).click()

    assert waiting.value.suggested_filename == "what-people-said-1.pdf"
    assert waiting.value.path().read_bytes() == b"%PDF-1.7 said"
    assert "/reports/" in page.url


def _publish(product: Product, slug: str) -> None:
    """A report as it stands once it is published, with one small file."""
    product.in_hospital(
        "import hashlib\n"
        "from datetime import date\n"
        "from uuid import uuid4\n"
        "from conversations.models import Conversation\n"
        "from reporting.documents.measures import digest_of_bytes\n"
        "from reporting.documents.models import Document, Edition, Report, Snapshot, Version\n"
        "from reporting.documents.services.filing import keep_file\n"
        f"talk = Conversation.objects.get(slug='{slug}')\n"
        "day, content = date(2026, 6, 12), str(talk.pk)\n"
        "kept = dict(digest=hashlib.sha256(content.encode()).hexdigest(), conversation=talk, content=content)\n"
        "snapshot = Snapshot.objects.create(**kept, taken_on=day, number=1)\n"
        "edition = Edition.objects.create(**kept)\n"
        "report = Report.objects.create(conversation=talk, title='What people said', started_on=day)\n"
        "version = Version.objects.create(report=report, number=1, snapshot=snapshot, edition=edition,"
        " state='published', published_on=day, by=uuid4())\n"
        "said = b'%PDF-1.7 said'\n"
        "document = Document.objects.create(version=version, format='pdf', digest=digest_of_bytes(said), size=len(said))\n"
        "keep_file(document, said)"
    )
