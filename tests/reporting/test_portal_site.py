"""The organisation's own look and texts, tried out before everybody sees them (R40)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conversations.models import Conversation, Page, PageCode
from conversations.queries.pages import forget_pages
from conversations.services.preparing import page_texts
from kernel.models import AuditEntry
from kernel.tenancy import control_plane, tenant_context
from tenants.branding import queries as branding_queries
from tenants.models import Organisation
from tenants.services import branding
from tests.making import client_of, make_conversation, make_organisation
from tests.reporting.sponsoring import client_user, make_sponsor, portal_of
from tests.tenants.test_logos import picture


@pytest.fixture
def own() -> Organisation:
    """An organisation whose look and pages no other test changes."""
    return make_organisation()


@pytest.fixture
def portal(own: Organisation) -> Client:
    return portal_of(own)


@pytest.fixture
def talk(own: Organisation) -> Conversation:
    with tenant_context(own.tenant):
        return make_conversation()


def _theme(own: Organisation) -> str:
    branding_queries.forget_branding()
    return client_of(own).get("/theme.css").content.decode()


def test_a_colour_is_shown_before_it_is_saved(own: Organisation, portal: Client) -> None:
    """R40: what was asked for and what will be shown, both, with their contrasts."""
    tried = portal.post("/organisation/branding/", {"colour": "#e8b400", "welcome": "Hello all", "look": "1"})
    page = tried.content.decode()

    assert "Preview, not saved yet" in page
    assert "#e8b400 would have a contrast of" in page
    assert "Hello all" in page
    assert "#e8b400" not in _theme(own)

    portal.post("/organisation/branding/", {"colour": "#e8b400", "welcome": "Hello all"})
    assert "#e8b400" in _theme(own)
    assert "Hello all" in client_of(own).get("/").content.decode()


def test_a_logo_is_shown_to_its_chooser_alone_before_it_is_saved(own: Organisation, portal: Client) -> None:
    """R40"""
    logo = SimpleUploadedFile("logo.png", picture("PNG", (300, 100)))
    page = portal.post("/organisation/branding/", {"colour": "#123456", "logo": logo, "look": "1"})
    address = page.content.decode().partition('href="/organisation/branding/tried/')[2].partition('"')[0]
    address = f"/organisation/branding/tried/{address}"

    assert portal.get(address)["Content-Type"] == "image/png"
    assert portal_of(own).get(address).status_code == 404
    assert "band__logo" not in client_of(own).get("/").content.decode()

    portal.post("/organisation/branding/", {"colour": "#123456"})
    branding_queries.forget_branding()
    assert "band__logo" in client_of(own).get("/").content.decode()
    assert portal.get(address).status_code == 404
    portal.post("/organisation/branding/", {"colour": "#123456", "without_logo": "1"})
    branding_queries.forget_branding()
    assert "band__logo" not in client_of(own).get("/").content.decode()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"colour": "red"}, "A colour is written as #"),
        ({"colour": "#123456", "welcome": "x" * 301}, "up to 300 characters"),
        ({"colour": "#123456", "logo": SimpleUploadedFile("x.svg", b"<svg/>")}, "SVG"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_saved(
    own: Organisation, portal: Client, form: dict[str, object], said: str
) -> None:
    before = _theme(own)

    refused = portal.post("/organisation/branding/", form)

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert _theme(own) == before


def test_who_changed_the_look_is_on_record(own: Organisation) -> None:
    sponsor = make_sponsor(own)
    with tenant_context(own.tenant):
        branding.change_own_look(
            by=client_user(sponsor), brand_colour="#123456", welcome="", logo=None, without_logo=False
        )
    with control_plane():
        entry = AuditEntry.objects.get(by=sponsor.pk)

    assert (entry.what, entry.organisation) == ("branding changed", own.pk)


def _page(portal: Client, code: str = "support", **form: str) -> str:
    return portal.post(f"/organisation/pages/{code}/en/", form, follow=True).content.decode()


def test_a_text_is_tried_drafted_and_published(own: Organisation, portal: Client, talk: Conversation) -> None:
    """R40: what is typed is shown as participants will read it, before anything is kept."""
    text = "## Ask us\n\nCall **{organisation}**. {wellbeing}"
    address = f"/{talk.slug}/about/support/"

    assert f"<strong>{own.name}</strong>" in _page(portal, act="look", page=text)
    with tenant_context(own.tenant):
        assert not Page.objects.exists()
    _page(portal, act="draft", page=text)
    forget_pages()
    assert "Ask us" not in client_of(own).get(address).content.decode()
    assert "Published. Participants read it now." in _page(portal, act="publish", page=text)
    assert "Ask us" in client_of(own).get(address).content.decode()
    _page(portal, act="reset")
    assert "Ask us" not in client_of(own).get(address).content.decode()


def test_a_draft_is_dropped(own: Organisation, portal: Client) -> None:
    _page(portal, code="accessibility", act="draft", page="Mine")

    assert "The draft is gone" in _page(portal, code="accessibility", act="drop")
    with tenant_context(own.tenant):
        assert not Page.objects.exists()


def test_what_participants_rely_on_is_only_read(own: Organisation, portal: Client) -> None:
    """R40: rules and privacy are the facilitators' to keep."""
    for code in ("rules", "privacy"):
        page = portal.get(f"/organisation/pages/{code}/en/").content.decode()
        assert "<textarea" not in page
        for act in ("draft", "publish", "drop", "reset"):
            refused = portal.post(f"/organisation/pages/{code}/en/", {"act": act, "page": "Everything goes"})
            assert refused.status_code == 403, act
    with tenant_context(own.tenant):
        assert not Page.objects.exists()


def test_promises_within_their_own_pages_stay(own: Organisation, portal: Client) -> None:
    """R40, R29: what a page promises cannot be written away, also not once a text of their own stands there."""
    refused = _page(portal, code="questions", act="publish", page="Nothing to ask.")
    assert "{areas} is missing" in refused
    kept = "Nothing to ask. {areas} {told}"
    assert "Published" in _page(portal, code="questions", act="publish", page=kept)

    assert "{told} is missing" in _page(portal, code="questions", act="publish", page="Nothing. {areas}")
    with tenant_context(own.tenant):
        assert Page.objects.get(code="questions").text == kept


def test_staff_may_write_every_page_and_a_client_user_their_own() -> None:
    assert [code for code in PageCode if not page_texts.is_theirs(code)] == [PageCode.RULES, PageCode.PRIVACY]


def test_pages_and_acts_there_are_not(own: Organisation, portal: Client) -> None:
    assert portal.get("/organisation/pages/wages/en/").status_code == 404
    assert portal.get("/organisation/pages/support/xx/").status_code == 404
    assert portal.post("/organisation/pages/support/en/", {"act": "burn"}).status_code == 404


def test_the_list_says_whose_each_text_is(own: Organisation, portal: Client, talk: Conversation) -> None:
    _page(portal, act="publish", page="Ask us. {wellbeing}")

    page = portal.get("/organisation/pages/").content.decode()

    assert page.count("Your text") == 1
    assert page.count("Kept by us") == 2
