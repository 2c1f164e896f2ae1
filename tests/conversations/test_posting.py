from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from conversations import permissions
from conversations.models import Comment, Idea, Source, State
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.queries import own, tags
from conversations.services import posting, texts
from kernel.tenancy import Tenant, tenant_context
from privacy import anonymity
from privacy.anonymity import Kind
from tests.making import make_conversation, make_idea, make_people, stream_of


def test_an_idea_keeps_its_day_and_nobody(in_acme: Tenant) -> None:
    """R07, R09."""
    conversation = make_conversation()
    (alice,) = make_people(conversation)

    idea = Idea.objects.get(pk=make_idea(conversation, alice, "More daylight, please."))

    assert idea.text == "More daylight, please."
    assert idea.day == timezone.now().astimezone(conversation.zone).date()
    assert alice.person.bytes not in bytes(idea.route or b"")
    columns = {field.name for field in Idea._meta.get_fields()}
    assert not columns & {"author", "person", "created_at", "updated_at", "posted_at"}


def test_the_same_form_sent_twice_makes_one_idea(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    form, stream, now = str(uuid4()), stream_of(conversation).pk, timezone.now()

    posted = {
        posting.post_idea(conversation=conversation, stream=stream, by=alice, form=form, text=text, at=now)
        for text in ("Once.", "Once.", "Once more.")
    }

    assert len(posted) == 1
    assert Idea.objects.get(stream=stream).text == "Once."


def test_two_posts_at_the_same_moment_are_both_there(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)

    def post(number: int) -> UUID:
        with tenant_context(in_acme):
            posted = make_idea(conversation, alice, f"Idea {number}")
        connections.close_all()
        return posted

    with ThreadPoolExecutor(2) as pool:
        posted = list(pool.map(post, range(2)))

    assert Idea.objects.filter(pk__in=posted).count() == 2
    assert tags.count(Kind.IDEA, alice.secret) == 2


def test_a_comment_counts_at_its_idea(in_acme: Tenant) -> None:
    """R07."""
    conversation = make_conversation()
    alice, ben = make_people(conversation, 2)
    idea = make_idea(conversation, alice)

    comment = posting.add_comment(
        conversation=conversation, idea=idea, by=ben, form=str(uuid4()), text="So do I.", at=timezone.now()
    )

    assert Comment.objects.get(pk=comment).text == "So do I."
    assert Idea.objects.get(pk=idea).comment_count == 1


@pytest.mark.parametrize(
    ("opens", "closes", "refusal"),
    [(-3, -1, permissions.ConversationClosed), (1, 3, permissions.NotOpenYet)],
)
def test_nothing_is_posted_outside_the_dates(
    in_acme: Tenant, opens: int, closes: int, refusal: type[Exception]
) -> None:
    now = timezone.now()
    conversation = make_conversation(
        opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes)
    )
    (alice,) = make_people(conversation)

    with pytest.raises(refusal):
        make_idea(conversation, alice)

    assert not Idea.objects.filter(stream__conversation=conversation).exists()


def test_a_conversation_that_closes_meanwhile_takes_nothing(in_acme: Tenant) -> None:
    """The page still thinks it is open; the statement asks the database."""
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)
    type(conversation).objects.filter(pk=conversation.pk).update(closes_at=timezone.now())

    with pytest.raises(posting.NotHere):
        make_idea(conversation, alice)
    with pytest.raises(posting.NotHere):
        posting.add_comment(
            conversation=conversation, idea=idea, by=alice, form=str(uuid4()), text="Late.", at=timezone.now()
        )


def test_who_may_only_read_posts_nothing(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)

    with pytest.raises(permissions.ReadOnly):
        make_idea(conversation, replace(alice, may_write=False))


def test_an_idea_of_another_area_takes_no_comment(in_acme: Tenant) -> None:
    """R06."""
    conversation = make_conversation(areas=("staff", "students"))
    (alice,), (ben,) = make_people(conversation, area="staff"), make_people(conversation, area="students")
    idea = make_idea(conversation, alice)

    with pytest.raises(posting.NotHere):
        posting.add_comment(
            conversation=conversation, idea=idea, by=ben, form=str(uuid4()), text="Hello.", at=timezone.now()
        )

    assert Idea.objects.get(pk=idea).comment_count == 0


def test_a_hidden_idea_takes_no_comment(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)
    Idea.objects.filter(pk=idea).update(state=State.HIDDEN)

    with pytest.raises(posting.NotHere):
        posting.add_comment(
            conversation=conversation,
            idea=idea,
            by=alice,
            form=str(uuid4()),
            text="Hello.",
            at=timezone.now(),
        )


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200d\ufeff", "\x00\x07"])
def test_a_text_that_nobody_can_see_is_missing(in_acme: Tenant, text: str) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)

    with pytest.raises(texts.TextMissing):
        make_idea(conversation, alice, text)


def test_a_text_that_is_too_long_says_by_how_much(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)

    with pytest.raises(texts.TextTooLong) as refusal:
        make_idea(conversation, alice, "x" * (MOST_CHARACTERS_OF_IDEA + 1))

    assert "3,001" in refusal.value.sentence
    assert "3,000" in refusal.value.sentence


def test_nobody_posts_without_end(in_acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    monkeypatch.setitem(anonymity.MOST_POSTS, Kind.IDEA, 3)
    for _n in range(3):
        make_idea(conversation, alice)

    with pytest.raises(posting.TooManyPosts):
        make_idea(conversation, alice)


def test_somebody_with_many_posts_finds_them_all(in_acme: Tenant) -> None:
    """R12: looking ahead goes over more than one block of tags."""
    conversation = make_conversation()
    alice, ben = make_people(conversation, 2)
    written = {make_idea(conversation, alice, f"Idea {n}") for n in range(40)}
    make_idea(conversation, ben, "Somebody else's.")

    found = own.posts(conversation, alice.secret, today=timezone.localdate())

    assert {post.idea for post in found} == written


def test_a_contribution_of_a_participant_cannot_lack_its_tag(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)

    with pytest.raises(IntegrityError):
        Idea.objects.filter(pk=idea).update(route=None)
    with pytest.raises(IntegrityError):
        Idea.objects.filter(pk=idea).update(source=Source.FACILITATOR)
