"""Changing and deleting one's own: as long as it may be, by nobody else, with every counter right."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from conversations import permissions
from conversations.models import Comment, Conversation, Idea, IdeaWords, State
from conversations.queries import search, tags
from conversations.queries.ideas import Sort
from conversations.services import editing, posting, tallies, texts, voting
from kernel.errors import NotFound
from kernel.tenancy import Tenant, tenant_context
from privacy.anonymity import Kind, Ticket
from tenants.models import Organisation
from tests.conversations.test_pages import queries
from tests.making import (
    change,
    client_of,
    make_conversation,
    make_idea,
    make_people,
    signed_in_client,
    stream_of,
)

YESTERDAY = timedelta(days=1)


def _comment(talk: Conversation, idea: UUID, by: Ticket, text: str = "So do I.") -> UUID:
    return posting.add_comment(
        conversation=talk, idea=idea, by=by, form=str(uuid4()), text=text, at=timezone.now()
    )


def _edit(kind: Kind, talk: Conversation, what: UUID, by: Ticket, text: str = "Anew.") -> None:
    editing.edit_contribution(
        kind=kind, conversation=talk, contribution=what, by=by, text=text, at=timezone.now()
    )


def _delete(kind: Kind, talk: Conversation, what: UUID, by: Ticket) -> None:
    editing.delete_contribution(kind=kind, conversation=talk, contribution=what, by=by, at=timezone.now())


def _age(*contributions: UUID) -> None:
    """As if they had been posted yesterday."""
    for model in (Idea, Comment):
        for found in model.objects.filter(pk__in=contributions):
            model.objects.filter(pk=found.pk).update(day=found.day - YESTERDAY)


def _found(talk: Conversation, by: Ticket, words: str) -> int:
    return search.ideas_with(talk, words, stream=None, sort=Sort.NEWEST, after=None, by=by, known=1).count


def test_a_changed_idea_says_so_and_is_found_by_its_new_words(in_acme: Tenant) -> None:
    """R07, R09: the tag tells that it was changed, not when nor by whom."""
    talk = make_conversation()
    (alice,) = make_people(talk)
    idea = make_idea(talk, alice, "More daylight.")

    _edit(Kind.IDEA, talk, idea, alice, "More plants.")

    changed = Idea.objects.get(pk=idea)
    assert (changed.text, changed.is_edited) == ("More plants.", True)
    assert (_found(talk, alice, "plants"), _found(talk, alice, "daylight")) == (1, 0)


def test_the_same_text_again_is_no_change(in_acme: Tenant) -> None:
    talk = make_conversation()
    (alice,) = make_people(talk)
    idea = make_idea(talk, alice, "More daylight.")

    _edit(Kind.IDEA, talk, idea, alice, "More daylight.")

    assert not Idea.objects.get(pk=idea).is_edited


def test_a_deleted_idea_leaves_an_empty_row_and_no_words(in_acme: Tenant) -> None:
    """The tag's number is not used twice, and nothing of the text is left."""
    talk = make_conversation()
    (alice,) = make_people(talk)
    idea = make_idea(talk, alice, "More daylight.")

    _delete(Kind.IDEA, talk, idea, alice)

    left = Idea.objects.get(pk=idea)
    assert (left.text, left.state) == ("", State.WITHDRAWN)
    assert not IdeaWords.objects.filter(idea=idea).exists()
    assert tags.count(Kind.IDEA, alice.secret) == 1
    assert make_idea(talk, alice, "More daylight.") != idea


def test_a_deleted_comment_is_not_counted_any_more(in_acme: Tenant) -> None:
    talk = make_conversation()
    alice, ben = make_people(talk, 2)
    idea = make_idea(talk, alice)
    comment, _other = _comment(talk, idea, ben), _comment(talk, idea, alice)

    _delete(Kind.COMMENT, talk, comment, ben)

    assert Comment.objects.get(pk=comment).text == ""
    assert Idea.objects.get(pk=idea).comment_count == 1
    assert tallies.recount(conversation=talk.pk) == 0
    with pytest.raises(NotFound):
        _delete(Kind.COMMENT, talk, comment, ben)
    assert Idea.objects.get(pk=idea).comment_count == 1


def test_a_changed_comment_says_so(in_acme: Tenant) -> None:
    talk = make_conversation()
    alice, ben = make_people(talk, 2)
    comment = _comment(talk, make_idea(talk, alice), ben)

    _edit(Kind.COMMENT, talk, comment, ben, "I do not.")

    changed = Comment.objects.get(pk=comment)
    assert (changed.text, changed.is_edited) == ("I do not.", True)


@pytest.mark.parametrize("act", [_edit, _delete])
@pytest.mark.parametrize("kind", list(Kind))
def test_on_its_day_it_may_be_changed_whatever_others_did(
    in_acme: Tenant, kind: Kind, act: Callable[..., None]
) -> None:
    talk = make_conversation()
    alice, ben = make_people(talk, 2)
    idea = make_idea(talk, alice)
    comment = _comment(talk, idea, alice)
    _comment(talk, idea, ben)
    voting.cast_vote(conversation=talk, idea=idea, by=ben, value=1, at=timezone.now())

    act(kind, talk, idea if kind is Kind.IDEA else comment, alice)

    assert tallies.recount(conversation=talk.pk) == 0


@pytest.mark.parametrize("act", [_edit, _delete])
def test_later_only_until_somebody_reacts_to_an_idea(in_acme: Tenant, act: Callable[..., None]) -> None:
    talk = make_conversation()
    alice, ben = make_people(talk, 2)
    lonely, liked, answered = (make_idea(talk, alice, text) for text in ("One", "Two", "Three"))
    voting.cast_vote(conversation=talk, idea=liked, by=ben, value=-1, at=timezone.now())
    _comment(talk, answered, ben)
    _age(lonely, liked, answered)

    act(Kind.IDEA, talk, lonely, alice)
    for idea in (liked, answered):
        with pytest.raises(editing.TooLateToChange):
            act(Kind.IDEA, talk, idea, alice)

    assert set(Idea.objects.filter(pk__in=[liked, answered]).values_list("text", flat=True)) == {
        "Two",
        "Three",
    }


@pytest.mark.parametrize("act", [_edit, _delete])
def test_later_only_until_somebody_comments_after_a_comment(
    in_acme: Tenant, act: Callable[..., None]
) -> None:
    """Comments of one day are in no order, so each of them may be the later one."""
    talk = make_conversation()
    alice, ben = make_people(talk, 2)
    idea = make_idea(talk, alice)
    first, second = _comment(talk, idea, alice), _comment(talk, idea, ben)
    _age(first, second)

    for comment, author in ((first, alice), (second, ben)):
        with pytest.raises(editing.TooLateToChange):
            act(Kind.COMMENT, talk, comment, author)
    _age(first)
    act(Kind.COMMENT, talk, second, ben)


@pytest.mark.parametrize("act", [_edit, _delete])
@pytest.mark.parametrize("kind", list(Kind))
def test_nobody_changes_what_is_somebody_elses(in_acme: Tenant, kind: Kind, act: Callable[..., None]) -> None:
    """R09: somebody else's and one that is not there are refused alike."""
    talk, elsewhere = make_conversation(), make_conversation()
    alice, ben = make_people(talk, 2)
    (stranger,) = make_people(elsewhere)
    idea = make_idea(talk, alice)
    what = idea if kind is Kind.IDEA else _comment(talk, idea, alice)

    for conversation, by, wanted in ((talk, ben, what), (talk, ben, uuid4()), (elsewhere, stranger, what)):
        with pytest.raises(NotFound):
            act(kind, conversation, wanted, by)
    with pytest.raises(NotFound):
        act(kind, elsewhere, what, alice)

    assert Idea.objects.get(pk=idea).text == "More daylight."
    assert not Comment.objects.filter(idea=idea, text="").exists()


@pytest.mark.parametrize("act", [_edit, _delete])
def test_only_while_the_conversation_is_open(in_acme: Tenant, act: Callable[..., None]) -> None:
    talk = make_conversation()
    (alice,) = make_people(talk)
    idea = make_idea(talk, alice)
    with pytest.raises(permissions.ReadOnly):
        act(Kind.IDEA, talk, idea, replace(alice, may_write=False))

    change(talk, closes_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(editing.TooLateToChange):
        act(Kind.IDEA, talk, idea, alice)  # the page still thinks it is open
    with pytest.raises(permissions.ConversationClosed):
        act(Kind.IDEA, Conversation.objects.get(pk=talk.pk), idea, alice)

    assert Idea.objects.get(pk=idea).state == State.SHOWN


@pytest.mark.parametrize("act", [_edit, _delete])
def test_what_a_facilitator_hid_stays_hidden(in_acme: Tenant, act: Callable[..., None]) -> None:
    talk = make_conversation()
    (alice,) = make_people(talk)
    idea = make_idea(talk, alice)
    Idea.objects.filter(pk=idea).update(state=State.HIDDEN)

    with pytest.raises(editing.TooLateToChange):
        act(Kind.IDEA, talk, idea, alice)

    assert Idea.objects.get(pk=idea).state == State.HIDDEN


@pytest.mark.parametrize(("text", "refusal"), [("", texts.TextMissing), ("x" * 3001, texts.TextTooLong)])
def test_the_new_text_must_fit(in_acme: Tenant, text: str, refusal: type[Exception]) -> None:
    talk = make_conversation()
    (alice,) = make_people(talk)
    idea = make_idea(talk, alice)

    with pytest.raises(refusal):
        _edit(Kind.IDEA, talk, idea, alice, text)


def test_somebody_comments_while_the_author_deletes(in_acme: Tenant) -> None:
    """Whoever is first wins, wholly: an answered idea stays, and a deleted one takes no comment."""
    talk = make_conversation()
    alice, ben = make_people(talk, 2)
    ideas = [make_idea(talk, alice, f"Idea {n}") for n in range(25)]
    _age(*ideas)

    def attempt(act: Callable[[], object]) -> bool:
        try:
            with tenant_context(in_acme):
                act()
        except (editing.TooLateToChange, posting.NotHere):
            return False
        else:
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for idea in ideas:
            deleting = pool.submit(attempt, lambda idea=idea: _delete(Kind.IDEA, talk, idea, alice))  # type: ignore[misc]
            commenting = pool.submit(attempt, lambda idea=idea: _comment(talk, idea, ben))  # type: ignore[misc]
            assert deleting.result() != commenting.result()

    for left in Idea.objects.filter(pk__in=ideas):
        assert (left.state == State.SHOWN) == (left.comment_count == 1)
        assert Comment.objects.filter(idea=left).count() == left.comment_count
    assert tallies.recount(conversation=talk.pk) == 0


# The pages ------------------------------------------------------------------------------


@pytest.fixture
def idea(acme: Organisation, talk: Conversation, browser: Client) -> UUID:
    """The browser's own idea, with a comment of its own."""
    with tenant_context(acme.tenant):
        stream = stream_of(talk).pk
    browser.post(f"/{talk.slug}/stream/{stream}/write/", {"text": "A wider door", "form": str(uuid4())})
    with tenant_context(acme.tenant):
        found = Idea.objects.get(stream=stream).pk
    browser.post(f"/{talk.slug}/idea/{found}/comment/", {"text": "And a ramp", "form": str(uuid4())})
    return found


def _forms(acme: Organisation, idea: UUID) -> list[dict[str, str]]:
    """What the forms on the browser's own idea and comment send."""
    with tenant_context(acme.tenant):
        comment = Comment.objects.get(idea=idea, text="And a ramp").pk
    return [{"kind": "idea", "post": str(idea)}, {"kind": "comment", "post": str(comment)}]


def _offers(page: str, talk: Conversation) -> int:
    return page.count(f'formaction="/{talk.slug}/mine/change/"')


def test_own_posts_offer_to_be_changed(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    """R07: on the idea's page and in My contributions, to the author alone. No address names a post."""
    watcher = signed_in_client(acme, talk)

    with queries(5):
        page = browser.get(f"/{talk.slug}/idea/{idea}/").content.decode()
    mine = browser.get(f"/{talk.slug}/mine/").content.decode()
    others = watcher.get(f"/{talk.slug}/idea/{idea}/").content.decode()

    assert [_offers(shown, talk) for shown in (page, mine, others)] == [2, 2, 0]


def test_what_can_no_longer_be_changed_offers_nothing(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    with tenant_context(acme.tenant):
        (ben,) = make_people(talk)
        _comment(talk, idea, ben)
        _age(idea, *Comment.objects.filter(idea=idea).values_list("pk", flat=True))

    page = browser.get(f"/{talk.slug}/idea/{idea}/").content.decode()
    page += browser.get(f"/{talk.slug}/mine/").content.decode()

    assert _offers(page, talk) == 0
    for form in _forms(acme, idea):
        for act, more in (("change", {}), ("change", {"text": "Too late"}), ("delete", {"confirm": "1"})):
            refused = browser.post(f"/{talk.slug}/mine/{act}/", {**form, **more})
            assert refused.status_code == 409
            assert "This stays as it is" in refused.content.decode()


def test_changing_shows_the_text_and_leads_back(talk: Conversation, browser: Client, idea: UUID) -> None:
    path, form = f"/{talk.slug}/mine/change/", {"kind": "idea", "post": str(idea)}
    assert ">A wider door</textarea>" in browser.post(path, form).content.decode()

    response = browser.post(path, {**form, "text": "Two wider doors"})

    page = browser.get(response["Location"]).content.decode()
    assert "Two wider doors" in page
    assert "Changed by its author" in page
    assert str(idea) not in response["Location"]
    assert browser.post(path, {**form, "text": " "}).status_code == 422


def test_deleting_asks_first(acme: Organisation, talk: Conversation, browser: Client, idea: UUID) -> None:
    path, form = f"/{talk.slug}/mine/delete/", {"kind": "idea", "post": str(idea)}

    assert "Delete this idea?" in browser.post(path, form).content.decode()
    with tenant_context(acme.tenant):
        assert Idea.objects.get(pk=idea).text == "A wider door"
    response = browser.post(path, {**form, "confirm": "1"})

    page = browser.get(response["Location"]).content.decode()
    assert "Its text is gone" in page
    assert "A wider door" not in page
    assert browser.get(f"/{talk.slug}/idea/{idea}/").status_code == 404


def test_somebody_elses_is_the_same_as_nothing(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    """R09, L1: the answers do not differ by a byte, whether it is there or not."""
    other = signed_in_client(acme, talk)
    forms = _forms(acme, idea)
    forms += [{**form, "post": str(uuid4())} for form in forms] + [{"kind": "vote", "post": "x"}]

    for act, more in (("change", {}), ("change", {"text": "Mine now"}), ("delete", {"confirm": "1"})):
        found = [other.post(f"/{talk.slug}/mine/{act}/", {**form, **more}) for form in forms]
        assert {answer.status_code for answer in found} == {404}
        assert len({_neutral(answer.content) for answer in found}) == 1
    with tenant_context(acme.tenant):
        assert Idea.objects.get(pk=idea).text == "A wider door"


def _neutral(page: bytes) -> str:
    from tests.anonymity.test_pages import _neutral

    return _neutral(page.decode())


def test_without_a_session_nothing_is_changed_and_nothing_lost(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    for form in _forms(acme, idea):
        response = client_of(acme).post(f"/{talk.slug}/mine/change/", {**form, "text": "A long new text"})
        assert response.status_code == 403
        assert "A long new text" in response.content.decode()
