"""Somebody asks for their data: by telephone from entry to proof, and on the page without an account."""

import json
import re
import time
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import DESKTOP, PHONE, Product, Visitor, looked_at, visit, visit_console

_ENROL = """
import json
from datetime import timedelta
from django.utils import timezone
from conversations.services import conversations
from conversations.services.conversations import Question
from privacy.vault.interface import vault
now = timezone.now()
made = conversations.create_conversation(slug=SLUG, name="How we work", questions=[Question("What should change?")], areas=[("everybody", "Everybody")])
conversations.schedule_conversation(conversation=made.pk, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9))
vault().enrol(conversation=made.pk, roster=ROSTER.encode(), areas=["everybody"])
"""
_NIGHT = """
from datetime import timedelta
from django.utils import timezone
from conversations.services import copying, rewriting
from kernel.zones import inside_vault
from privacy.vault.models import RequestContact
now = timezone.now()
copying.hand_in_copies(at=now)
rewriting.rewrite_all(at=now)
with inside_vault():
    RequestContact.objects.filter(number=NUMBER).update(ready_at=now - timedelta(minutes=1))
"""
_FOLLOW = """
import time
from django.utils import timezone
from kernel.tenancy import control_plane
from privacy.requests.models import Request
from privacy.requests.services import following
for _try in range(40):
    following.follow(at=timezone.now())
    with control_plane():
        if Request.objects.get(pk=NUMBER).state == "done":
            break
    time.sleep(0.25)
"""
_ACCESS = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def _letters(product: Product, number: str, least: int) -> list[str]:
    """What was written about a request, oldest first, once there is so much."""
    for _try in range(300):
        found = [json.loads(path.read_text()) for path in (product.folder / "outbox").glob("*.json")]
        own = sorted((letter for letter in found if number in letter["text"]), key=lambda one: one["sent"])
        if len(own) >= least:
            return [str(letter["text"]) for letter in own]
        time.sleep(0.1)
    raise AssertionError(f"{least} messages did not arrive in half a minute.")


def _somebody(product: Product) -> str:
    address = f"asks-{uuid4().hex[:8]}@demo.example"
    roster = "\n".join(["email", address, *(f"{uuid4().hex[:12]}@demo.example" for _n in range(3))])
    product.in_hospital(f"SLUG, ROSTER = {f'ask-{uuid4().hex[:8]}'!r}, {roster!r}\n{_ENROL}")
    time.sleep(3)  # the runner takes the roster in
    return address


def _night(product: Product, number: str) -> None:
    product.in_hospital(f"NUMBER = {number!r}\n{_NIGHT}")
    product.in_hospital(f"NUMBER = {number!r}\n{_FOLLOW}")


def test_a_request_by_telephone_from_entry_to_proof(
    product: Product, chromium: Browser, contexts: list[BrowserContext]
) -> None:
    """R63: staff type the address once, take the code that is read out, and see days and steps alone."""
    address = _somebody(product)
    desk = visit_console(product, chromium, contexts, "privacy officer", size=DESKTOP)
    page = desk.page
    page.get_by_role("link", name="Requests for data").click()
    desk.must_be_accessible()
    page.get_by_role("link", name="Enter a request").click()
    page.get_by_label("Deletion").check()
    page.get_by_label("By telephone").check()
    page.get_by_label("Their e-mail address or telephone number").fill(address)
    desk.must_be_accessible()
    looked_at(page, "enter")
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_text("Awaiting identity").or_(page.get_by_text("The clock stands"))).to_be_visible()
    number = page.locator("h1").inner_text()
    desk.must_be_accessible()
    looked_at(page, "awaiting")
    code = re.findall(r"\b\d{8}\b", _letters(product, number, 1)[0])[0]
    page.get_by_label("Code from the message").fill(code)
    page.get_by_label("It goes too").check()
    page.get_by_role("button", name="Take the code").click()
    expect(page.get_by_text("Identity shown")).to_be_visible()
    _night(product, number)
    page.reload()
    expect(page.get_by_text("The proof went to the address")).to_be_visible()
    desk.must_be_accessible()
    looked_at(page, "done")
    assert address not in page.content()
    _many(product)
    page.get_by_role("link", name="Requests for data").first.click()
    expect(page.get_by_role("link", name=number)).to_be_visible()
    desk.must_be_accessible()
    looked_at(page, "list")

    _see_the_proof(product, chromium, contexts, number)


def _many(product: Product) -> None:
    """Clocks in every state, as a busy month has them."""
    product.manage(
        "shell",
        "--no-imports",
        "-c",
        "from datetime import timedelta\n"
        "from django.utils import timezone\n"
        "from kernel.tenancy import control_plane\n"
        "from privacy.requests.models import Channel, Kind, Request\n"
        "from privacy.requests.services import register\n"
        "today = timezone.localdate()\n"
        "for kind, left in (('copy', -3), ('deletion', 2), ('correction', 6), ('copy', 21)):\n"
        "    made = register.add(kind=Kind(kind), channel=Channel.MAIL, organisation=None, received_on=today, by=None)\n"
        "    with control_plane():\n"
        "        Request.objects.filter(pk=made.number).update(due_on=today + timedelta(days=left))\n",
    )


def _see_the_proof(product: Product, chromium: Browser, contexts: list[BrowserContext], number: str) -> None:
    proof = _letters(product, number, 2)[-1]
    access = _ACCESS.search(proof)
    assert access is not None
    assert "We deleted what was held about you in 1 conversation:" in proof
    person = visit(product, chromium, contexts, viewport=PHONE)
    person.go("/requests/", "")
    person.page.get_by_label("Number of the request").fill(number)
    person.page.get_by_label("Code").fill(access[0])
    person.page.get_by_role("button", name="Open").click()
    expect(person.page.get_by_text("Done on")).to_be_visible()
    person.must_be_accessible()
    looked_at(person.page, "proof")


def test_a_copy_without_an_account(visitor: Visitor) -> None:
    """R63, R16: on a phone and on a desk."""
    address = _somebody(visitor.product)
    page = visitor.page
    visitor.go("/requests/", "")
    visitor.must_be_accessible()
    looked_at(page, f"start-{page.viewport_size['width'] if page.viewport_size else ''}")
    page.get_by_label("A copy of everything").check()
    page.get_by_label("Your e-mail address or mobile number").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    number = page.locator(".reference").inner_text()
    visitor.must_be_accessible()
    code = re.findall(r"\b\d{8}\b", _letters(visitor.product, number, 1)[0])[0]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Open").click()
    visitor.must_be_accessible()
    looked_at(page, "confirm")
    page.get_by_role("button", name="Make my copy").click()
    expect(page.get_by_text("it is being done")).to_be_visible()
    _night(visitor.product, number)
    access = _ACCESS.search(_letters(visitor.product, number, 2)[-1])
    assert access is not None
    visitor.go("/requests/", "")
    page.get_by_label("Number of the request").fill(number)
    page.get_by_label("Code").fill(access[0])
    page.get_by_role("button", name="Open").click()
    visitor.must_be_accessible()
    looked_at(page, "copy")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="To read (PDF)").click()
    assert Path(downloaded.value.path()).read_bytes().startswith(b"%PDF")
