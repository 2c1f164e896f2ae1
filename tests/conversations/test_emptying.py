"""After a deletion: what was said stays, and nothing in the tables leads to anybody or ties two posts together."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from conversations.models import (
    Act,
    Comment,
    Conversation,
    Delivery,
    Idea,
    IdeaWords,
    Message,
    QueueItem,
    Reason,
    Report,
    Safeguarding,
    Tally,
    Thread,
    Touch,
    Vote,
)
from conversations.services import emptying, posting, reporting, rewriting, tallies, threads, voting
from conversations.services.emptying import CONTRIBUTIONS, DEFINITIONS, names_come_forward_with
from conversations.services.queue import filling
from conversations.services.threads import OwnContribution
from kernel.tenancy import Tenant
from kernel.zones import Zone, zone_of
from privacy.anonymity import Kind, Ticket, owner_tag, voter_tag
from privacy.stores import PersonRef, Scope, StoreAway
from tests.acting import idea_seen, mask, split
from tests.making import enrol, make_conversation, make_idea, make_people
from tests.privacy.deleting import digests_written, emptied, scope_of


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


def _comment(talk: Conversation, idea: UUID, by: Ticket, text: str = "Yes.") -> None:
    posting.add_comment(conversation=talk, idea=idea, by=by, form=str(uuid4()), text=text, at=timezone.now())


def _vote(talk: Conversation, idea: UUID, by: Ticket, value: int = 1) -> None:
    voting.cast_vote(conversation=talk, idea=idea, by=by, value=value, at=timezone.now())


def _full(talk: Conversation) -> tuple[list[Ticket], list[UUID]]:
    """A conversation in which everything that can lie there lies there."""
    people = make_people(talk, 4)
    ideas = [make_idea(talk, person, f"Idea {n}") for n, person in enumerate(people)]
    for person in people:
        _vote(talk, ideas[0], person, 1)
        _comment(talk, ideas[1], person)
    return people, ideas


def _emptied(scope: Scope) -> int:
    digests_written(scope)
    return emptied(scope, only=CONTRIBUTIONS.name)[CONTRIBUTIONS.name]


def test_every_table_of_a_conversation_is_emptied_or_said_to_stay() -> None:
    """R62."""
    tables = {
        f"model:conversations.{model.__name__}"
        for model in apps.get_app_config("conversations").get_models()
        if zone_of(model._meta.app_label) is Zone.TENANT
    }

    assert tables == CONTRIBUTIONS.covers | DEFINITIONS.covers


def test_what_was_said_stays_with_its_counts_and_nobody_is_left(in_acme: Tenant, talk: Conversation) -> None:
    """R62: contributions without tags or routes, votes folded to counts, and the constraint says so."""
    _people, ideas = _full(talk)
    scope = scope_of(in_acme, talk)

    gone = _emptied(scope)

    assert gone >= 4 + 4 + 4
    assert CONTRIBUTIONS.remaining(scope) == 0
    assert sorted(Idea.objects.filter(pk__in=ideas).values_list("text", flat=True)) == [
        f"Idea {n}" for n in range(4)
    ]
    assert Idea.objects.get(pk=ideas[0]).likes == 4
    assert Idea.objects.get(pk=ideas[1]).comment_count == 4
    assert not Vote.objects.filter(idea__in=ideas).exists()
    for model, own in ((Idea, {"pk__in": ideas}), (Comment, {"idea__in": ideas})):
        left = model.objects.filter(**own)
        assert left.count() == 4
        assert not left.exclude(owner_tag=None, route=None, is_purged=True).exists()
    assert bytes(Conversation.objects.get(pk=talk.pk).public_key) == b""


@pytest.mark.parametrize("column", ["owner_tag", "route"])
def test_the_database_refuses_a_tie_after_the_purge(in_acme: Tenant, talk: Conversation, column: str) -> None:
    """R62: the columns that could reach anybody are empty, and a constraint keeps them so."""
    _people, ideas = _full(talk)
    _emptied(scope_of(in_acme, talk))

    with pytest.raises(IntegrityError, match="author_is_unlinkable"), transaction.atomic():
        Idea.objects.filter(pk=ideas[0]).update(**{column: b"0" * 32})
    with pytest.raises(IntegrityError, match="author_is_unlinkable"), transaction.atomic():
        Idea.objects.filter(pk=ideas[0]).update(is_purged=False)


def test_messages_reports_originals_and_facilitators_work_go(in_acme: Tenant, talk: Conversation) -> None:
    people, ideas = _full(talk)
    mask(talk, idea_seen(ideas[2]), "Idea")
    own = OwnContribution(talk, Kind.IDEA, ideas[2], people[2])
    threads.come_forward(on=own, name="Hope Smith", contact="", at=timezone.now())
    filling.fill_all(at=timezone.now())
    reporting.report_contribution(
        conversation=talk,
        kind=Kind.IDEA,
        contribution=ideas[1],
        by=people[0],
        reason=Reason.WORRY,
        words="Look here",
        at=timezone.now(),
    )
    scope = scope_of(in_acme, talk)
    assert len(names_come_forward_with(scope)) == 1

    _emptied(scope)

    assert names_come_forward_with(scope) == []
    for model in (Report, Thread, Safeguarding):
        assert not model.objects.filter(idea__in=ideas).exists()
    for work in (Act, QueueItem, Delivery):
        assert not work.objects.filter(conversation=talk).exists()
    assert not Message.objects.filter(thread__idea__in=ideas).exists()


def test_the_conversation_next_to_it_keeps_everything(in_acme: Tenant, talk: Conversation) -> None:
    other = make_conversation()
    _people, ideas = _full(other)
    _full(talk)

    _emptied(scope_of(in_acme, talk))

    assert Vote.objects.filter(idea__in=ideas).count() == 4
    assert Idea.objects.filter(pk__in=ideas, is_purged=False, owner_tag__isnull=False).count() == 4
    assert tallies.recount(conversation=other.pk) == 0


def test_killed_anywhere_it_goes_on_where_it_was(
    in_acme: Tenant, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F1: each batch is a transaction; what a crash left is found again."""
    _people, ideas = _full(talk)
    scope = scope_of(in_acme, talk)
    digests_written(scope)
    monkeypatch.setattr(emptying, "_BATCH", 1)
    kept = emptying._empty_batch
    calls = iter(range(100))

    def crashing(*arguments: object) -> int:
        if next(calls) == 2:
            raise DatabaseError("killed")
        return kept(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(emptying, "_empty_batch", crashing)
    with pytest.raises(DatabaseError):
        CONTRIBUTIONS.erase(scope)
    assert CONTRIBUTIONS.remaining(scope) > 0
    emptied(scope, only=CONTRIBUTIONS.name)

    assert CONTRIBUTIONS.remaining(scope) == 0
    assert Idea.objects.get(pk=ideas[0]).likes == 4
    assert CONTRIBUTIONS.erase(scope) == 0


def test_nothing_goes_before_the_digests_are_written(in_acme: Tenant, talk: Conversation) -> None:
    _people, ideas = _full(talk)

    with pytest.raises(StoreAway):
        CONTRIBUTIONS.erase(scope_of(in_acme, talk))

    assert Vote.objects.filter(idea__in=ideas).count() == 4


def test_what_came_late_is_found_and_goes(in_acme: Tenant, talk: Conversation) -> None:
    """F15: a post or vote that slipped in is never left behind."""
    people, ideas = _full(talk)
    scope = scope_of(in_acme, talk)
    public_key = bytes(talk.public_key)
    _emptied(scope)
    Conversation.objects.filter(pk=talk.pk).update(public_key=public_key)
    _vote(talk, ideas[2], people[0])
    make_idea(talk, people[0], "Late")

    assert CONTRIBUTIONS.remaining(scope) == 2
    emptied(scope, only=CONTRIBUTIONS.name)
    assert CONTRIBUTIONS.remaining(scope) == 0


def test_addresses_that_people_left_in_their_texts_are_masked(in_acme: Tenant, talk: Conversation) -> None:
    enrol(talk, "hope.smith@people.example")
    (person,) = make_people(talk)
    idea = make_idea(talk, person, "Write to hope.smith@people.example or office@council.example")
    _comment(talk, idea, person, "hope.smith@people.example")

    _emptied(scope_of(in_acme, talk))

    assert Idea.objects.get(pk=idea).text == "Write to […] or office@council.example"
    assert Comment.objects.get(idea=idea).text == "[…]"
    assert "hope" not in str(IdeaWords.objects.get(pk=idea).vector)


def test_parts_of_one_post_are_tied_no_longer(in_acme: Tenant, talk: Conversation) -> None:
    """P10: parts have one author; afterwards nothing tells that they were one."""
    (person,) = make_people(talk)
    idea = make_idea(talk, person, "One. Two.")
    split(talk, idea, "One.", "Two.")
    assert Idea.objects.filter(part_of=idea).count() == 2

    _emptied(scope_of(in_acme, talk))

    assert Idea.objects.filter(part_of=idea).count() == 0
    assert not Touch.objects.filter(idea__stream__conversation=talk).exists()


def test_afterwards_nothing_counts_or_rewrites_it(in_a_new_one: Tenant) -> None:
    talk = make_conversation()
    _people, _ideas = _full(talk)
    tallies.count_conversation(conversation=talk.pk)
    votes = sum(Tally.objects.filter(stream__conversation=talk).values_list("votes", flat=True))
    _emptied(scope_of(in_a_new_one, talk))

    rewriting.rewrite_all(at=timezone.now() + timedelta(days=3))
    tallies.count_all()

    assert votes == 4
    assert sum(Tally.objects.filter(stream__conversation=talk).values_list("votes", flat=True)) == 4
    assert tallies.recount(conversation=talk.pk) == 0
    assert Idea.objects.filter(stream__conversation=talk, likes=4).count() == 1


def test_one_person_is_found_and_exported_by_tags(in_acme: Tenant, talk: Conversation) -> None:
    """R63: the organisation's tables know a person by tags alone."""
    people, ideas = _full(talk)
    tags = {owner_tag(people[0].secret, kind, 0) for kind in Kind}
    person = PersonRef(people[0].person, frozenset({*tags, voter_tag(people[0].secret, ideas[0])}))
    scope = scope_of(in_acme, talk)

    assert CONTRIBUTIONS.find(scope, person) == 3
    found = json.loads(json.dumps(CONTRIBUTIONS.export(scope, person)))
    assert [idea["text"] for idea in found["ideas"]] == ["Idea 0"]
    assert found["votes"] == 1
    assert DEFINITIONS.find(scope, person) == 0
