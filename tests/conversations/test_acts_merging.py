"""Merging and splitting: votes once for each person, trails for facilitators and the author alone."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import timezone

from conversations.models import Act, Comment, Conversation, Idea, Post, Rule, State, Vote
from conversations.queries import own
from conversations.queries.acts import acts_on
from conversations.queries.facilitated import parts_of
from conversations.services import acts, editing, rewriting, tallies
from conversations.services.acts import AreasDiffer, DoesNotFit, Merge, NothingToMerge, Part, PartsMissing
from conversations.services.posting import NotHere
from conversations.services.voting import CannotVoteHere
from kernel.errors import NotFound
from kernel.tenancy import Tenant, tenant_context
from privacy import anonymity
from privacy.anonymity import Kind, Ticket
from privacy.vault.interface import vault
from privacy.vault.refusals import RouteRefused, VotesRefused
from privacy.vault.shapes import Contributions
from tests import acting
from tests.acting import idea_seen
from tests.making import make_conversation, make_idea, make_people, stream_of


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


def _votes(idea: UUID) -> set[tuple[bytes, int]]:
    return {
        (bytes(tag), value) for tag, value in Vote.objects.filter(idea=idea).values_list("voter_tag", "value")
    }


def _exact(talk: Conversation) -> bool:
    return tallies.recount(conversation=talk.pk) == 0


def _leave(talk: Conversation, who: Ticket, contributions: Contributions) -> None:
    vault().leave(conversation=talk.pk, proof=anonymity.prove(who, "leave"), contributions=contributions)
    rewriting.rewrite_conversation(conversation=talk, at=timezone.now() + timedelta(days=1))


def test_each_person_counts_once_and_their_vote_on_the_surviving_idea_stands(talk: Conversation) -> None:
    """R24, scenario 16: exact counters, the sources' votes untouched."""
    alice, ben, cat = make_people(talk, 3)
    target, source = make_idea(talk, alice, "More light"), make_idea(talk, ben, "Brighter rooms")
    for idea, person, value in ((target, alice, -1), (source, alice, 1), (source, ben, 1), (source, cat, -1)):
        acting.vote(talk, idea, person, value)
    before = _votes(source)

    acting.merge(talk, target, source, text="More light in all rooms")

    merged = Idea.objects.get(pk=target)
    assert (merged.likes, merged.dislikes, merged.merges) == (1, 2, 1)
    assert (merged.text, merged.edited_for) == ("More light in all rooms", Rule.SAME)
    assert _votes(target) == {
        (anonymity.voter_tag(alice.secret, target), -1),
        (anonymity.voter_tag(ben.secret, target), 1),
        (anonymity.voter_tag(cat.secret, target), -1),
    }
    assert _votes(source) == before
    assert Idea.objects.get(pk=source).state == State.MERGED
    assert _exact(talk)


def test_undoing_a_merge_restores_every_count_but_for_own_acts_since(talk: Conversation) -> None:
    """R24, scenario 16."""
    alice, ben, cat, dan = make_people(talk, 4)
    target, source = make_idea(talk, alice, "More light"), make_idea(talk, ben, "Brighter rooms")
    for person in (ben, cat, dan):
        acting.vote(talk, source, person)
    comment = acting.comment(talk, source, cat)
    act = acting.merge(talk, target, source, text="Light")
    acting.vote(talk, target, ben, -1)  # another mind
    acting.vote(talk, target, cat, 1)  # the same again makes it their own
    later = acting.comment(talk, target, dan)

    acting.undo(talk, act)

    back = Idea.objects.get(pk=target)
    assert (back.text, back.edited_for, back.likes, back.dislikes, back.comment_count) == (
        "More light",
        "",
        1,
        1,
        1,
    )
    one = Idea.objects.get(pk=source)
    assert (one.state, one.merged_into, one.likes, one.comment_count) == (State.SHOWN, None, 3, 1)
    assert Comment.objects.get(pk=comment).idea_id == source
    assert Comment.objects.get(pk=later).idea_id == target
    assert _exact(talk)


def test_merges_of_merges_are_undone_last_first(talk: Conversation) -> None:
    """R24."""
    people = make_people(talk, 3)
    ideas = [make_idea(talk, person, f"Idea {n}") for n, person in enumerate(people)]
    for idea, person in zip(ideas, people, strict=True):
        acting.vote(talk, idea, person)
        acting.comment(talk, idea, person)
    first = acting.merge(talk, ideas[1], ideas[0])
    second = acting.merge(talk, ideas[2], ideas[1])
    assert Idea.objects.get(pk=ideas[2]).merges == 2
    assert Idea.objects.get(pk=ideas[2]).comment_count == 3
    with pytest.raises(acts.NotTheLatest):
        acting.undo(talk, first)

    acting.undo(talk, second)
    acting.undo(talk, first)

    assert (
        list(Idea.objects.filter(pk__in=ideas).values_list("state", "likes", "comment_count", "merges"))
        == [(State.SHOWN, 1, 1, 0)] * 3
    )
    assert _exact(talk)


def test_merged_votes_are_shown_from_eleven_people_on(talk: Conversation) -> None:
    """R24: the sum of two small ideas would tell whether one person voted on both."""
    people = make_people(talk, 12)
    target, source = make_idea(talk, people[0], "More light"), make_idea(talk, people[1], "Lamps")
    for person in people[:9]:
        acting.vote(talk, source, person)
    acting.vote(talk, target, people[9], -1)

    acting.merge(talk, target, source)
    small = Idea.objects.get(pk=target)
    assert (small.likes, small.dislikes) == (9, 1)
    assert (small.shown_likes, small.shown_dislikes, small.divided) == (0, 0, 0)
    acting.vote(talk, target, people[10], -1)

    enough = Idea.objects.get(pk=target)
    assert (enough.shown_likes, enough.shown_dislikes, enough.divided) == (9, 2, 2)


def test_who_left_is_not_carried_and_stays_on_the_source(talk: Conversation) -> None:
    """R14, R24: their look-alike leads to nobody, so whether they voted on both cannot be told."""
    alice, ben = make_people(talk, 2)
    target, source = make_idea(talk, alice), make_idea(talk, alice, "Lamps")
    acting.vote(talk, source, ben)
    _leave(talk, ben, Contributions.KEEP)

    acting.merge(talk, target, source)

    assert (Idea.objects.get(pk=target).likes, Idea.objects.get(pk=source).likes) == (0, 1)
    assert _exact(talk)


def test_when_the_author_of_a_merged_idea_withdraws_the_others_stand_by_themselves(
    talk: Conversation,
) -> None:
    """R14, R24: one person's wish takes nobody else's words away."""
    alice, ben = make_people(talk, 2)
    target, source = make_idea(talk, alice, "More light"), make_idea(talk, ben, "Lamps")
    comment = acting.comment(talk, source, ben)
    acting.vote(talk, source, ben)
    acting.merge(talk, target, source)

    _leave(talk, alice, Contributions.WITHDRAW)

    freed = Idea.objects.get(pk=source)
    assert (freed.state, freed.text, freed.merged_into, freed.comment_count) == (
        State.SHOWN,
        "Lamps",
        None,
        1,
    )
    assert Comment.objects.get(pk=comment).idea_id == source
    assert Idea.objects.filter(pk=source, words__vector="lamp").exists()
    assert _exact(talk)


def test_votes_cast_while_ideas_are_merged_are_kept_or_refused(in_acme: Tenant, talk: Conversation) -> None:
    """R24: nothing is lost or doubled, nothing waits in a circle."""
    people = make_people(talk, 12)
    author = people[0]
    ideas = [make_idea(talk, author, f"Idea {n}") for n in range(4)]
    stop, troubles = threading.Event(), []

    def take_part(person: Ticket) -> None:
        with tenant_context(in_acme):
            n = 0
            while not stop.is_set():
                for act in (_vote_on(ideas[n % 4], person, n), _comment_on(ideas[n % 4], person)):
                    try:
                        act(talk)
                    except (CannotVoteHere, NotHere):
                        pass
                    except Exception as trouble:  # noqa: BLE001  (the test looks at every one)
                        troubles.append(trouble)
                n += 1
        connections.close_all()

    writers = [threading.Thread(target=take_part, args=(person,)) for person in people[1:7]]
    for writer in writers:
        writer.start()
    for _round in range(6):
        act = acting.merge(talk, ideas[0], *ideas[1:])
        acting.undo(talk, act)
    stop.set()
    for writer in writers:
        writer.join()

    assert troubles == []
    assert _exact(talk)
    assert not Vote.objects.filter(idea__in=ideas).exclude(carried_by=None).exists()


def _vote_on(idea: UUID, by: Ticket, n: int) -> Callable[[Conversation], None]:
    return lambda talk: acting.vote(talk, idea, by, (1, -1, 0)[n % 3])


def _comment_on(idea: UUID, by: Ticket) -> Callable[[Conversation], UUID]:
    return lambda talk: acting.comment(talk, idea, by)


def test_what_cannot_be_merged_is_refused_and_unchanged(talk: Conversation) -> None:
    (alice,) = make_people(talk)
    target, source = make_idea(talk, alice), make_idea(talk, alice, "Lamps")
    with pytest.raises(NothingToMerge):
        acting.merge(talk, target)
    with pytest.raises(NothingToMerge):
        acting.merge(talk, target, target)
    with pytest.raises(NotFound):
        acting.merge(talk, target, make_idea(make_conversation(), alice))
    before = idea_seen(source)
    acting.hide(talk, before)
    with pytest.raises(DoesNotFit):
        acting.merge(talk, target, source)
    with pytest.raises(acts.ChangedMeanwhile):
        acts.merge_ideas(
            merge=Merge(idea_seen(target), (before,)),
            **acting._why(talk, Rule.SAME),
        )

    assert Idea.objects.get(pk=target).merges == 0
    assert not Act.objects.filter(kind="merge", conversation=talk).exists()


def test_ideas_of_two_areas_stay_apart(in_acme: Tenant) -> None:
    talk = make_conversation(areas=("staff", "students"))
    ideas = [make_idea(talk, make_people(talk, area=area)[0]) for area in ("staff", "students")]
    with pytest.raises(AreasDiffer):
        acting.merge(talk, *ideas)


def test_the_vault_carries_between_two_ideas_only(talk: Conversation) -> None:
    """R24: a route opens for its own idea alone, so nothing is tried out with it."""
    alice, ben = make_people(talk, 2)
    one, other = make_idea(talk, alice), make_idea(talk, alice, "Lamps")
    acting.vote(talk, one, ben)
    votes = [(bytes(vote.route), vote.value) for vote in Vote.objects.filter(idea=one)]
    with pytest.raises(VotesRefused):
        vault().carry(conversation=talk.pk, source=one, target=one, votes=votes, tags=[])
    with pytest.raises(RouteRefused):
        vault().carry(conversation=talk.pk, source=other, target=uuid4(), votes=votes, tags=[])

    (carried,) = vault().carry(conversation=talk.pk, source=one, target=other, votes=votes, tags=[])

    assert (carried.tag, carried.value) == (anonymity.voter_tag(ben.secret, other), 1)
    assert (
        vault().carry(conversation=talk.pk, source=one, target=other, votes=votes, tags=[carried.tag]) == []
    )


def test_a_post_is_split_and_its_author_finds_the_parts(talk: Conversation) -> None:
    """R23, scenario 15: parts start without votes; the whole keeps its votes and comments."""
    alice, ben = make_people(talk, 2)
    whole = make_idea(talk, alice, "Light, tea and quiet")
    about_tea, general = acting.comment(talk, whole, ben), acting.comment(talk, whole, ben)
    acting.vote(talk, whole, ben)

    light, tea, quiet = acting.split(talk, whole, "Light", "Tea", "Quiet", comments=(about_tea,))

    parts = Idea.objects.in_bulk([light, tea, quiet])
    assert {(part.state, part.likes, part.day) for part in parts.values()} == {
        (State.SHOWN, 0, Idea.objects.get(pk=whole).day)
    }
    kept = Idea.objects.get(pk=whole)
    assert (kept.state, kept.likes, kept.comment_count, parts[light].comment_count) == (State.SPLIT, 1, 1, 1)
    assert Comment.objects.get(pk=general).idea_id == whole
    assert parts_of(whole) == [light, tea, quiet]
    mine = {post.idea: post for post in own.posts(talk, alice.secret, today=timezone.localdate())}
    assert mine.keys() == {whole, light, tea, quiet}
    assert [mine[part].is_part for part in (whole, light, tea, quiet)] == [False, True, True, True]
    assert own.posts(talk, ben.secret, today=timezone.localdate())[0].kind == "comment"
    assert _exact(talk)


def test_authors_change_and_leave_with_their_parts(talk: Conversation) -> None:
    """R14, R23: a part is its author's like any other post, also a part of a part."""
    (alice,) = make_people(talk)
    whole = make_idea(talk, alice, "Light, tea and quiet")
    light, rest = acting.split(talk, whole, "Light", "Tea and quiet")
    tea, quiet = acting.split(talk, rest, "Tea", "Quiet")
    for part, text in ((light, "Daylight"), (tea, "Green tea")):
        editing.edit_contribution(
            kind=Kind.IDEA, conversation=talk, contribution=part, by=alice, text=text, at=timezone.now()
        )
        assert Idea.objects.get(pk=part).text == text

    _leave(talk, alice, Contributions.WITHDRAW)

    left = Idea.objects.filter(pk__in=[whole, light, rest, tea, quiet])
    assert set(left.values_list("text", "state")) == {("", State.WITHDRAWN)}
    tags = [tag for parent in (whole, rest) for tag in anonymity.part_tags(alice.secret, parent)]
    assert not Idea.objects.filter(owner_tag__in=tags).exists()


def test_who_keeps_leaves_look_alikes_of_the_parts_too(talk: Conversation) -> None:
    """R14, R23; and what nobody's post is split into is nobody's."""
    (alice,) = make_people(talk)
    whole = make_idea(talk, alice, "Light and tea")
    parts = acting.split(talk, whole, "Light", "Tea")

    _leave(talk, alice, Contributions.KEEP)

    assert set(Idea.objects.filter(pk__in=parts).values_list("text", flat=True)) == {"Light", "Tea"}
    assert not Idea.objects.filter(owner_tag__in=anonymity.part_tags(alice.secret, whole)).exists()
    again = acting.split(talk, parts[0], "Sun", "Lamps")
    ties = Idea.objects.filter(pk__in=again).values_list("owner_tag", "route")
    assert {(len(bytes(tag or b"")), len(bytes(route or b""))) for tag, route in ties} == {(32, 80)}


def test_undoing_a_split_puts_the_whole_back_and_it_can_be_split_again(talk: Conversation) -> None:
    """R23: what was said about the parts meanwhile is said about the whole."""
    alice, ben = make_people(talk, 2)
    whole = make_idea(talk, alice, "Light and tea")
    comment = acting.comment(talk, whole, ben)
    light, _tea = acting.split(talk, whole, "Light", "Tea", comments=(comment,))
    since = acting.comment(talk, light, ben)
    acting.vote(talk, light, ben)

    acting.undo(talk, acting.act_on(whole))

    back = Idea.objects.get(pk=whole)
    assert (back.state, back.text, back.comment_count) == (State.SHOWN, "Light and tea", 2)
    assert set(Comment.objects.filter(idea=whole).values_list("pk", flat=True)) == {comment, since}
    assert Idea.objects.get(pk=light).state == State.REMOVED
    assert [post.idea for post in own.posts(talk, alice.secret, today=timezone.localdate())] == [whole]
    assert len(acting.split(talk, whole, "Light", "Tea")) == 2
    assert _exact(talk)


def test_what_cannot_be_split_is_refused(talk: Conversation) -> None:
    (alice,) = make_people(talk)
    whole, other = make_idea(talk, alice, "Light and tea"), make_idea(talk, alice, "Other")
    foreign, stream = stream_of(make_conversation()).pk, stream_of(talk).pk
    elsewhere = acting.comment(talk, other, alice)
    for parts, refusal in (
        ([Part("Light", stream)], PartsMissing),
        ([Part("Light", stream)] * 11, PartsMissing),
        ([Part("Light", stream), Part("Tea", foreign)], NotFound),
        ([Part("Light", stream), Part("Tea", stream, (elsewhere,))], NotFound),
    ):
        with pytest.raises(refusal):
            acts.split_idea(post=idea_seen(whole), parts=parts, **acting._why(talk, Rule.SEVERAL))

    assert not Idea.objects.filter(part_of=whole).exists()
    assert acts_on(talk, Post(Kind.IDEA, whole)) == []
