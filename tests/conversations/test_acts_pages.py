"""What participants see of acts: the result and the rule; of trails and authors nothing."""

import json
from uuid import UUID, uuid4

import pytest
from django.test import Client

from conversations.models import Conversation, Idea, Rule
from kernel.tenancy import tenant_context
from privacy.anonymity import Ticket
from tenants.models import Organisation
from tests import acting
from tests.acting import idea_seen
from tests.making import make_idea, make_people, signed_in_client, stream_of, ticket_of


@pytest.fixture
def watcher(acme: Organisation, talk: Conversation) -> Client:
    """Somebody else of acme who is signed in."""
    return signed_in_client(acme, talk)


@pytest.fixture
def author(acme: Organisation, talk: Conversation, browser: Client, address: str) -> Ticket:
    """The person at the browser."""
    with tenant_context(acme.tenant):
        return ticket_of(talk, address, browser="other")


@pytest.fixture
def idea(acme: Organisation, talk: Conversation, author: Ticket) -> UUID:
    with tenant_context(acme.tenant):
        return make_idea(talk, author, "The ward manager on 7B never listens.")


def _page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return str(response.content.decode())


def test_a_masked_post_says_who_did_that_and_by_which_rule(
    acme: Organisation, talk: Conversation, browser: Client, watcher: Client, idea: UUID
) -> None:
    """R21, R25, scenario 12: the rule is everybody's, the facilitator's words are the author's alone."""
    with tenant_context(acme.tenant):
        acting.mask(talk, idea_seen(idea), "The ward manager on 7B")

    page = _page(watcher, f"/{talk.slug}/idea/{idea}/")
    inbox = _page(browser, f"/{talk.slug}/mine/messages/")

    assert "[...] never listens." in page
    assert f"Edited by a facilitator: {Rule.PERSON.label}." in page
    assert "Thank you." not in page
    assert "7B" not in page
    assert "A facilitator masked words in this." in inbox
    assert "Thank you." in inbox
    assert "If you see it differently, answer below." in inbox


def test_a_hidden_idea_says_why_and_a_comment_typed_there_is_not_lost(
    acme: Organisation, talk: Conversation, browser: Client, watcher: Client, idea: UUID
) -> None:
    """R21, R12, scenario 13."""
    with tenant_context(acme.tenant):
        acting.hide(talk, idea_seen(idea))

    page = _page(watcher, f"/{talk.slug}/idea/{idea}/", 404)
    answer = watcher.post(
        f"/{talk.slug}/idea/{idea}/comment/", {"text": "What I had to say", "form": str(uuid4())}
    )
    mine = _page(browser, f"/{talk.slug}/mine/")

    assert str(Rule.ABUSE.label) in page
    assert "never listens" not in page
    assert "What I had to say" in answer.content.decode()
    assert "Hidden by a facilitator" in mine
    assert str(Rule.ABUSE.label) in mine


def test_who_has_a_merged_idea_open_is_led_to_the_other(
    acme: Organisation, talk: Conversation, watcher: Client, idea: UUID
) -> None:
    """R24: also through several merges, and with what was typed."""
    with tenant_context(acme.tenant):
        (ben,) = make_people(talk)
        second, third = make_idea(talk, ben, "Listen to us"), make_idea(talk, ben, "Ask us first")
        acting.merge(talk, second, idea)
        acting.merge(talk, third, second)

    response = watcher.get(f"/{talk.slug}/idea/{idea}/")
    answer = watcher.post(
        f"/{talk.slug}/idea/{idea}/comment/", {"text": "What I had to say", "form": str(uuid4())}
    ).content.decode()

    assert response["Location"] == f"/{talk.slug}/idea/{third}/?merged=1"
    page = _page(watcher, response["Location"])
    assert "was merged with this one" in page
    assert "Merged from 3" in page
    assert f"/{talk.slug}/idea/{third}/comment/" in answer
    assert "What I had to say" in answer


def test_small_merged_votes_are_shown_nowhere(
    acme: Organisation, talk: Conversation, browser: Client, watcher: Client, idea: UUID
) -> None:
    """R24: card, page, search, counters, the answer to a vote, the author's own page."""
    with tenant_context(acme.tenant):
        people = make_people(talk, 3)
        source = make_idea(talk, people[0], "Nobody listens to us")
        for person in people:
            acting.vote(talk, source, person)
        acting.merge(talk, idea, source)
        stream = stream_of(talk).pk

    counts = watcher.get(f"/{talk.slug}/counts/?place=page&idea={idea}").content.decode()
    vote = watcher.post(f"/{talk.slug}/idea/{idea}/vote/", {"value": "1"}, headers={"HX-Request": "true"})
    seen = [
        _page(watcher, f"/{talk.slug}/stream/{stream}/?sort=liked"),
        _page(watcher, f"/{talk.slug}/idea/{idea}/"),
        _page(watcher, f"/{talk.slug}/search/?q=listens"),
        _page(browser, f"/{talk.slug}/mine/"),
        vote.content.decode(),
    ]

    assert json.loads(counts)[str(idea)]["like"] == "Like"
    for page in [*seen, counts]:
        assert "3 likes" not in page
        assert "4 likes" not in page
    for page in seen[:4]:
        assert "Votes are shown from 11 people on." in page


def test_a_participant_learns_nothing_of_a_split_but_the_author_does(
    acme: Organisation, talk: Conversation, browser: Client, watcher: Client, idea: UUID
) -> None:
    """R23, scenario 15: parts look like anybody's ideas; the whole is merely not shown any more."""
    with tenant_context(acme.tenant):
        light, tea = acting.split(talk, idea, "More light on 7B", "Better tea on 7B")
        stream = stream_of(talk).pk

    page, part = (
        _page(watcher, f"/{talk.slug}/stream/{stream}/"),
        _page(watcher, f"/{talk.slug}/idea/{light}/"),
    )
    whole = _page(watcher, f"/{talk.slug}/idea/{idea}/", 404)
    mine = _page(browser, f"/{talk.slug}/mine/")

    assert "More light on 7B" in page
    assert str(idea) not in page + part
    for text in (str(light), str(tea), "split", "Split", str(Rule.SEVERAL.label)):
        assert text not in whole
    assert "Split into several" in mine
    assert mine.count("Part of a post of yours that was split") == 2
    assert "only you can see this" in _page(browser, f"/{talk.slug}/idea/{light}/")
    assert "only you can see this" not in part


def test_pages_tell_nothing_about_who_wrote_what_was_merged(
    acme: Organisation, talk: Conversation, watcher: Client, idea: UUID, author: Ticket
) -> None:
    """R09, R24: whether one person wrote both or two did, the page is the same."""
    with tenant_context(acme.tenant):
        (ben,) = make_people(talk)
        pages = []
        for other in (author, ben):
            target = make_idea(talk, author, "Light in rooms")
            acting.merge(talk, target, make_idea(talk, other, "Lamps in rooms"))
            found = Idea.objects.get(pk=target)
            ties = {bytes(found.owner_tag or b"").hex(), bytes(found.route or b"").hex()}
            pages.append((target, ties))
    seen = [_page(watcher, f"/{talk.slug}/idea/{target}/") for target, _ties in pages]

    assert not any(tie in page for page in seen for _target, ties in pages for tie in ties)
    assert len({len(page) for page in seen}) == 1
