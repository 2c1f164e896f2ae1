"""What facilitators do to one contribution: edit, mask, hide, remove, restore, move, undo."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from conversations.models import Act, Conversation, Delivery, Idea, Message, Post, Rule, State, Stream
from conversations.queries import own
from conversations.queries.acts import acts_on
from conversations.services import acts, editing, outbox, tallies
from conversations.services.acts import (
    ChangedMeanwhile,
    DoesNotFit,
    NotTheLatest,
    RuleMissing,
    UndoneAlready,
    WordsNotThere,
)
from kernel.errors import NotFound
from kernel.tenancy import Tenant, tenant_context
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Kind, Ticket
from privacy.vault.interface import vault
from privacy.vault.models import Person
from privacy.vault.refusals import OriginalRefused
from privacy.vault.shapes import Contributions
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing, Staff
from tests import acting
from tests.acting import idea_seen, seen
from tests.making import make_conversation, make_idea, make_people, stream_of


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation(questions=("What should change?", "What is good?"))


@pytest.fixture
def alice(talk: Conversation) -> Ticket:
    return make_people(talk)[0]


@pytest.fixture
def idea(talk: Conversation, alice: Ticket) -> UUID:
    return make_idea(talk, alice, "The ward manager on 7B never listens.")


def _now(idea: UUID) -> Idea:
    return Idea.objects.get(pk=idea)


def _found(idea: UUID, word: str) -> int:
    return Idea.objects.filter(pk=idea, words__vector=word).count()


def test_a_person_is_masked_and_the_original_sealed(talk: Conversation, alice: Ticket, idea: UUID) -> None:
    """R21, scenario 12: everybody sees the mark, the author is told, the vault alone opens the original."""
    act = acting.mask(talk, idea_seen(idea), "the ward manager on 7b")

    assert _now(idea).text == f"{acts.MASK} never listens."
    assert _now(idea).edited_for == Rule.PERSON
    assert b"ward" not in bytes(act.sealed or b"")
    text = vault().unseal(
        conversation=talk.pk, sealed=bytes(act.sealed or b""), contribution=idea, act=act.pk
    )
    assert text == "The ward manager on 7B never listens."
    (thread,) = own.threads(talk, alice.secret)
    assert [(message.notice, message.why, message.text) for message in thread.messages] == [
        ("A facilitator masked words in this.", str(Rule.PERSON.label), "Thank you.")
    ]


def test_an_original_opens_for_its_own_contribution_and_act_alone(talk: Conversation, idea: UUID) -> None:
    """R21."""
    act = acting.edit(talk, idea_seen(idea), "Somebody never listens.")
    for contribution, of in ((uuid4(), act.pk), (idea, uuid4())):
        with pytest.raises(OriginalRefused):
            vault().unseal(
                conversation=talk.pk, sealed=bytes(act.sealed or b""), contribution=contribution, act=of
            )


@pytest.mark.parametrize("words", [(), ("",), ("nobody",), ("ward man",)])
def test_only_whole_words_of_the_text_are_masked(
    talk: Conversation, idea: UUID, words: tuple[str, ...]
) -> None:
    with pytest.raises(WordsNotThere):
        acting.mask(talk, idea_seen(idea), *words)


def test_an_abusive_comment_is_hidden_and_its_author_told_blind(
    talk: Conversation, alice: Ticket, idea: UUID
) -> None:
    """R21, R25, scenario 13: the notice waits in the outbox until the vault has marked it, once."""
    comment = acting.comment(talk, idea, alice, "You are all idiots.")

    acting.hide(talk, seen(Kind.COMMENT, comment))

    assert _now(idea).comment_count == 0
    assert Delivery.objects.filter(conversation=talk).count() == 1
    outbox.deliver_owed()
    assert not Delivery.objects.filter(conversation=talk).exists()
    with inside_vault():
        assert Person.objects.get(pk=alice.person).is_waiting
    (post,) = [
        post for post in own.posts(talk, alice.secret, today=timezone.localdate()) if post.kind == "comment"
    ]
    assert (post.state, post.state_why, post.text) == (
        State.HIDDEN,
        str(Rule.ABUSE.label),
        "You are all idiots.",
    )


def test_while_the_vault_is_away_a_notice_waits(
    talk: Conversation, idea: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R25: nothing is lost, and the act itself needs no vault."""
    from privacy.vault import facade
    from privacy.vault.refusals import VaultDown

    def away(*_arguments: object, **_named: object) -> None:
        raise VaultDown

    with monkeypatch.context() as patched:
        patched.setattr(facade.Vault, "deliver", away)
        acting.hide(talk, idea_seen(idea))
        outbox.deliver_owed()
        assert Delivery.objects.filter(idea=idea).count() == 1

    outbox.deliver_owed()
    assert not Delivery.objects.filter(idea=idea).exists()


def test_hidden_ideas_are_neither_seen_nor_found_until_restored(talk: Conversation, idea: UUID) -> None:
    """R21."""
    assert _found(idea, "ward") == 1
    acting.hide(talk, idea_seen(idea))
    assert (_now(idea).state, _found(idea, "ward")) == (State.HIDDEN, 0)

    acting.restore(talk, idea_seen(idea))

    assert (_now(idea).state, _found(idea, "ward")) == (State.SHOWN, 1)


def test_a_removed_text_is_gone_and_only_undoing_brings_it_back(talk: Conversation, idea: UUID) -> None:
    """R21."""
    act = acting.remove(talk, idea_seen(idea))
    assert (_now(idea).state, _now(idea).text) == (State.REMOVED, "")
    with pytest.raises(DoesNotFit):
        acting.restore(talk, idea_seen(idea))

    acting.undo(talk, act)

    assert (_now(idea).state, _now(idea).text) == (State.SHOWN, "The ward manager on 7B never listens.")
    assert Act.objects.get(pk=act.pk).sealed is None


def test_an_idea_is_moved_with_its_votes_and_back(talk: Conversation, alice: Ticket, idea: UUID) -> None:
    """R22, scenario 14."""
    other = Stream.objects.filter(conversation=talk).order_by("-position")[0]
    acting.vote(talk, idea, alice)

    act = acting.move(talk, idea, other)
    assert (_now(idea).stream_id, _now(idea).likes) == (other.pk, 1)
    with pytest.raises(acts.NothingChanged):
        acting.move(talk, idea, other)

    acting.undo(talk, act)
    assert _now(idea).stream_id == stream_of(talk).pk


def test_acts_are_undone_last_first(talk: Conversation, idea: UUID) -> None:
    """R21: each is undone from exactly how it left things."""
    text = _now(idea).text
    first = acting.edit(talk, idea_seen(idea), "One.")
    second = acting.hide(talk, idea_seen(idea))
    with pytest.raises(NotTheLatest):
        acting.undo(talk, first)

    acting.undo(talk, second)
    with pytest.raises(UndoneAlready):
        acting.undo(talk, second)
    acting.undo(talk, first)

    assert (_now(idea).text, _now(idea).edited_for, _now(idea).state) == (text, "", State.SHOWN)
    history = acts_on(talk, Post(Kind.IDEA, idea))
    assert [(line.kind, line.is_undone, line.may_be_undone) for line in history] == [
        ("undo", False, False),
        ("undo", False, False),
        ("hide", True, False),
        ("edit", True, False),
    ]


def test_the_second_of_two_facilitators_is_told_and_changes_nothing(talk: Conversation, idea: UUID) -> None:
    """R20: what was decided about an older version is not done to a newer one."""
    before = idea_seen(idea)
    acting.edit(talk, before, "Somebody never listens.")

    with pytest.raises(ChangedMeanwhile):
        acting.hide(talk, before)
    with pytest.raises(ChangedMeanwhile):
        acting.edit(talk, before, "Another.")
    with pytest.raises(ChangedMeanwhile):
        acting.hide(talk, replace(before, seen=None))

    assert (_now(idea).state, _now(idea).text) == (State.SHOWN, "Somebody never listens.")
    assert Act.objects.filter(idea=idea).count() == 1


def test_what_its_author_changes_meanwhile_counts_as_changed(
    talk: Conversation, alice: Ticket, idea: UUID
) -> None:
    before = idea_seen(idea)
    editing.edit_contribution(
        kind=Kind.IDEA, conversation=talk, contribution=idea, by=alice, text="Calmer.", at=timezone.now()
    )

    with pytest.raises(ChangedMeanwhile):
        acting.hide(talk, before)


def test_what_a_facilitator_edited_its_author_does_not_change_back(
    talk: Conversation, alice: Ticket, idea: UUID
) -> None:
    """R21."""
    acting.mask(talk, idea_seen(idea), "The ward manager on 7B")

    with pytest.raises(editing.TooLateToChange):
        editing.edit_contribution(
            kind=Kind.IDEA, conversation=talk, contribution=idea, by=alice, text="7B!", at=timezone.now()
        )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FACILITATOR])
def test_no_other_role_acts(talk: Conversation, idea: UUID, role: Role) -> None:
    with pytest.raises(RoleMissing):
        acting.hide(talk, idea_seen(idea), by=Staff(id=uuid4(), name="Kim", roles=frozenset({role})))


@pytest.mark.parametrize("rule", ["", "opinion", Rule.TOPIC, Rule.CLARITY])
def test_an_act_rests_on_a_rule_that_fits_it(talk: Conversation, idea: UUID, rule: str) -> None:
    """R21: never on an opinion."""
    with pytest.raises(RuleMissing):
        acts.hide_post(
            conversation=talk,
            post=idea_seen(idea),
            by=acting.FACILITATOR,
            rule=rule,
            note="",
            at=timezone.now(),
        )


def test_what_belongs_elsewhere_does_not_exist(talk: Conversation, idea: UUID, beta: Organisation) -> None:
    """R20: another conversation, another organisation."""
    other = make_conversation()
    with pytest.raises(NotFound):
        acting.hide(other, idea_seen(idea))
    with pytest.raises(NotFound):
        acting.move(talk, idea, stream_of(other))
    act = acting.hide(talk, idea_seen(idea))
    with pytest.raises(NotFound):
        acting.undo(other, act)
    post = idea_seen(idea)
    with tenant_context(beta.tenant), pytest.raises(NotFound):
        acting.restore(make_conversation(), post)


def test_originals_and_words_to_the_author_go_with_who_withdraws(
    talk: Conversation, alice: Ticket, idea: UUID
) -> None:
    """R14: a masked name does not outlive its author's wish."""
    from tests.conversations.test_rewriting import _night

    acting.mask(talk, idea_seen(idea), "The ward manager on 7B")
    proof = anonymity.prove(alice, "leave")
    vault().leave(conversation=talk.pk, proof=proof, contributions=Contributions.WITHDRAW)

    _night(talk)

    (act,) = Act.objects.filter(idea=idea)
    assert (act.sealed, act.note, _now(idea).text) == (None, "", "")
    assert not Message.objects.filter(thread__idea=idea).exists()
    with pytest.raises(acts.TakenAway):
        acting.undo(talk, act)
    assert tallies.recount(conversation=talk.pk) == 0


def test_the_order_of_acts_of_a_day_is_gone_after_the_night(talk: Conversation) -> None:
    """L16: facilitators take posts as they come, so the order of acts would be the order of posts."""
    from kernel.database import rows
    from tests.conversations.test_rewriting import _night

    people = make_people(talk, 4)
    for person in people:
        acting.hide(talk, idea_seen(make_idea(talk, person)))

    _night(talk)

    for table, column in (("act", "id"), ("touch", "act_id")):
        found = rows(
            f"SELECT count(DISTINCT t.xmin::text), count(*) FROM conversations_{table} t"
            f" JOIN conversations_act a ON a.id = t.{column} WHERE a.conversation_id = %s",
            [talk.pk],
        )
        assert found == [(1, 4)], table
