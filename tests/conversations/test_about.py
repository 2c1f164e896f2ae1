"""The pages about a conversation: what is shipped, what an organisation writes itself, and its previews."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from conversations.models import Conversation, PageCode
from conversations.queries import pages
from conversations.services import pages as page_services
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.conversations.test_pages import queries
from tests.making import change, client_of, make_conversation, make_organisation, signed_in_client

OWN = "## Ours\n\nAsk at {organisation} before {closes}. {told}\n"


@pytest.fixture
def own() -> Organisation:
    """An organisation whose pages no other test reads."""
    return make_organisation()


@pytest.fixture
def own_talk(own: Organisation) -> Conversation:
    with tenant_context(own.tenant):
        return make_conversation()


def _page(browser: Client, conversation: Conversation, code: str) -> str:
    response = browser.get(f"/{conversation.slug}/about/{code}/")
    assert response.status_code == 200
    return response.content.decode()


def _publish(organisation: Organisation, code: PageCode, text: str, language: str = "en") -> None:
    with tenant_context(organisation.tenant):
        page_services.draft_page(code=code, language=language, text=text)
        page_services.publish_page(code=code, language=language)


def _preview(organisation: Organisation, conversation: Conversation, text: str) -> str:
    """The path of a preview of the rules."""
    with tenant_context(organisation.tenant):
        page_services.draft_page(code=PageCode.RULES, language="en", text=text)
        address = page_services.preview_page(code=PageCode.RULES, language="en", slug=conversation.slug)
    return "/" + address.split("/", 3)[3]


# Who reads them, and when ----------------------------------------------------------------


@pytest.mark.parametrize("code", PageCode.values)
def test_everybody_reads_them_signed_in_or_not(acme: Organisation, talk: Conversation, code: str) -> None:
    """R13: with one h1, and no placeholder left."""
    outside, inside = client_of(acme), signed_in_client(acme, talk)

    for browser in (outside, inside):
        page = _page(browser, talk, code)
        assert page.count("<h1") == 1
        assert f"<h1>{PageCode(code).label}</h1>" in page
        assert not re.search(r"\{[a-z_]+\}", page)


@pytest.mark.parametrize(("opens", "closes"), [(2, 5), (-5, -2)])
def test_they_are_there_before_and_after_the_conversation(
    acme: Organisation, opens: int, closes: int
) -> None:
    """R13."""
    now = timezone.now()
    with tenant_context(acme.tenant):
        talk = make_conversation(opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes))

    assert "The two rules" in _page(client_of(acme), talk, "rules")


def test_every_page_of_a_conversation_leads_to_all_five(acme: Organisation, talk: Conversation) -> None:
    """R13: also a page that is not there; the organisation's front page has none."""
    browser = signed_in_client(acme, talk)

    for path in ("", "mine/", "about/privacy/", "about/nothing/"):
        page = browser.get(f"/{talk.slug}/{path}").content.decode()
        for code in PageCode.values:
            assert f'href="/{talk.slug}/about/{code}/"' in page, (path, code)
    assert "/about/" not in browser.get("/").content.decode()


def test_a_page_there_is_not_and_a_draft_conversation(acme: Organisation, talk: Conversation) -> None:
    assert client_of(acme).get(f"/{talk.slug}/about/secrets/").status_code == 404
    with tenant_context(acme.tenant):
        change(talk, opens_at=None, closes_at=None)
    assert client_of(acme).get(f"/{talk.slug}/about/rules/").status_code == 404


def test_a_page_takes_two_queries_and_then_none(own: Organisation, own_talk: Conversation) -> None:
    """R13: the process knows the site and the conversation."""
    browser = client_of(own)
    browser.get(f"/{own_talk.slug}/sign-in/")

    with queries(2):
        _page(browser, own_talk, "privacy")
    with queries(0):
        _page(browser, own_talk, "privacy")


# What an organisation writes itself ------------------------------------------------------


def test_an_own_page_takes_the_place_of_the_shipped_one(
    own: Organisation, own_talk: Conversation, acme: Organisation, talk: Conversation
) -> None:
    """R13: once it is published, and in this organisation alone."""
    with tenant_context(own.tenant):
        page_services.draft_page(code=PageCode.RULES, language="en", text=OWN)
    assert "Ours" not in _page(client_of(own), own_talk, "rules")

    _publish(own, PageCode.RULES, OWN)

    page = _page(client_of(own), own_talk, "rules")
    assert '<h2 id="part-1">Ours</h2>' in page
    assert f"Ask at {own.name} before" in page
    assert "is not told" in page
    assert "Ours" not in _page(client_of(acme), talk, "rules")
    assert "Ours" not in _page(client_of(own), own_talk, "privacy")


def test_reset_brings_the_shipped_page_back(own: Organisation, own_talk: Conversation) -> None:
    """R13."""
    _publish(own, PageCode.RULES, OWN)

    with tenant_context(own.tenant):
        page_services.reset_page(code=PageCode.RULES, language="en")

    assert "The two rules" in _page(client_of(own), own_talk, "rules")


def test_own_words_come_before_shipped_ones_of_another_language(own: Organisation) -> None:
    """R13, R17: the page's own language, then the organisation's English, then ours."""
    _publish(own, PageCode.SUPPORT, "Our English.")
    with tenant_context(own.tenant):
        assert pages.page_text(PageCode.SUPPORT, language="cy").text == "Our English."
        assert pages.page_text(PageCode.SUPPORT, language="cy").language == "en"
    _publish(own, PageCode.SUPPORT, "Ein Cymraeg.", language="cy")
    with tenant_context(own.tenant):
        assert pages.page_text(PageCode.SUPPORT, language="cy").text == "Ein Cymraeg."
        assert pages.page_text(PageCode.SUPPORT, language="en-gb").text == "Our English."
        assert pages.page_text(PageCode.RULES, language="xx").language == "en"


def test_a_page_says_its_language_where_it_is_not_the_sites(
    own: Organisation, own_talk: Conversation
) -> None:
    """R17."""
    with translation.override("xx"):
        assert '<div class="prose" lang="en" dir="auto">' in _page(client_of(own), own_talk, "rules")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (" \n\t", page_services.PageEmpty),
        ("x" * 40_001, page_services.PageTooLong),
        ("Write to {address_of_us}.", page_services.PlaceholderUnknown),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(
    own: Organisation, text: str, refusal: type[Exception]
) -> None:
    with tenant_context(own.tenant), pytest.raises(refusal):
        page_services.draft_page(code=PageCode.RULES, language="en", text=text)


def test_a_language_is_a_short_code_and_only_a_draft_is_published(own: Organisation) -> None:
    with tenant_context(own.tenant):
        with pytest.raises(page_services.LanguageUnknown):
            page_services.draft_page(code=PageCode.RULES, language="../en", text="Hello")
        with pytest.raises(page_services.NothingDrafted):
            page_services.publish_page(code=PageCode.RULES, language="en")


_TAGS = {"p", "a", "pre", "code", "table", "thead", "tbody", "tr", "th", "td"}

# What a text cannot do -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "Hello <b onclick=alert(1)>there</b>",
        "<iframe src=https://elsewhere.example></iframe>",
        "[here](javascript:alert(1))",
        "[here](JaVaScript&#58;alert(1))",
        "[here](&#x6A;avascript:alert(1))",
        "[here](\x01javascript:alert(1))",
        "[here](vbscript:alert(1))",
        "[here](data:text/html,hello)",
        "[here](file:///etc/hosts)",
        "[here](//elsewhere.example/)",
        "[here](\\\\elsewhere.example)",
        "<javascript:alert(1)>",
        "[here]: javascript:alert(1)\n\n[here]",
        "![here](https://elsewhere.example/pixel.png)",
        "![here](data:image/png;base64,AAAA)",
        '[here](https://elsewhere.example "\\" onmouseover=alert(1) x=\\"")',
        "| a |\n|--:|\n| <i>b</i> |",
        "```<script>\nalert(1)\n```",
    ],
)
def test_no_text_becomes_more_than_text(own: Organisation, own_talk: Conversation, text: str) -> None:
    """R13: no HTML, no script, no image, no address that does anything but lead to a page."""
    _publish(own, PageCode.RULES, text)

    prose = _prose(_page(client_of(own), own_talk, "rules"))

    tags = re.findall(r"<(\w+)([^>]*)>", prose)
    assert {name for name, _attributes in tags} <= _TAGS
    for _name, attributes in tags:
        assert not re.search(r"\bon\w+=", re.sub(r'"[^"]*"', "", attributes))
        assert "style=" not in attributes
    for address in re.findall(r'href="([^"]*)"', prose):
        assert address.startswith("https://elsewhere.example")


def _prose(page: str) -> str:
    found = re.search(r'<div class="prose" lang="en" dir="auto">\n(.*?)\n?</div>', page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def test_links_that_lead_somewhere_stay(own: Organisation, own_talk: Conversation) -> None:
    addresses = ["https://a.example/", "mailto:a@b.example", "tel:116123", "/x/", "#part-1", "?page=1:2"]
    _publish(own, PageCode.RULES, " ".join(f"[x]({address})" for address in addresses))

    assert re.findall(r'href="([^"]*)"', _prose(_page(client_of(own), own_talk, "rules"))) == addresses


def test_names_are_shown_as_they_are(own: Organisation, own_talk: Conversation) -> None:
    """R13: a conversation's name is no Markdown, no HTML and no placeholder."""
    with tenant_context(own.tenant):
        change(own_talk, name="1. *A* [b](javascript:c) <i>d</i> {closes} # e")
    _publish(own, PageCode.RULES, "{conversation}")

    prose = _prose(_page(client_of(own), own_talk, "rules"))

    assert prose == "<p>1. *A* [b](javascript:c) &lt;i&gt;d&lt;/i&gt; {closes} # e</p>"


def test_template_code_is_only_text(own: Organisation, own_talk: Conversation) -> None:
    _publish(own, PageCode.RULES, "{{ request }} {% if true %} %(closes)s ${closes:1} {Organisation}")

    prose = _prose(_page(client_of(own), own_talk, "rules"))

    assert prose == "<p>{{ request }} {% if true %} %(closes)s ${closes:1} {Organisation}</p>"


def test_headings_fit_the_outline_of_the_page(own: Organisation, own_talk: Conversation) -> None:
    """R16: one h1, and no level is left out."""
    _publish(own, PageCode.RULES, "# One\n\n#### Deep\n\n# Two\n\n## Below")

    page = _page(client_of(own), own_talk, "rules")

    assert re.findall(r"<h(\d)", page) == ["1", "2", "3", "2", "3"]


# Previews --------------------------------------------------------------------------------


def test_a_preview_shows_the_draft_and_says_so(own: Organisation, own_talk: Conversation) -> None:
    """R13: without signing in, exactly as it will be."""
    path = _preview(own, own_talk, OWN)

    previewed = client_of(own).get(path).content.decode()
    with tenant_context(own.tenant):
        page_services.publish_page(code=PageCode.RULES, language="en")

    assert "This is a preview." in previewed
    published = _page(client_of(own), own_talk, "rules")
    assert "This is a preview." not in published
    assert _prose(previewed) == _prose(published)


def test_nobody_sees_a_draft_without_its_token(
    own: Organisation, own_talk: Conversation, beta: Organisation
) -> None:
    """R13: none, a wrong one, one for another page, one of another organisation, one that is used up."""
    path = _preview(own, own_talk, OWN)
    token = path.partition("?preview=")[2]
    with tenant_context(beta.tenant):
        theirs = make_conversation(slug=own_talk.slug)
        page_services.draft_page(code=PageCode.RULES, language="en", text="Secret of beta")
    browser = client_of(own)

    assert "Ours" not in _page(browser, own_talk, "rules")
    for wrong in (
        f"/{own_talk.slug}/about/rules/?preview=",
        f"/{own_talk.slug}/about/rules/?preview={token}x",
        f"/{own_talk.slug}/about/privacy/?preview={token}",
    ):
        assert browser.get(wrong).status_code == 404, wrong
    refused = client_of(beta).get(f"/{theirs.slug}/about/rules/?preview={token}")
    assert refused.status_code == 404
    assert "Secret of beta" not in refused.content.decode()
    with tenant_context(own.tenant):
        page_services.publish_page(code=PageCode.RULES, language="en")
    assert "This preview is over" in browser.get(path).content.decode()


def test_a_preview_lasts_an_hour(
    own: Organisation, own_talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    path, made = _preview(own, own_talk, OWN), time.time()

    for minutes, status in ((59, 200), (61, 404)):
        monkeypatch.setattr("django.core.signing.time.time", lambda late=made + minutes * 60: late)
        assert client_of(own).get(path).status_code == status


def test_the_operator_writes_looks_and_publishes(
    own: Organisation, own_talk: Conversation, tmp_path: Path
) -> None:
    """R13: `manage page`."""
    file = tmp_path / "rules.md"
    file.write_text(OWN)

    def page(*arguments: str) -> str:
        out = StringIO()
        call_command("page", own.slug, "rules", *arguments, stdout=out)
        return out.getvalue()

    page("draft", str(file))
    address = page("preview", own_talk.slug).strip()
    assert address.startswith(f"http://{own.slug}.localhost:8000/{own_talk.slug}/about/rules/?preview=")
    page("publish")
    assert page("show").strip() == OWN.strip()
    page("reset")
    assert "## The two rules" in page("show")
    for wrong in (["publish"], ["preview", own_talk.slug], ["preview", "no-such"], ["draft", "/no/file"]):
        with pytest.raises(CommandError) as refusal:
            page(*wrong)
        assert str(refusal.value).endswith(".")
