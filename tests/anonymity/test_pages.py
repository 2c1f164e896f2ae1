"""What participants and colleagues learn from pages: nothing that is the same for two posts of one author."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea
from conversations.services import posting
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tests.making import make_conversation, make_idea, make_people, signed_in_client, stream_of

_ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
_VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|value=\"[A-Za-z0-9]{64}\"")


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def watcher(acme: Organisation, talk: Conversation) -> Client:
    return signed_in_client(acme, talk)


def _neutral(html: str) -> str:
    """A page without ids, random texts and form tokens: what is left must not depend on the author."""
    return _VARIES.sub("-", html)


def test_cards_of_one_author_and_of_many_are_built_alike(
    acme: Organisation, talk: Conversation, watcher: Client
) -> None:
    """R09, L1: no class, colour, mark, order or attribute that repeats over one author's posts."""
    with tenant_context(acme.tenant):
        alice, *others = make_people(talk, 9)
        for author in [alice] * 8 + others:
            make_idea(talk, author, uuid4().hex)
        stream = stream_of(talk).pk

    page = watcher.get(f"/{talk.slug}/stream/{stream}/").content.decode()

    cards = _ARTICLE.findall(page)
    assert len(cards) == 16
    assert len({_neutral(card) for card in cards}) == 1


def test_an_answer_to_oneself_looks_like_any_answer(
    acme: Organisation, talk: Conversation, watcher: Client
) -> None:
    """R09, L2: no "author" label, no different markup, no different page."""
    with tenant_context(acme.tenant):
        alice, ben = make_people(talk, 2)
        idea = make_idea(talk, alice, uuid4().hex)
        for author in (alice, ben):
            posting.add_comment(
                conversation=talk,
                idea=idea,
                by=author,
                form=str(uuid4()),
                text=uuid4().hex,
                at=timezone.now(),
            )

    comments = _ARTICLE.findall(watcher.get(f"/{talk.slug}/idea/{idea}/").content.decode())[1:]

    assert len(comments) == 2
    assert len({_neutral(comment) for comment in comments}) == 1


def test_headers_and_sizes_say_nothing_about_the_author(
    acme: Organisation, talk: Conversation, watcher: Client
) -> None:
    """L1: status, headers and length are the same for everybody's ideas."""
    with tenant_context(acme.tenant):
        alice, ben = make_people(talk, 2)
        ideas = [make_idea(talk, author, uuid4().hex) for author in (alice, alice, ben)]

    responses = [watcher.get(f"/{talk.slug}/idea/{idea}/") for idea in ideas]

    assert len({(r.status_code, len(r.content), frozenset(r.headers)) for r in responses}) == 1
    assert "ETag" not in responses[0].headers
    assert "Last-Modified" not in responses[0].headers


def test_only_the_author_sees_the_marks(acme: Organisation, talk: Conversation, watcher: Client) -> None:
    """R09, R12."""
    author = signed_in_client(acme, talk)
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    author.post(f"/{talk.slug}/stream/{stream}/write/", {"text": "Mine alone", "form": str(uuid4())})

    path = f"/{talk.slug}/stream/{stream}/"
    assert "only you can see this" in author.get(path).content.decode()
    assert "only you can see this" not in watcher.get(path).content.decode()


def test_marks_from_another_device_appear_as_well(acme: Organisation, talk: Conversation) -> None:
    from tests.making import client_of, new_address, sign_in

    address = new_address()
    telephone = signed_in_client(acme, talk, address)
    computer = client_of(acme)
    sign_in(computer, talk, address)
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    telephone.post(f"/{talk.slug}/stream/{stream}/write/", {"text": "From the bus", "form": str(uuid4())})

    assert "only you can see this" in computer.get(f"/{talk.slug}/stream/{stream}/").content.decode()


def test_nothing_kept_about_a_post_reaches_the_log(
    acme: Organisation, talk: Conversation, watcher: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """L19: no path, no id, no text, no network address; also when something is refused."""
    caplog.set_level(0)
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    for text in ("A telling sentence", ""):
        watcher.post(f"/{talk.slug}/stream/{stream}/write/", {"text": text, "form": str(uuid4())})
    with tenant_context(acme.tenant):
        idea: UUID = Idea.objects.get(stream=stream).pk
    watcher.post(f"/{talk.slug}/idea/{uuid4()}/vote/", {"value": "1"})

    for telling in ("A telling sentence", str(stream), str(idea), "127.0.0.1", talk.slug):
        assert telling not in caplog.text
