import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from conversations import permissions
from conversations.models import Conversation, Idea, State, Vote
from conversations.services import tallies, voting
from conversations.services.voting import DISLIKE, LIKE, Standing
from kernel.tenancy import Tenant, tenant_context
from privacy.anonymity import Ticket
from tests.making import make_conversation, make_idea, make_people


def _vote(conversation: Conversation, idea: object, by: Ticket, value: int) -> Standing:
    act = {"conversation": conversation, "idea": idea, "by": by, "at": timezone.now()}
    return voting.cast_vote(**act, value=value) if value else voting.withdraw_vote(**act)  # type: ignore[arg-type]


def test_a_vote_is_cast_changed_and_withdrawn(in_acme: Tenant) -> None:
    """R07."""
    conversation = make_conversation()
    alice, ben = make_people(conversation, 2)
    idea = make_idea(conversation, alice)

    assert _vote(conversation, idea, ben, LIKE) == Standing(likes=1, dislikes=0, own=1)
    assert _vote(conversation, idea, ben, LIKE) == Standing(likes=1, dislikes=0, own=1)
    assert _vote(conversation, idea, ben, DISLIKE) == Standing(likes=0, dislikes=1, own=-1)
    assert _vote(conversation, idea, alice, LIKE) == Standing(likes=1, dislikes=1, own=1)
    assert _vote(conversation, idea, ben, 0) == Standing(likes=1, dislikes=0, own=0)
    assert _vote(conversation, idea, ben, 0) == Standing(likes=1, dislikes=0, own=0)
    assert Vote.objects.filter(idea=idea).count() == 1


def test_double_clicks_from_many_threads_never_drift(in_acme: Tenant) -> None:
    """Goal G7: the counters equal a recount, whatever came at the same time."""
    conversation = make_conversation()
    people = make_people(conversation, 12)
    idea = make_idea(conversation, people[0])

    def click(seed: int) -> None:
        chance = random.Random(seed)
        with tenant_context(in_acme):
            for _click in range(60):
                _vote(conversation, idea, chance.choice(people), chance.choice([LIKE, DISLIKE, 0, LIKE]))
        connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(click, range(6)))

    kept = Idea.objects.get(pk=idea)
    assert kept.likes == Vote.objects.filter(idea=idea, value=LIKE).count()
    assert kept.dislikes == Vote.objects.filter(idea=idea, value=DISLIKE).count()
    assert tallies.recount(conversation=conversation.pk) == 0


@pytest.mark.parametrize("value", [LIKE, DISLIKE, 0])
def test_a_closed_conversation_takes_no_votes(in_acme: Tenant, value: int) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)
    _vote(conversation, idea, alice, LIKE)
    closed = make_closed(conversation)

    with pytest.raises(permissions.ConversationClosed):
        _vote(closed, idea, alice, value)

    assert Idea.objects.get(pk=idea).likes == 1


@pytest.mark.parametrize("value", [DISLIKE, 0])
def test_a_conversation_that_closes_meanwhile_keeps_its_votes(in_acme: Tenant, value: int) -> None:
    """The page still thinks it is open; the statement asks the database and rolls back."""
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)
    _vote(conversation, idea, alice, LIKE)
    make_closed(conversation)

    with pytest.raises(voting.CannotVoteHere):
        _vote(conversation, idea, alice, value)

    assert Vote.objects.get(idea=idea).value == LIKE
    assert Idea.objects.get(pk=idea).likes == 1


def test_a_hidden_idea_takes_no_votes(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)
    Idea.objects.filter(pk=idea).update(state=State.HIDDEN)

    with pytest.raises(voting.CannotVoteHere):
        _vote(conversation, idea, alice, LIKE)
    with pytest.raises(voting.CannotVoteHere):
        _vote(conversation, idea, alice, 0)

    assert not Vote.objects.filter(idea=idea).exists()


def test_an_idea_of_another_area_takes_no_votes(in_acme: Tenant) -> None:
    """R06."""
    conversation = make_conversation(areas=("staff", "students"))
    (alice,), (ben,) = make_people(conversation, area="staff"), make_people(conversation, area="students")
    idea = make_idea(conversation, alice)

    with pytest.raises(voting.CannotVoteHere):
        _vote(conversation, idea, ben, LIKE)

    assert not Vote.objects.filter(idea=idea).exists()


def test_who_may_only_read_does_not_vote(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)

    with pytest.raises(permissions.ReadOnly):
        _vote(conversation, idea, replace(alice, may_write=False), LIKE)


def test_totals_are_counted_and_not_kept_by_the_vote(in_acme: Tenant) -> None:
    """L5: a total that moved with each vote would tell when somebody votes."""
    from conversations.queries.conversations import totals

    conversation = make_conversation()
    alice, ben = make_people(conversation, 2)
    idea = make_idea(conversation, alice)
    _vote(conversation, idea, ben, LIKE)

    before = totals(conversation)
    tallies.count_conversation(conversation=conversation.pk)
    after = totals(conversation)

    assert (before.ideas, before.votes) == (0, 0)
    assert (after.ideas, after.votes) == (1, 1)


def make_closed(conversation: Conversation) -> Conversation:
    Conversation.objects.filter(pk=conversation.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    return Conversation.objects.get(pk=conversation.pk)
