"""The page on the base host, for people without an account; and the participant's own page."""

import json
import re

import pytest
from django.conf import settings
from django.test import Client

from conversations.models import Conversation
from kernel.tenancy import control_plane, tenant_context
from privacy.requests.models import Channel, Kind, Request, State
from privacy.vault import runner
from tenants.models import Organisation
from tests.asking import access_to, ask, code_to, confirm, finish
from tests.making import enrol, make_conversation, make_idea, new_address, signed_in_client, ticket_of


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": settings.BASE_DOMAIN.split(":")[0]})


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


def test_somebody_without_an_account_has_their_copy(
    visitor: Client, talk: Conversation, acme: Organisation
) -> None:
    """R63: asked, confirmed, done, downloaded both ways; no cookie is set."""
    address = new_address()
    with tenant_context(acme.tenant):
        enrol(talk, address)
        make_idea(talk, ticket_of(talk, address), "Only mine")
    sent = visitor.post("/requests/ask/", {"kind": "copy", "address": address})
    with control_plane():
        (number,) = [found.pk for found in Request.objects.all() if found.pk in sent.content.decode()]
    known = {"number": number.lower().replace("-", ""), "code": code_to(address)}
    asked = visitor.post("/requests/show/", known)
    running = visitor.post("/requests/confirm/", known)
    runner.run_waiting()
    finish(number, acme)
    proof = {"number": number, "code": access_to(address)}
    done = visitor.post("/requests/show/", proof).content.decode()
    as_json = visitor.post("/requests/copy/", {**proof, "form": "json"})
    as_pdf = visitor.post("/requests/copy/", {**proof, "form": "pdf"})

    assert address not in sent.content.decode()
    assert "Make my copy" in asked.content.decode()
    assert "it is being done" in running.content.decode()
    assert "Done on" in done
    assert "To read (PDF)" in done
    assert json.loads(as_json.content)["conversations"][0]["you_wrote"][0]["text"] == "Only mine"
    assert as_pdf.content.startswith(b"%PDF")
    assert as_pdf["Content-Disposition"] == 'attachment; filename="my-data.pdf"'
    assert set(visitor.cookies) <= {settings.CSRF_COOKIE_NAME}


def test_the_page_says_the_same_for_every_address(
    visitor: Client, talk: Conversation, acme: Organisation
) -> None:
    """Adversary 17."""
    known, unknown = new_address(), new_address()
    with tenant_context(acme.tenant):
        enrol(talk, known)
    pages = []
    for address in (known, unknown):
        page = visitor.post("/requests/ask/", {"kind": "deletion", "address": address}).content.decode()
        with control_plane():
            (number,) = [found.pk for found in Request.objects.all() if found.pk in page]
        pages.append(_without_token(page.replace(number, "")))

    assert pages[0] == pages[1]


def _without_token(page: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page)


@pytest.mark.parametrize(
    ("path", "typed", "told"),
    [
        ("ask", {"kind": "copy", "address": ""}, "Type your e-mail address"),
        ("ask", {"kind": "copy", "address": "nobody"}, "no e-mail address and no telephone number"),
        ("ask", {"kind": "all", "address": "a@b.example"}, "Choose what you ask for."),
        ("show", {"number": "", "code": "1"}, "Type the number of your request."),
        ("show", {"number": "AAAA-AAAA", "code": ""}, "Type the code from the message."),
        ("show", {"number": "AAAA-AAAA", "code": "12345678"}, "That code does not fit."),
        ("confirm", {"number": "AAAA-AAAA", "code": "12345678"}, "That code does not fit."),
        ("copy", {"number": "AAAA-AAAA", "code": "12345678"}, "That code does not fit."),
    ],
)
def test_what_does_not_fit_is_said(visitor: Client, path: str, typed: dict[str, str], told: str) -> None:
    response = visitor.post(f"/requests/{path}/", typed)

    assert response.status_code == 422
    assert told in response.content.decode()


def test_a_deletion_waits_for_the_choice_what_stays(visitor: Client) -> None:
    address = new_address()
    number = ask(Kind.DELETION, address)
    known = {"number": number, "code": code_to(address)}

    assert visitor.post("/requests/confirm/", known).status_code == 422
    assert visitor.post("/requests/confirm/", {**known, "keeps": "withdraw"}).status_code == 200


def test_the_first_code_shows_the_state_and_no_copy(visitor: Client) -> None:
    """R63: staff may have heard it."""
    address = new_address()
    number = ask(Kind.COPY, address)
    known = {"number": number, "code": code_to(address)}
    confirm(number, address)
    finish(number)

    page = visitor.post("/requests/show/", known).content.decode()
    assert "Done on" in page
    assert "To read (PDF)" not in page
    assert visitor.post("/requests/copy/", known).status_code == 422


def test_the_page_speaks_welsh(visitor: Client) -> None:
    """R17."""
    page = visitor.get("/requests/", headers={"accept-language": "cy"}).content.decode()

    assert "Eich data" in page


def test_addresses_that_are_posted_to_answer_no_reading(visitor: Client) -> None:
    for path in ("ask", "show", "confirm", "copy"):
        assert visitor.get(f"/requests/{path}/").status_code == 405


def test_the_console_and_organisations_have_no_such_page(acme: Organisation) -> None:
    assert Client(headers={"host": f"{acme.slug}.localhost"}).get("/requests/ask/").status_code == 404


def test_what_somebody_does_on_their_own_page_has_a_number_in_the_register(
    acme: Organisation, talk: Conversation
) -> None:
    """R14, R63: channel site, done at once, without a word about who or in which conversation."""
    browser = signed_in_client(acme, talk)
    copy = json.loads(browser.post(f"/{talk.slug}/my-data/download/").content)
    left = browser.post(
        f"/{talk.slug}/my-data/leave/", {"contributions": "keep", "confirm": "1"}
    ).content.decode()
    with control_plane():
        first = Request.objects.get(pk=copy["request"])
        (second,) = [found for found in Request.objects.all() if found.pk in left]

    assert (first.kind, second.kind) == (Kind.COPY, Kind.DELETION)
    for found in (first, second):
        assert (found.channel, found.state, found.organisation) == (Channel.SITE, State.DONE, acme.pk)
        assert found.handled_by is None
