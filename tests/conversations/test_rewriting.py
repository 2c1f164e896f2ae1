"""The nightly rewrite as participants and leavers meet it; what a thief sees of it is in anonymity/."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import timezone

from conversations.models import Comment, Conversation, Idea, MessageKind, Reason, State, Vote
from conversations.services import posting, rewriting, tallies, threads, voting
from conversations.services.reporting import report_contribution
from conversations.services.threads import OwnContribution, write_to_author
from kernel.database import rows
from kernel.tenancy import Tenant, tenant_context
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Kind, Ticket
from privacy.vault.interface import vault
from privacy.vault.models import Person
from privacy.vault.shapes import Contributions
from tests.making import make_conversation, make_idea, make_people

TOMORROW = timedelta(days=1)


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


def _comment(talk: Conversation, idea: UUID, by: Ticket) -> UUID:
    return posting.add_comment(
        conversation=talk, idea=idea, by=by, form=str(uuid4()), text="A comment.", at=timezone.now()
    )


def _ask(talk: Conversation, idea: UUID) -> None:
    write_to_author(
        conversation=talk,
        kind=Kind.IDEA,
        contribution=idea,
        message=MessageKind.QUESTION,
        text="Which?",
        at=timezone.now(),
    )


def _report(talk: Conversation, idea: UUID, by: Ticket) -> None:
    report_contribution(
        conversation=talk,
        kind=Kind.IDEA,
        contribution=idea,
        by=by,
        reason=Reason.OTHER,
        words="",
        at=timezone.now(),
    )


def _leave(talk: Conversation, who: Ticket, contributions: Contributions) -> None:
    vault().leave(conversation=talk.pk, proof=anonymity.prove(who, "leave"), contributions=contributions)


def _night(talk: Conversation) -> None:
    rewriting.rewrite_conversation(conversation=talk, at=timezone.now() + TOMORROW)


def test_who_leaves_and_keeps_leaves_look_alikes_behind(talk: Conversation) -> None:
    """R14: the posts stay, and nobody can ever tell whose they were - not even the vault."""
    alice, ben = make_people(talk, 2)
    mine, theirs = make_idea(talk, alice, "Alice's"), make_idea(talk, ben, "Ben's")
    _comment(talk, theirs, alice)
    voting.cast_vote(conversation=talk, idea=theirs, by=alice, value=1, at=timezone.now())
    before = Idea.objects.get(pk=mine)

    _leave(talk, alice, Contributions.KEEP)
    _night(talk)

    after = Idea.objects.get(pk=mine)
    assert (after.text, after.state, after.day) == (before.text, State.SHOWN, before.day)
    assert bytes(after.owner_tag or b"") != bytes(before.owner_tag or b"")
    assert bytes(after.route or b"") != bytes(before.route or b"")
    assert len(bytes(after.owner_tag or b"")) == len(bytes(before.owner_tag or b""))
    assert len(bytes(after.route or b"")) == len(bytes(before.route or b""))
    tags = anonymity.owner_tags(alice.secret, Kind.COMMENT)
    assert not Comment.objects.filter(owner_tag__in=tags).exists()
    assert not Vote.objects.filter(voter_tag=anonymity.voter_tag(alice.secret, theirs)).exists()
    kept = Idea.objects.get(pk=theirs)
    assert (kept.likes, kept.comment_count) == (1, 1)
    with inside_vault():
        assert not Person.objects.filter(pk=alice.person).exists()
    vault().deliver(conversation=talk.pk, route=bytes(after.route or b""), contribution=mine)


def test_who_leaves_and_withdraws_leaves_empty_rows(talk: Conversation) -> None:
    """R14: text gone, votes gone, counters right; other people's words stay."""
    alice, ben = make_people(talk, 2)
    mine, theirs = make_idea(talk, alice, "Alice's"), make_idea(talk, ben, "Ben's")
    own_comment, others_comment = _comment(talk, theirs, alice), _comment(talk, theirs, ben)
    for voter in (alice, ben):
        voting.cast_vote(conversation=talk, idea=theirs, by=voter, value=-1, at=timezone.now())

    _leave(talk, alice, Contributions.WITHDRAW)
    _night(talk)

    assert (Idea.objects.get(pk=mine).text, Idea.objects.get(pk=mine).state) == ("", State.WITHDRAWN)
    assert Comment.objects.get(pk=own_comment).text == ""
    assert Comment.objects.get(pk=others_comment).text == "A comment."
    kept = Idea.objects.get(pk=theirs)
    assert (kept.text, kept.dislikes, kept.comment_count) == ("Ben's", 1, 1)
    assert tallies.recount(conversation=talk.pk) == 0
    tags = [*anonymity.owner_tags(alice.secret, Kind.IDEA), *anonymity.owner_tags(alice.secret, Kind.COMMENT)]
    assert not Idea.objects.filter(owner_tag__in=tags).exists()
    assert not Comment.objects.filter(owner_tag__in=tags).exists()


def test_the_night_leaves_a_list_of_what_was_withdrawn_where_no_backup_reaches(talk: Conversation) -> None:
    """R14: ids of contributions and tags of votes in one sorted list; the same night twice adds nothing."""
    alice, ben = make_people(talk, 2)
    mine, theirs = make_idea(talk, alice, "Alice's"), make_idea(talk, ben, "Ben's")
    own_comment = _comment(talk, theirs, alice)
    voting.cast_vote(conversation=talk, idea=theirs, by=alice, value=1, at=timezone.now())
    _leave(talk, alice, Contributions.WITHDRAW)
    assert vault().remains(conversation=talk.pk).withdrawn == []

    _night(talk)
    _night(talk)

    tag = anonymity.voter_tag(alice.secret, theirs)
    remains = vault().remains(conversation=talk.pk)
    assert remains.withdrawn == sorted([mine.bytes, own_comment.bytes, tag])
    assert not remains.is_purged


def test_until_the_night_nothing_shows_that_somebody_left(talk: Conversation) -> None:
    """Posts that vanished together at noon would be linked by everybody who watches."""
    (alice,) = make_people(talk)
    ideas = [make_idea(talk, alice, f"Idea {n}") for n in range(3)]

    _leave(talk, alice, Contributions.WITHDRAW)

    assert set(Idea.objects.filter(pk__in=ideas).values_list("state", flat=True)) == {State.SHOWN}


def test_finished_days_are_dealt_out_again_and_stay_in_their_place(talk: Conversation) -> None:
    """Newest first still holds between days; within a finished day order means nothing."""
    (alice,) = make_people(talk)
    yesterday = timezone.now() - timedelta(days=1)
    old = [make_idea(talk, alice, f"Yesterday {n}", at=yesterday) for n in range(30)]
    new = [make_idea(talk, alice, f"Today {n}") for n in range(5)]

    rewriting.rewrite_conversation(conversation=talk, at=timezone.now())

    order = list(Idea.objects.filter(pk__in=[*old, *new]).order_by("number").values_list("pk", flat=True))
    assert order[30:] == new
    assert set(order[:30]) == set(old)
    assert order[:30] != old
    numbers = list(Idea.objects.filter(pk__in=old).values_list("number", flat=True))
    assert len(set(numbers)) == 30


def test_a_crash_in_the_night_changes_nothing_and_the_next_night_does_it(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F17."""
    (alice,) = make_people(talk)
    idea = make_idea(talk, alice)
    _leave(talk, alice, Contributions.KEEP)
    before = Idea.objects.get(pk=idea)

    def power_cut(_model: object) -> str:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(rewriting, "_rewrite", power_cut)
        _night(talk)

    assert bytes(Idea.objects.get(pk=idea).owner_tag or b"") == bytes(before.owner_tag or b"")
    with inside_vault():
        assert Person.objects.filter(pk=alice.person).exists()
    _night(talk)
    assert bytes(Idea.objects.get(pk=idea).owner_tag or b"") != bytes(before.owner_tag or b"")


def test_threads_reports_and_words_are_rewritten_too(talk: Conversation) -> None:
    """L16: afterwards no row header tells that two of them were written in one minute."""
    people = make_people(talk, 3)
    ideas = [make_idea(talk, person) for person in people]
    for person, idea in zip(people, ideas, strict=True):
        _ask(talk, idea)
        threads.answer(
            to=OwnContribution(talk, Kind.IDEA, idea, person), form="1", text="Yes.", at=timezone.now()
        )
        _report(talk, ideas[0], person)

    _night(talk)

    for table, row in (
        ("conversations_report", "idea_id"),
        ("conversations_thread", "idea_id"),
        ("conversations_ideawords", "idea_id"),
    ):
        assert rows(f"SELECT count(DISTINCT xmin::text) FROM {table} WHERE {row} = ANY(%s)", [ideas]) == [
            (1,)
        ]
    written = "SELECT count(DISTINCT m.xmin::text), count(*) FROM conversations_message m"
    of_ours = "JOIN conversations_thread t ON t.id = m.thread_id WHERE t.idea_id = ANY(%s)"
    assert rows(f"{written} {of_ours}", [ideas]) == [(1, 6)]


def test_who_votes_and_posts_during_the_rewrite_loses_nothing(in_acme: Tenant, talk: Conversation) -> None:
    """The writers wait and then meet the new rows; nothing is lost, nothing deadlocks."""
    people = make_people(talk, 6)
    ideas = [make_idea(talk, people[0], f"Idea {n}") for n in range(20)]
    _ask(talk, ideas[0])
    own = OwnContribution(talk, Kind.IDEA, ideas[0], people[0])
    stop = threading.Event()
    troubles: list[Exception] = []
    acts: list[int] = []

    def take_part(person: Ticket) -> None:
        with tenant_context(in_acme):
            n = 0
            while not stop.is_set():
                try:
                    voting.cast_vote(
                        conversation=talk,
                        idea=ideas[n % 20],
                        by=person,
                        value=1 if n % 3 else -1,
                        at=timezone.now(),
                    )
                    _comment(talk, ideas[n % 20], person)
                    acts.append(n)
                    _report(talk, ideas[n % 20], person)
                    threads.answer(to=own, form=str(n), text="Yes.", at=timezone.now())
                except Exception as trouble:  # noqa: BLE001  (the test looks at every one)
                    troubles.append(trouble)
                n += 1
        connections.close_all()

    writers = [threading.Thread(target=take_part, args=(person,)) for person in people]
    for thread in writers:
        thread.start()
    for _round in range(5):
        rewriting.rewrite_conversation(conversation=talk, at=timezone.now() + TOMORROW)
        rewriting.compact()
    stop.set()
    for thread in writers:
        thread.join()

    assert troubles == []
    assert acts
    assert Comment.objects.filter(idea__in=ideas).count() == len(acts)
    assert tallies.recount(conversation=talk.pk) == 0


@pytest.mark.parametrize(
    ("opens", "closes", "rewritten", "is_due"),
    [
        (-5, 5, None, True),
        (-5, 5, -1, True),
        (1, 5, None, False),
        (-5, -1, -2, True),
        (-5, -2, 0, False),
    ],
)
def test_a_conversation_is_rewritten_until_its_last_day_was(
    in_a_new_one: Tenant, opens: int, closes: int, rewritten: int | None, is_due: bool
) -> None:
    now = datetime(2026, 6, 10, 3, 10, tzinfo=UTC)
    talk = make_conversation(opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes))
    Conversation.objects.filter(pk=talk.pk).update(
        rewritten_on=None if rewritten is None else (now + timedelta(days=rewritten)).date()
    )

    rewriting.rewrite_all(at=now)

    done = Conversation.objects.get(pk=talk.pk).rewritten_on == now.date()
    assert done is (is_due or rewritten == 0)


def test_somebody_who_leaves_a_closed_conversation_is_forgotten_too(in_a_new_one: Tenant) -> None:
    now = timezone.now()
    talk = make_conversation(opens_at=now - timedelta(days=5), closes_at=now - timedelta(days=2))
    Conversation.objects.filter(pk=talk.pk).update(rewritten_on=now.date() - timedelta(days=1))
    (alice,) = make_people(talk)
    _leave(talk, alice, Contributions.KEEP)

    rewriting.rewrite_all(at=now)

    with inside_vault():
        assert not Person.objects.filter(pk=alice.person).exists()


def test_the_commands_rewrite_and_recount_every_organisation(
    talk: Conversation, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.core.management import call_command

    from kernel.tenancy import default_connection

    (alice,) = make_people(talk)
    idea = make_idea(talk, alice)
    Idea.objects.filter(pk=idea).update(likes=7)
    place = default_connection().place

    call_command("rewrite_conversations")
    call_command("recount")

    default_connection().go(place)
    assert Idea.objects.get(pk=idea).likes == 0
    assert "counters were wrong" in capsys.readouterr().out
