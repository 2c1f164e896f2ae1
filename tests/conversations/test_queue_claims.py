"""Two facilitators never collide, and a second click does nothing that the first did not."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.utils import timezone

from conversations.models import Conversation, HandoverNote, QueueItem, SavedReply
from conversations.queries import queue
from conversations.services.queue import claims, filling, finishing, words
from conversations.services.queue.claims import ClaimedByAnother
from kernel.errors import NotFound
from kernel.tenancy import Tenant, tenant_context
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing, Staff
from tests.making import make_conversation, make_idea, make_people


def somebody(*roles: Role) -> Staff:
    return Staff(id=uuid4(), name="Somebody", roles=frozenset(roles or {Role.FACILITATOR}))


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


@pytest.fixture
def posts(talk: Conversation) -> list[UUID]:
    (alice,) = make_people(talk)
    made = [make_idea(talk, alice, f"Idea {uuid4().hex}") for _n in range(3)]
    filling.fill_missing(conversation=talk)
    return made


def is_open(post: UUID) -> bool:
    return QueueItem.objects.get(pk=post).is_open


def test_the_second_is_told_who_works_on_it_and_until_when(talk: Conversation, posts: list[UUID]) -> None:
    """R20."""
    first, second, now = somebody(), somebody(), timezone.now()
    until = claims.claim(conversation=talk, item=posts[0], by=first, at=now)

    with pytest.raises(ClaimedByAnother, match=f"until {until.astimezone(talk.zone):%H:%M}") as refused:
        claims.claim(conversation=talk, item=posts[0], by=second, at=now)
    assert refused.value.holder == first.id
    assert "Kim" in refused.value.named("Kim").sentence
    with pytest.raises(ClaimedByAnother):
        finishing.finish(conversation=talk, item=posts[0], by=second, at=now)
    assert is_open(posts[0])


def test_a_claim_ends_by_itself_by_giving_it_back_and_by_taking_another(
    talk: Conversation, posts: list[UUID]
) -> None:
    """R20."""
    first, second, now = somebody(), somebody(), timezone.now()
    claims.claim(conversation=talk, item=posts[0], by=first, at=now)
    claims.claim(conversation=talk, item=posts[0], by=second, at=now + timedelta(minutes=15))
    claims.claim(conversation=talk, item=posts[1], by=second, at=now)
    claims.claim(conversation=talk, item=posts[0], by=first, at=now)

    claims.give_back(conversation=talk, item=posts[1], by=first)
    with pytest.raises(ClaimedByAnother):
        claims.claim(conversation=talk, item=posts[1], by=first, at=now)
    claims.give_back(conversation=talk, item=posts[1], by=second)
    claims.claim(conversation=talk, item=posts[1], by=first, at=now)


def test_of_two_at_the_same_moment_one_gets_it(
    acme: Organisation, talk: Conversation, posts: list[UUID]
) -> None:
    """R20."""
    got: list[UUID] = []
    barrier = threading.Barrier(6)

    def reach() -> None:
        by = somebody()
        with tenant_context(acme.tenant):
            barrier.wait()
            try:
                claims.claim(conversation=talk, item=posts[0], by=by, at=timezone.now())
                got.append(by.id)
            except ClaimedByAnother:
                pass
        connections.close_all()

    threads = [threading.Thread(target=reach) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 1


def test_done_twice_is_done_and_can_be_undone(talk: Conversation, posts: list[UUID]) -> None:
    """R20."""
    by, now = somebody(), timezone.now()
    for _twice in range(2):
        finishing.finish(conversation=talk, item=posts[0], by=by, at=now)
    done = QueueItem.objects.get(pk=posts[0])
    assert (done.is_open, done.handled_by, done.handled_on) == (
        False,
        by.id,
        now.astimezone(talk.zone).date(),
    )

    for _twice in range(2):
        finishing.reopen(conversation=talk, items=[posts[0]], by=by)
    assert is_open(posts[0])


def test_several_at_once_leave_what_somebody_else_works_on(talk: Conversation, posts: list[UUID]) -> None:
    """R20."""
    now = timezone.now()
    claims.claim(conversation=talk, item=posts[2], by=somebody(), at=now)

    done = finishing.finish_several(conversation=talk, items=[*posts, posts[0]], by=somebody(), at=now)

    assert set(done.done) == set(posts[:2])
    assert done.held == 1
    assert [is_open(post) for post in posts] == [False, False, True]


def test_only_facilitators_and_only_their_own_conversation(talk: Conversation, posts: list[UUID]) -> None:
    """R65."""
    other, now = make_conversation(), timezone.now()
    with pytest.raises(RoleMissing):
        claims.claim(conversation=talk, item=posts[0], by=somebody(Role.ANALYST), at=now)
    with pytest.raises(RoleMissing):
        finishing.finish(conversation=talk, item=posts[0], by=somebody(Role.SUPPORT), at=now)
    with pytest.raises(RoleMissing):
        finishing.reopen(conversation=talk, items=posts, by=somebody(Role.OPERATOR))
    with pytest.raises(NotFound):
        claims.claim(conversation=other, item=posts[0], by=somebody(), at=now)
    with pytest.raises(NotFound):
        finishing.finish(conversation=other, item=posts[0], by=somebody(), at=now)


def test_the_next_one_is_the_next_that_nobody_works_on(talk: Conversation, posts: list[UUID]) -> None:
    """R20."""
    me, now = somebody(), timezone.now()
    page = queue.page_of(talk, queue.Filters(), after=None, by=me.id, at=now)
    first, second, third = (line.id for line in page.rows)
    claims.claim(conversation=talk, item=second, by=somebody(), at=now)

    assert queue.next_after(talk, queue.Filters(), first, by=me.id, at=now) == third
    assert queue.next_after(talk, queue.Filters(), third, by=me.id, at=now) == first
    assert queue.page_of(talk, queue.Filters(), after=page.rows[0].key, by=me.id, at=now).rows[0].id == second


def test_a_saved_reply_is_saved_once_changed_and_deleted(in_acme: Tenant) -> None:
    """R20."""
    by, reply = somebody(), uuid4()
    title = f"Names {reply.hex}"
    for _twice in range(2):
        words.save_reply(reply=reply, title=title, text="We leave names out.", by=by)
    words.save_reply(reply=reply, title=title, text="We leave all names out.", by=by)

    assert [saved.text for saved in SavedReply.objects.filter(title=title)] == ["We leave all names out."]
    with pytest.raises(words.TitleTaken):
        words.save_reply(reply=uuid4(), title=title, text="Another", by=by)
    words.delete_reply(reply=reply, by=by)
    assert not SavedReply.objects.filter(title=title).exists()


def test_a_handover_note_is_written_once_and_stays(talk: Conversation) -> None:
    """R20."""
    by, form = somebody(), uuid4()
    for text in ("Watch the parking stream.", "Something else"):
        words.hand_over(conversation=talk, form=form, text=text, by=by, at=timezone.now())

    assert [note.text for note in HandoverNote.objects.filter(conversation=talk)] == [
        "Watch the parking stream."
    ]
    with pytest.raises(words.WordsMissing):
        words.hand_over(conversation=talk, form=uuid4(), text="  ", by=by, at=timezone.now())
    with pytest.raises(RoleMissing):
        words.hand_over(
            conversation=talk, form=uuid4(), text="x", by=somebody(Role.ANALYST), at=timezone.now()
        )
