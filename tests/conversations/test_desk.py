"""What facilitators say themselves: prompts, answers, announcements, and questions that open later."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from conversations.models import Announcement, Comment, Conversation, Idea, Post, Rule, Source, State, Stream
from conversations.queries.conversations import forget_conversations
from conversations.services import announcing, facilitating, posting, stages, voting
from conversations.services.acts import moving
from conversations.services.announcing import Words
from conversations.services.facilitating import Prompt
from kernel.errors import NotFound
from kernel.tenancy import Tenant, tenant_context
from privacy.anonymity import Kind
from privacy.vault.interface import vault
from privacy.vault.shapes import MailingKind
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing, Staff
from tests.making import change, make_conversation, make_idea, make_people, stream_of

FACILITATOR = Staff(id=uuid4(), name="Fran", roles=frozenset({Role.FACILITATOR}))
ANALYST = Staff(id=uuid4(), name="Ana", roles=frozenset({Role.ANALYST}))
NOW = timezone.now


def post(
    conversation: Conversation,
    text: str = "Welcome!",
    *,
    is_pinned: bool = False,
    areas: tuple[str, ...] = ("everybody",),
) -> UUID:
    prompt = Prompt(stream_of(conversation).pk, areas, text, is_pinned)
    return facilitating.post_prompt(
        conversation=conversation, prompt=prompt, by=FACILITATOR, form=uuid4(), at=NOW()
    )[0]


def test_a_prompt_stands_in_every_area_and_leads_to_nobody(in_acme: Tenant) -> None:
    """R31."""
    conversation = make_conversation(areas=("staff", "students"))

    post(conversation, "What made you smile this week?", areas=("staff", "students"))

    ideas = list(Idea.objects.filter(stream=stream_of(conversation)))
    assert {idea.area.code for idea in ideas} == {"staff", "students"}
    assert {(idea.source, idea.owner_tag, idea.route) for idea in ideas} == {(Source.FACILITATOR, None, None)}


def test_the_same_form_sent_twice_posts_one_prompt(in_acme: Tenant) -> None:
    conversation, form = make_conversation(), uuid4()
    prompt = Prompt(stream_of(conversation).pk, ("everybody",), "Once", is_pinned=True)

    for _time in range(2):
        facilitating.post_prompt(
            conversation=conversation, prompt=prompt, by=FACILITATOR, form=form, at=NOW()
        )

    assert Idea.objects.filter(stream=prompt.stream).count() == 1


@pytest.mark.parametrize("areas", [(), ("nowhere",)])
def test_a_prompt_needs_an_area_of_the_conversation(in_acme: Tenant, areas: tuple[str, ...]) -> None:
    with pytest.raises((facilitating.AreasMissing, facilitating.CannotPostHere)):
        post(make_conversation(), areas=areas)


def test_a_welcome_is_posted_before_the_opening_and_none_after_closing(in_acme: Tenant) -> None:
    conversation = make_conversation(opens_at=NOW() + timedelta(days=2))
    assert post(conversation)

    change(conversation, opens_at=NOW() - timedelta(days=2), closes_at=NOW() - timedelta(minutes=1))
    with pytest.raises(facilitating.CannotPostHere):
        post(conversation)


def test_only_facilitators_speak_as_facilitators(in_acme: Tenant) -> None:
    """R65."""
    conversation = make_conversation()
    idea, prompt = post(conversation), Prompt(stream_of(conversation).pk, ("everybody",), "x")

    for refused in (
        lambda: facilitating.post_prompt(
            conversation=conversation, prompt=prompt, by=ANALYST, form=uuid4(), at=NOW()
        ),
        lambda: facilitating.answer_as_facilitator(
            conversation=conversation, idea=idea, text="x", by=ANALYST, form=uuid4(), at=NOW()
        ),
        lambda: facilitating.edit_own_post(
            conversation=conversation, kind=Kind.IDEA, post=idea, text="x", by=ANALYST
        ),
        lambda: facilitating.withdraw_own_post(
            conversation=conversation, kind=Kind.IDEA, post=idea, by=ANALYST
        ),
        lambda: facilitating.pin_prompt(conversation=conversation, idea=idea, is_pinned=True, by=ANALYST),
        lambda: stages.set_stage(
            conversation=conversation, stream=prompt.stream, opens_at=None, by=ANALYST, at=NOW()
        ),
        lambda: announcing.announce(
            conversation=conversation, words=Words("x", NOW()), by=ANALYST, form=uuid4()
        ),
    ):
        with pytest.raises(RoleMissing):
            refused()


def test_a_facilitator_answers_a_participants_idea_once(in_acme: Tenant) -> None:
    """R31."""
    conversation, form = make_conversation(), uuid4()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)

    for _time in range(2):
        facilitating.answer_as_facilitator(
            conversation=conversation, idea=idea, text="Thank you.", by=FACILITATOR, form=form, at=NOW()
        )

    assert Comment.objects.get(idea=idea).source == Source.FACILITATOR
    assert Idea.objects.get(pk=idea).comment_count == 1
    with pytest.raises(posting.NotHere):
        facilitating.answer_as_facilitator(
            conversation=make_conversation(), idea=idea, text="Hello", by=FACILITATOR, form=uuid4(), at=NOW()
        )


def test_a_facilitator_edits_its_own_and_nobody_elses(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    ours, theirs = post(conversation), make_idea(conversation, alice)

    facilitating.edit_own_post(
        conversation=conversation, kind=Kind.IDEA, post=ours, text="Hello", by=FACILITATOR
    )

    assert (Idea.objects.get(pk=ours).text, Idea.objects.get(pk=ours).is_edited) == ("Hello", True)
    for act in (facilitating.edit_own_post, facilitating.withdraw_own_post):
        more = {"text": "Mine now"} if act is facilitating.edit_own_post else {}
        with pytest.raises(NotFound):
            act(conversation=conversation, kind=Kind.IDEA, post=theirs, by=FACILITATOR, **more)


def test_a_prompt_that_others_answered_is_not_withdrawn(in_acme: Tenant) -> None:
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    quiet, loud = post(conversation), post(conversation)
    voting.cast_vote(conversation=conversation, idea=loud, by=alice, value=1, at=NOW())

    facilitating.withdraw_own_post(conversation=conversation, kind=Kind.IDEA, post=quiet, by=FACILITATOR)

    assert Idea.objects.get(pk=quiet).state == State.WITHDRAWN
    with pytest.raises(facilitating.OthersReacted):
        facilitating.withdraw_own_post(conversation=conversation, kind=Kind.IDEA, post=loud, by=FACILITATOR)


def test_a_withdrawn_answer_is_not_counted(in_acme: Tenant) -> None:
    conversation = make_conversation()
    idea = post(conversation)
    answer = facilitating.answer_as_facilitator(
        conversation=conversation, idea=idea, text="And?", by=FACILITATOR, form=uuid4(), at=NOW()
    )

    facilitating.withdraw_own_post(conversation=conversation, kind=Kind.COMMENT, post=answer, by=FACILITATOR)

    assert Idea.objects.get(pk=idea).comment_count == 0


def test_three_prompts_can_be_pinned_in_an_area(in_acme: Tenant) -> None:
    """R31."""
    conversation = make_conversation(areas=("staff", "students"))
    pinned = [post(conversation, is_pinned=True, areas=("staff",)) for _n in range(3)]
    waiting = post(conversation, areas=("staff",))

    with pytest.raises(facilitating.TooManyPinned):
        facilitating.pin_prompt(conversation=conversation, idea=waiting, is_pinned=True, by=FACILITATOR)
    assert post(conversation, is_pinned=True, areas=("students",))

    facilitating.pin_prompt(conversation=conversation, idea=pinned[0], is_pinned=False, by=FACILITATOR)
    facilitating.pin_prompt(conversation=conversation, idea=waiting, is_pinned=True, by=FACILITATOR)


def test_nobodys_opinion_can_be_pinned(in_acme: Tenant) -> None:
    """Not even by somebody at the database."""
    conversation = make_conversation()
    (alice,) = make_people(conversation)
    idea = make_idea(conversation, alice)

    with pytest.raises(NotFound):
        facilitating.pin_prompt(conversation=conversation, idea=idea, is_pinned=True, by=FACILITATOR)
    with pytest.raises(IntegrityError):
        Idea.objects.filter(pk=idea).update(is_pinned=True)


@pytest.mark.parametrize("sort", ["newest", "liked", "discussed", "divided", "fewest"])
def test_pinned_prompts_come_first_in_every_order_and_once(
    acme: Organisation, talk: Conversation, browser: Client, sort: str
) -> None:
    """R31: on the first page only; what follows is paged as before."""
    import re

    with tenant_context(acme.tenant):
        pinned = [str(post(talk, f"Prompt {n}", is_pinned=True)) for n in range(2)]
        people = make_people(talk, 23)
        others = {str(make_idea(talk, person, f"Idea {n}")) for n, person in enumerate(people)}
        voting.cast_vote(conversation=talk, idea=UUID(pinned[1]), by=people[0], value=1, at=NOW())
    path, seen = f"/{talk.slug}/stream/{_stream(acme, talk)}/?sort={sort}", []

    pages = []
    while path:
        pages.append(browser.get(path).content.decode())
        seen += re.findall(r'<article class="card" id="idea-([0-9a-f-]+)"', pages[-1])
        more = re.search(r'class="more".*?href="([^"]+)"', pages[-1])
        path = more[1].replace("&amp;", "&") if more else ""

    assert seen[:2] == pinned
    assert (len(seen), set(seen[2:])) == (25, others)
    assert (pages[0].count("Pinned"), pages[1].count("Pinned")) == (2, 0)
    assert pages[0].count("From the facilitators") == 2


def _stream(acme: Organisation, talk: Conversation) -> UUID:
    with tenant_context(acme.tenant):
        return stream_of(talk).pk


# Questions that open later --------------------------------------------------------------


@pytest.fixture
def later(acme: Organisation, talk: Conversation) -> Stream:
    with tenant_context(acme.tenant):
        stream = Stream.objects.create(conversation=talk, question="And next week?", position=9)
        Stream.objects.filter(pk=stream.pk).update(opens_at=NOW() + timedelta(days=2))
        forget_conversations()
        return Stream.objects.get(pk=stream.pk)


def test_a_later_question_is_announced_and_out_of_reach(
    talk: Conversation, browser: Client, later: Stream
) -> None:
    """R31."""
    home = browser.get(f"/{talk.slug}/").content.decode()

    assert "And next week?" in home
    assert f"/stream/{later.pk}/" not in home
    for path in (f"stream/{later.pk}/", f"stream/{later.pk}/write/", f"search/?q=x&stream={later.pk}"):
        assert browser.get(f"/{talk.slug}/{path}").status_code == 404


def test_a_later_question_takes_no_posts_even_past_the_page(
    in_acme: Tenant, talk: Conversation, later: Stream
) -> None:
    """Asked by the statement that writes."""
    (alice,) = make_people(talk)

    with pytest.raises(posting.NotHere):
        posting.post_idea(
            conversation=talk, stream=later.pk, by=alice, form=str(uuid4()), text="Early", at=NOW()
        )
    with pytest.raises(facilitating.CannotPostHere):
        prompt = Prompt(later.pk, ("everybody",), "Early")
        facilitating.post_prompt(conversation=talk, prompt=prompt, by=FACILITATOR, form=uuid4(), at=NOW())
    at = NOW() + timedelta(days=3)
    posting.post_idea(conversation=talk, stream=later.pk, by=alice, form=str(uuid4()), text="On time", at=at)


def test_a_question_opens_when_it_is_told_to(in_acme: Tenant, talk: Conversation, later: Stream) -> None:
    stages.set_stage(
        conversation=talk, stream=later.pk, opens_at=NOW() + timedelta(hours=1), by=FACILITATOR, at=NOW()
    )
    stages.set_stage(conversation=talk, stream=later.pk, opens_at=None, by=FACILITATOR, at=NOW())

    with pytest.raises(stages.OpenAlready):
        stages.set_stage(
            conversation=talk, stream=later.pk, opens_at=NOW() + timedelta(days=1), by=FACILITATOR, at=NOW()
        )


@pytest.mark.parametrize("days", [-4, -1, 11])
def test_a_stage_lies_between_the_dates_and_ahead(
    in_acme: Tenant, talk: Conversation, later: Stream, days: int
) -> None:
    opens_at = NOW() + timedelta(days=days)

    with pytest.raises(stages.StageOutsideDates):
        stages.set_stage(conversation=talk, stream=later.pk, opens_at=opens_at, by=FACILITATOR, at=NOW())
    with pytest.raises(NotFound):
        stages.set_stage(conversation=talk, stream=uuid4(), opens_at=None, by=FACILITATOR, at=NOW())


# Announcements --------------------------------------------------------------------------


def test_an_announcement_is_shown_between_its_moments(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """R31."""
    now = NOW()
    with tenant_context(acme.tenant):
        for text, begins, ends in (("Old news", -2, -1), ("Read this <b>", -1, None), ("Not yet", 1, 2)):
            words = Words(text, now + timedelta(days=begins), now + timedelta(days=ends) if ends else None)
            announcing.announce(conversation=talk, words=words, by=FACILITATOR, form=uuid4())

    home = browser.get(f"/{talk.slug}/").content.decode()

    assert "Read this &lt;b&gt;" in home
    assert "Old news" not in home
    assert "Not yet" not in home


def test_an_announcement_with_a_subject_is_mailed_once(in_acme: Tenant, talk: Conversation) -> None:
    """R15, R31."""
    words, form = Words("The canteen listens.", NOW(), subject="News"), uuid4()

    for _time in range(2):
        made = announcing.announce(conversation=talk, words=words, by=FACILITATOR, form=form)

    assert [m.kind for m in vault().mailings(conversation=talk.pk)] == [MailingKind.NEWS]
    with pytest.raises(announcing.SentAlready):
        announcing.change_announcement(conversation=talk, announcement=made.pk, words=words, by=FACILITATOR)


def test_what_is_wrong_with_an_announcement_is_said(in_acme: Tenant, talk: Conversation) -> None:
    now = NOW()
    for words, refusal in (
        (Words("x", now, now), announcing.EndsBeforeItBegins),
        (Words("x", now, subject=" "), announcing.SubjectMissing),
    ):
        with pytest.raises(refusal):
            announcing.announce(conversation=talk, words=words, by=FACILITATOR, form=uuid4())
    assert not Announcement.objects.filter(conversation=talk).exists()


def test_an_announcement_is_changed_and_taken_down(in_acme: Tenant, talk: Conversation) -> None:
    made = announcing.announce(conversation=talk, words=Words("One", NOW()), by=FACILITATOR, form=uuid4())

    announcing.change_announcement(
        conversation=talk, announcement=made.pk, words=Words("Two", NOW()), by=FACILITATOR
    )
    assert Announcement.objects.get(pk=made.pk).text == "Two"

    announcing.take_down_announcement(conversation=talk, announcement=made.pk, by=FACILITATOR)
    with pytest.raises(NotFound):
        announcing.take_down_announcement(conversation=talk, announcement=made.pk, by=FACILITATOR)


def test_nothing_is_moved_to_a_question_that_opens_later(
    in_acme: Tenant, talk: Conversation, later: Stream
) -> None:
    """R22, R31: and a prompt that moves is not pinned there."""
    idea = post(talk, is_pinned=True)
    move = partial(
        moving.move_idea,
        conversation=talk,
        post=Post(Kind.IDEA, idea, seen=0),
        by=FACILITATOR,
        rule=Rule.TOPIC,
        note="",
    )

    with pytest.raises(NotFound):
        move(stream=later.pk, at=NOW())
    move(stream=later.pk, at=NOW() + timedelta(days=3))

    assert not Idea.objects.get(pk=idea).is_pinned
