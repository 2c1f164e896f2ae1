"""A project is complete: its deletion as a privacy officer follows it, and the certificate as anybody checks it."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import DESKTOP, PHONE, Product, Visitor, looked_at, visit, visit_console

# The hospital has people, posts and votes in a project whose days are over.
_END = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from conversations.services import conversations, lifecycle, posting, voting
from conversations.services.conversations import Question
from privacy.vault.interface import vault
from tenants.models import Role
from tenants.permissions import Staff
now = timezone.now()
made = conversations.create_conversation(slug="winter", name="Working through the winter", questions=[Question("What would help?")], areas=[("everybody", "Everybody")])
conversations.schedule_conversation(conversation=made.pk, opens_at=now - timedelta(days=9), closes_at=now + timedelta(minutes=5))
people = vault().enrol_voices(conversation=made.pk, count=40, area="everybody")
vault().enrol(conversation=made.pk, roster="email\\nwinter-1@demo.example\\nwinter-2@demo.example".encode(), areas=["everybody"])
made.refresh_from_db()
stream = made.streams.get()
ideas = [posting.post_idea(conversation=made, stream=stream.pk, by=by, form=str(uuid4()), text=f"Idea number {n}", at=now) for n, by in enumerate(people[:9])]
for by in people[9:]:
    voting.cast_vote(conversation=made, idea=ideas[0], by=by, value=1, at=now)
type(made).objects.filter(pk=made.pk).update(closes_at=now - timedelta(minutes=1))
operator = Staff(id=uuid4(), name="Operator", roles=frozenset({Role.OPERATOR}))
lifecycle.complete(by=operator, conversation=made.pk, typed="winter", at=now)
print("project", made.pk)
"""


def test_a_deletion_from_completion_to_a_certificate_that_anybody_verifies(
    product: Product, chromium: Browser, contexts: list[BrowserContext], tmp_path: Path
) -> None:
    """R61, R62: the steps with their counts, the certificate as JSON and PDF, and the public page."""
    project = product.in_hospital(_END).split()[-1]
    desk = visit_console(product, chromium, contexts, "privacy officer", size=DESKTOP)
    page = desk.page
    page.get_by_role("link", name="Deletions").click()
    expect(page.get_by_role("link", name="Working through the winter")).to_be_visible()
    desk.must_be_accessible()
    looked_at(page, "deletions")
    page.get_by_role("link", name="Working through the winter").click()
    desk.must_be_accessible()
    looked_at(page, "deletion-waits")

    product.manage("purge", "run", project, "--at-once")
    page.reload()
    expect(page.get_by_role("link", name="to read (PDF)")).to_be_visible()
    desk.must_be_accessible()
    looked_at(page, "deletion-certified")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    desk.must_be_accessible()
    looked_at(page, "deletion-certified-phone")
    page.get_by_text("Where to go").click()
    page.get_by_role("link", name="Data map").click()
    desk.must_be_accessible()
    looked_at(page, "data-map-phone")
    page.go_back()
    with page.expect_download() as loading:
        page.get_by_role("link", name="signed file (JSON)").click()
    certificate = tmp_path / "certificate.json"
    loading.value.save_as(certificate)

    _anybody_verifies(product, chromium, contexts, certificate)


def _anybody_verifies(
    product: Product, chromium: Browser, contexts: list[BrowserContext], certificate: Path
) -> None:
    for size in (PHONE, DESKTOP):
        reader = visit(product, chromium, contexts, viewport=size)
        reader.go("/certificates/verify/", "")
        reader.must_be_accessible()
        reader.page.get_by_label("The certificate's JSON file").set_input_files(certificate)
        reader.page.get_by_role("button", name="Verify").click()
        expect(reader.page.get_by_role("main").get_by_role("status")).to_contain_text("Genuine.")
        reader.must_be_accessible()
        looked_at(reader.page, f"verified-{size['width']}")

    changed = certificate.with_name("changed.json")
    changed.write_text(certificate.read_text().replace('"winter"', '"summer"').replace("40", "39", 1))
    reader.go("/certificates/verify/", "")
    reader.page.get_by_label("The certificate's JSON file").set_input_files(changed)
    reader.page.get_by_role("button", name="Verify").click()
    expect(reader.page.get_by_role("main").get_by_role("status")).to_contain_text("Not genuine.")
    reader.must_be_accessible()
    looked_at(reader.page, "not-genuine")


def test_what_exists_is_there_for_everybody_to_read(visitor: Visitor) -> None:
    """P7, R16: on a phone and on a desk."""
    visitor.go("/what-exists/", "")
    visitor.must_be_accessible()
    looked_at(visitor.page, "exists")
