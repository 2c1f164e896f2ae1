"""The queue fills itself: an item for each post, in the lane its reports and words put it into."""

from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Examined, Idea, Lane, QueueItem, Reason
from conversations.services import editing, posting, rewriting
from conversations.services.queue import filling
from conversations.services.reporting import report_contribution
from kernel.tenancy import Tenant
from privacy import anonymity
from privacy.anonymity import Kind, Ticket
from privacy.vault.interface import vault
from privacy.vault.shapes import Contributions
from tests.making import enrol, make_conversation, make_idea, make_people


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


@pytest.fixture
def alice(talk: Conversation) -> Ticket:
    return make_people(talk)[0]


def item(post: UUID) -> QueueItem:
    return QueueItem.objects.get(pk=post)


def report(talk: Conversation, idea: UUID, reason: Reason, by: Ticket | None = None) -> None:
    report_contribution(
        conversation=talk,
        kind=Kind.IDEA,
        contribution=idea,
        by=by or make_people(talk)[0],
        reason=reason,
        words="",
        at=timezone.now(),
    )


def comment(talk: Conversation, idea: UUID, by: Ticket, text: str = "A comment.") -> UUID:
    return posting.add_comment(
        conversation=talk, idea=idea, by=by, form=str(uuid4()), text=text, at=timezone.now()
    )


def test_every_idea_and_comment_gets_one_item(talk: Conversation, alice: Ticket) -> None:
    """R20."""
    idea = make_idea(talk, alice)
    answer = comment(talk, idea, alice)

    filling.fill_missing(conversation=talk)
    filling.fill_all(at=timezone.now())

    found = QueueItem.objects.filter(conversation=talk).values_list("pk", "kind", "lane", "is_open")
    assert set(found) == {(idea, "idea", Lane.NEW, True), (answer, "comment", Lane.NEW, True)}


def test_nothing_new_is_one_small_query(talk: Conversation, alice: Ticket) -> None:
    """R20: a queue page may ask each time."""
    make_idea(talk, alice)
    filling.fill_missing(conversation=talk)

    with CaptureQueriesContext(connections["default"]) as asked:
        filling.fill_missing(conversation=talk)

    assert len(asked) == 1


def test_hints_say_which_words_and_put_the_post_forward(talk: Conversation, alice: Ticket) -> None:
    """R20: rules of our own and names of the roster, only as they stand in the text."""
    enrol(talk, "wilfrid.brimble@people.example")
    idea = make_idea(talk, alice, "wilfrid brimble told the ward manager on ward 7B. Call 07700 900123.")

    filling.fill_missing(conversation=talk)

    found = item(idea)
    assert found.lane == Lane.HINTED
    assert ["named", "wilfrid brimble"] in found.hints
    assert {kind for kind, _words in found.hints} >= {"named", "role", "contact"}


def test_without_a_vault_the_names_are_compared_later(talk: Conversation, alice: Ticket) -> None:
    """R20."""
    enrol(talk, "wilfrid.brimble@people.example")
    idea = make_idea(talk, alice, "wilfrid brimble again")
    with override_settings(VAULT_URL="http://127.0.0.1:9"):
        from privacy.vault import client

        kept, client.transports[:] = list(client.transports), []
        filling.fill_missing(conversation=talk)
        client.transports[:] = kept
    assert (item(idea).lane, item(idea).examined) == (Lane.NEW, Examined.BY_RULES)

    filling.fill_all(at=timezone.now())

    assert (item(idea).lane, item(idea).examined) == (Lane.HINTED, Examined.COMPLETELY)


def test_a_report_puts_forward_and_a_worry_puts_first(talk: Conversation, alice: Ticket) -> None:
    """R20, R28."""
    idea = make_idea(talk, alice)
    report(talk, idea, Reason.ABUSE)
    filling.fill_missing(conversation=talk)
    assert (item(idea).lane, item(idea).reports) == (Lane.REPORTED, 1)

    report(talk, idea, Reason.WORRY)
    for _twice in range(2):
        filling.fill_missing(conversation=talk)

    assert (item(idea).lane, item(idea).reports) == (Lane.SAFEGUARDING, 2)


def test_a_report_that_comes_later_opens_a_done_item_again(talk: Conversation, alice: Ticket) -> None:
    """R20."""
    idea = make_idea(talk, alice)
    report(talk, idea, Reason.WORRY)
    filling.fill_missing(conversation=talk)
    QueueItem.objects.filter(pk=idea).update(is_open=False)
    filling.fill_all(at=timezone.now())
    assert not item(idea).is_open

    report(talk, idea, Reason.OTHER)
    filling.fill_all(at=timezone.now())

    assert item(idea).is_open
    assert item(idea).lane == Lane.REPORTED


def test_what_its_author_changed_is_looked_at_again(talk: Conversation, alice: Ticket) -> None:
    """R20, R10: the words that hints found go with the text."""
    idea = make_idea(talk, alice, "Mrs Okafor is late.")
    filling.fill_missing(conversation=talk)
    QueueItem.objects.filter(pk=idea).update(is_open=False)

    editing.edit_contribution(
        kind=Kind.IDEA,
        conversation=talk,
        contribution=idea,
        by=alice,
        text="It starts late.",
        at=timezone.now(),
    )
    assert (item(idea).is_open, item(idea).hints) == (True, [])
    filling.fill_all(at=timezone.now())
    assert item(idea).lane == Lane.NEW

    editing.delete_contribution(
        kind=Kind.IDEA, conversation=talk, contribution=idea, by=alice, at=timezone.now()
    )
    assert not item(idea).is_open


def test_who_leaves_takes_the_words_in_hints_along(talk: Conversation, alice: Ticket) -> None:
    """R14."""
    idea = make_idea(talk, alice, "Mrs Okafor is late.")
    filling.fill_missing(conversation=talk)
    assert item(idea).hints

    vault().leave(
        conversation=talk.pk, proof=anonymity.prove(alice, "leave"), contributions=Contributions.WITHDRAW
    )
    rewriting.rewrite_conversation(conversation=talk, at=timezone.now())

    assert (item(idea).hints, item(idea).is_open) == ([], False)


def test_posts_that_say_nearly_the_same_are_grouped(talk: Conversation, alice: Ticket) -> None:
    """R20."""
    texts = (
        "Put bicycle racks in front of the canteen",
        "Please put bicycle racks in front of the canteen",
        "Longer opening hours for the library",
    )
    one, other, apart = (make_idea(talk, alice, text) for text in texts)

    filling.fill_all(at=timezone.now())

    assert item(one).alike == item(other).alike is not None
    assert item(apart).alike is None


def test_facilitators_posts_and_drafts_are_nobodys_work(talk: Conversation, alice: Ticket) -> None:
    """R31."""
    idea = make_idea(talk, alice)
    Idea.objects.filter(pk=idea).update(source="facilitator", owner_tag=None, route=None)

    filling.fill_all(at=timezone.now())

    assert not QueueItem.objects.filter(pk=idea).exists()


def test_items_are_rewritten_by_night(talk: Conversation, alice: Ticket) -> None:
    """L4: the order of the rows tells nothing."""
    ideas = {make_idea(talk, alice, f"Idea {n}") for n in range(5)}
    filling.fill_missing(conversation=talk)

    rewriting.rewrite_conversation(conversation=talk, at=timezone.now())

    from kernel.database import rows

    kept = rows("SELECT id, xmin::text FROM conversations_queueitem WHERE conversation_id = %s", [talk.pk])
    assert {found for found, _xmin in kept} == ideas
    assert len({xmin for _found, xmin in kept}) == 1
