"""What participants do on the site: it works, the wrong person, bad input; other tenants in isolation/."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea, Vote
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.making import (
    change,
    client_of,
    make_idea,
    make_people,
    stream_of,
)


@pytest.fixture
def idea(acme: Organisation, talk: Conversation) -> UUID:
    with tenant_context(acme.tenant):
        return make_idea(talk, make_people(talk)[0], "More daylight.")


def _write_path(acme: Organisation, talk: Conversation) -> str:
    with tenant_context(acme.tenant):
        return f"/{talk.slug}/stream/{stream_of(talk).pk}/write/"


def test_posting_leads_to_the_idea(acme: Organisation, talk: Conversation, browser: Client) -> None:
    response = browser.post(_write_path(acme, talk), {"text": "A window that opens", "form": str(uuid4())})

    page = browser.get(response["Location"]).content.decode()

    assert "A window that opens" in page
    assert "only you can see this" in page


def test_a_preview_posts_nothing(acme: Organisation, talk: Conversation, browser: Client) -> None:
    response = browser.post(
        _write_path(acme, talk), {"text": "Perhaps", "form": str(uuid4()), "preview": "1"}
    )

    assert "What others will see" in response.content.decode()
    with tenant_context(acme.tenant):
        assert not Idea.objects.filter(stream__conversation=talk).exists()


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "Write something first."), ("x" * 3001, "This is 3,001 characters long")]
)
def test_bad_input_gets_a_sentence_and_keeps_the_text(
    acme: Organisation, talk: Conversation, browser: Client, text: str, sentence: str
) -> None:
    response = browser.post(_write_path(acme, talk), {"text": text, "form": str(uuid4())})

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert f">{text}</textarea>" in page


@pytest.mark.parametrize("form", ["", "not-a-form", "1' OR '1'='1"])
def test_a_form_without_its_name_posts_nothing(
    acme: Organisation, talk: Conversation, browser: Client, form: str
) -> None:
    response = browser.post(_write_path(acme, talk), {"text": "Kept", "form": form})

    assert response.status_code == 422
    assert ">Kept</textarea>" in response.content.decode()


def test_what_is_typed_is_shown_as_text(acme: Organisation, talk: Conversation, browser: Client) -> None:
    response = browser.post(
        _write_path(acme, talk), {"text": "<script>alert(1)</script> & <b>bold</b>", "form": str(uuid4())}
    )

    page = browser.get(response["Location"]).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in page


def test_after_closing_the_text_is_kept(acme: Organisation, talk: Conversation, browser: Client) -> None:
    with tenant_context(acme.tenant):
        change(talk, closes_at=timezone.now() - timedelta(minutes=1))

    response = browser.post(_write_path(acme, talk), {"text": "A minute late", "form": str(uuid4())})

    assert response.status_code == 409
    assert "This conversation is closed." in response.content.decode()
    assert "A minute late" in response.content.decode()


def test_without_a_session_nothing_is_posted_and_nothing_lost(acme: Organisation, talk: Conversation) -> None:
    response = client_of(acme).post(_write_path(acme, talk), {"text": "My long text", "form": str(uuid4())})

    assert response.status_code == 403
    assert "My long text" in response.content.decode()
    assert "sign in again" in response.content.decode()


def test_a_form_from_elsewhere_is_refused_and_the_text_kept(acme: Organisation, talk: Conversation) -> None:
    careful = client_of(acme, enforce_csrf_checks=True)

    response = careful.post(_write_path(acme, talk), {"text": "Typed for an hour", "form": str(uuid4())})

    assert response.status_code == 403
    assert "Typed for an hour" in response.content.decode()


def test_commenting_comes_back_to_the_comment(talk: Conversation, browser: Client, idea: UUID) -> None:
    response = browser.post(f"/{talk.slug}/idea/{idea}/comment/", {"text": "I agree.", "form": str(uuid4())})

    assert response.status_code == 302
    assert f"/idea/{idea}/?posted=1#comment-" in response["Location"]
    assert "I agree." in browser.get(response["Location"]).content.decode()


def test_an_empty_comment_keeps_the_page(talk: Conversation, browser: Client, idea: UUID) -> None:
    response = browser.post(f"/{talk.slug}/idea/{idea}/comment/", {"text": " \n ", "form": str(uuid4())})

    assert response.status_code == 422
    assert "Write something first." in response.content.decode()
    assert "More daylight." in response.content.decode()


def test_a_vote_without_javascript_comes_back_to_the_page(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    back = f"/{talk.slug}/stream/{idea}/?sort=liked"

    response = browser.post(f"/{talk.slug}/idea/{idea}/vote/", {"value": "1", "back": back})

    assert response["Location"] == f"{back}#idea-{idea}"
    with tenant_context(acme.tenant):
        assert Vote.objects.get(idea=idea).value == 1


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/other/", "/\\evil.example", ""]
)
def test_a_vote_never_leads_elsewhere(talk: Conversation, browser: Client, idea: UUID, back: str) -> None:
    response = browser.post(f"/{talk.slug}/idea/{idea}/vote/", {"value": "-1", "back": back})

    assert response["Location"] == f"/{talk.slug}/idea/{idea}/#idea-{idea}"


def test_a_vote_with_htmx_swaps_the_control(talk: Conversation, browser: Client, idea: UUID) -> None:
    response = browser.post(
        f"/{talk.slug}/idea/{idea}/vote/", {"value": "1", "place": "page"}, headers={"HX-Request": "true"}
    )

    fragment = response.content.decode()
    assert "<html" not in fragment
    assert 'aria-pressed="true"' in fragment
    assert "1 like" in fragment
    assert 'hx-swap-oob="true"' in fragment


@pytest.mark.parametrize("value", ["", "2", "like", "1; DROP TABLE", "1e9"])
def test_a_vote_is_a_like_a_dislike_or_taken_back(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID, value: str
) -> None:
    response = browser.post(f"/{talk.slug}/idea/{idea}/vote/", {"value": value})

    assert response.status_code == 404
    with tenant_context(acme.tenant):
        assert not Vote.objects.filter(idea=idea).exists()


def test_a_refusal_reaches_htmx_as_a_message(talk: Conversation, browser: Client) -> None:
    response = browser.post(
        f"/{talk.slug}/idea/{uuid4()}/vote/", {"value": "1"}, headers={"HX-Request": "true"}
    )

    assert response.status_code == 409
    assert response["HX-Retarget"] == "#toasts"
    assert "takes no votes" in response.content.decode()


@pytest.mark.parametrize("act", ["comment", "vote"])
def test_reading_an_act_changes_nothing(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID, act: str
) -> None:
    """I21: scanners fetch every link there is."""
    for method in (browser.get, browser.head, browser.options):
        assert method(f"/{talk.slug}/idea/{idea}/{act}/").status_code == 405

    with tenant_context(acme.tenant):
        assert not Vote.objects.filter(idea=idea).exists()
