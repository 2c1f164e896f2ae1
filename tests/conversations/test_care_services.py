"""What facilitators do about one contribution: threads, warnings, safeguarding. Behind the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from conversations.models import Conversation, Idea, Message, MessageKind, Post, Safeguarding
from conversations.models.care import CaseState
from conversations.queries import care
from conversations.services import outbox, reporting, rewriting, safeguarding, threads, writing
from conversations.services.naming import NamesSomebody, nameless, words_that_name
from conversations.services.threads import OwnContribution
from kernel.errors import NotFound
from kernel.messages import letters
from kernel.tenancy import Tenant
from kernel.windows import next_window
from kernel.zones import inside_vault
from privacy.anonymity import Kind, Ticket
from privacy.oversight.services import duty
from privacy.vault import runner
from privacy.vault.models import Person, Warned
from tenants.models import Role
from tenants.permissions import RoleMissing, Staff
from tests.making import change, enrol, make_conversation, make_idea, make_people, new_address, ticket_of

FACILITATOR = Staff(uuid4(), "Fran", frozenset({Role.FACILITATOR}))
SUPPORT = Staff(uuid4(), "Sue", frozenset({Role.SUPPORT}))


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


@pytest.fixture
def author(talk: Conversation) -> Ticket:
    (author,) = make_people(talk)
    return author


@pytest.fixture
def post(talk: Conversation, author: Ticket) -> Post:
    return Post(Kind.IDEA, make_idea(talk, author, "I cannot go on like this"))


def _write(talk: Conversation, post: Post, text: str = "What would help?", by: Staff = FACILITATOR) -> None:
    writing.write_message(conversation=talk, post=post, text=text, by=by, at=timezone.now())


def _person(ticket: Ticket) -> Person:
    with inside_vault():
        return Person.objects.get(pk=ticket.person)


# Threads ---------------------------------------------------------------------------------


def test_a_message_is_owed_to_the_author_and_handed_over(
    talk: Conversation, author: Ticket, post: Post
) -> None:
    """R26."""
    _write(talk, post)
    assert not _person(author).is_waiting

    outbox.deliver_owed()

    assert _person(author).is_waiting


def test_five_messages_a_day_are_enough(talk: Conversation, post: Post) -> None:
    """Idea 7: a rate limit for each contribution."""
    for n in range(5):
        _write(talk, post, f"Question {n}")

    with pytest.raises(writing.EnoughMessages):
        _write(talk, post)
    other = Post(Kind.IDEA, make_idea(talk, make_people(talk)[0]))
    _write(talk, other)


def test_answers_are_seen_from_the_next_window_on_and_in_a_place_that_tells_nothing(
    talk: Conversation, author: Ticket, post: Post
) -> None:
    """R26, L6: written between two questions, it stands behind what was asked before it could be seen."""
    now = timezone.now()
    _write(talk, post, "First")
    threads.answer(to=OwnContribution(talk, Kind.IDEA, post.id, author), form="1", text="Mine", at=now)
    _write(talk, post, "Second")
    window = next_window(now, talk.zone)

    before = care.thread(talk, post, at=window - timedelta(seconds=1))
    after = care.thread(talk, post, at=window)

    assert [said.text for said in before] == ["First", "Second"]
    assert [said.text for said in after] == ["First", "Second", "Mine"]
    assert after[-1].day == window.astimezone(talk.zone).date()


def test_what_has_no_author_reaches_nobody(talk: Conversation, post: Post) -> None:
    Idea.objects.filter(pk=post.id).update(owner_tag=None, route=None, source="paper")

    for ask in (_write, _warn, _restrict):
        with pytest.raises(writing.NobodyToReach):
            ask(talk, post)


def test_a_post_of_another_conversation_does_not_exist(post: Post) -> None:
    with pytest.raises(NotFound):
        _write(make_conversation(), post)
    with pytest.raises(NotFound):
        care.sheet(make_conversation(), "vote", post.id)


# Warnings --------------------------------------------------------------------------------


def _warn(talk: Conversation, post: Post, by: Staff = FACILITATOR) -> None:
    writing.warn_author(
        conversation=talk, post=post, text="Please leave persons out.", by=by, at=timezone.now()
    )


def _restrict(talk: Conversation, post: Post, by: Staff = FACILITATOR) -> None:
    writing.restrict_author(conversation=talk, post=post, text="You went on.", by=by, at=timezone.now())


def test_a_warning_is_a_notice_and_is_counted_in_the_vault(
    talk: Conversation, author: Ticket, post: Post
) -> None:
    """R27."""
    _warn(talk, post)

    with pytest.raises(writing.WarnedAlready):
        _warn(talk, post)
    with inside_vault():
        assert Warned.objects.filter(person=author.person).count() == 1
    assert Message.objects.get(thread__idea=post.id).kind == MessageKind.WARNING


def test_a_restriction_is_told_and_lifted(talk: Conversation, author: Ticket, post: Post) -> None:
    """R27."""
    _restrict(talk, post)
    assert _person(author).is_restricted

    writing.lift_restriction(conversation=talk, post=post, by=FACILITATOR, at=timezone.now())

    assert not _person(author).is_restricted
    kinds = Message.objects.filter(thread__idea=post.id).order_by("position").values_list("kind", flat=True)
    assert list(kinds) == [MessageKind.READONLY, MessageKind.LIFTED]


@pytest.mark.parametrize("ask", [_write, _warn, _restrict])
def test_only_facilitators_write_to_authors(talk: Conversation, post: Post, ask: object) -> None:
    """R65."""
    with pytest.raises(RoleMissing):
        ask(talk, post, by=SUPPORT)  # type: ignore[operator]  # one of the three functions


# Safeguarding ----------------------------------------------------------------------------


@pytest.fixture
def on_duty(in_acme: Tenant) -> str:
    """Where somebody on duty is reached, for this test alone."""
    email = new_address()
    duty.put_on_duty(name="Dee", email=email, phone="", by=FACILITATOR)
    return email


def _worry(talk: Conversation, post: Post, by: Ticket) -> None:
    reporting.report_contribution(
        conversation=talk,
        kind=post.kind,
        contribution=post.id,
        by=by,
        reason="worry",
        words="",
        at=timezone.now(),
    )


def _calls(email: str, post: Post) -> list[str]:
    return [letter.text for letter in letters(to=email) if str(post.id) in letter.text]


def test_a_worry_calls_who_is_on_duty_once(talk: Conversation, post: Post, on_duty: str) -> None:
    """R28, scenario 20: one link, and nothing of what was written."""
    for reporter in make_people(talk, 3):
        _worry(talk, post, reporter)
        safeguarding.alert_duty(post=post)
    safeguarding.alert_all()

    (call,) = _calls(on_duty, post)
    assert call.strip().endswith(f"/projects/{talk.pk}/posts/idea/{post.id}/safeguarding/")
    assert Safeguarding.objects.get(idea=post.id).is_alerted


def test_a_closed_case_opens_again_with_a_new_worry(talk: Conversation, post: Post, on_duty: str) -> None:
    one, other = make_people(talk, 2)
    _worry(talk, post, one)
    safeguarding.alert_duty(post=post)
    safeguarding.close_case(
        conversation=talk, post=post, text="A misunderstanding", by=FACILITATOR, at=timezone.now()
    )

    _worry(talk, post, one)
    safeguarding.alert_all()
    assert len(_calls(on_duty, post)) == 1
    _worry(talk, post, other)
    safeguarding.alert_all()

    assert len(_calls(on_duty, post)) == 2
    assert Safeguarding.objects.get(idea=post.id).state == CaseState.OPEN


def test_an_alert_that_reaches_nobody_is_tried_again(talk: Conversation, post: Post, in_acme: Tenant) -> None:
    """R28: fails loudly, and is not forgotten."""
    from privacy.oversight import queries

    for person in queries.on_duty():
        duty.take_off_duty(duty=person.pk, by=FACILITATOR)
    (reporter,) = make_people(talk)
    _worry(talk, post, reporter)
    with pytest.raises(duty.NobodyCalled):
        safeguarding.alert_duty(post=post)
    safeguarding.alert_all()
    email = new_address()
    duty.put_on_duty(name="Dee", email=email, phone="07400 123456", by=FACILITATOR)

    safeguarding.alert_all()

    assert len(_calls(email, post)) == 1
    assert [letter.kind for letter in letters(to="+447400123456")][:1] == ["text message"]


def test_other_reasons_call_nobody(talk: Conversation, post: Post, on_duty: str) -> None:
    (reporter,) = make_people(talk)
    reporting.report_contribution(
        conversation=talk,
        kind=post.kind,
        contribution=post.id,
        by=reporter,
        reason="abuse",
        words="",
        at=timezone.now(),
    )

    assert care.case_on(post) is None


def _open(talk: Conversation, post: Post) -> None:
    safeguarding.open_case(
        conversation=talk, post=post, text="They write of not going on", by=FACILITATOR, at=timezone.now()
    )


def _offer(talk: Conversation, post: Post) -> None:
    safeguarding.offer_support(
        conversation=talk,
        post=post,
        organisation="Acme",
        text="We are worried about you.",
        by=FACILITATOR,
        at=timezone.now(),
    )


def test_support_is_offered_blind_with_the_signposts_first_and_at_once(talk: Conversation) -> None:
    """R28: the mail leaves now, to eleven people at least, and says what it always says."""
    people = [new_address() for _n in range(14)]
    enrol(talk, *people)
    post = Post(Kind.IDEA, make_idea(talk, ticket_of(talk, people[0])))
    _open(talk, post)

    _offer(talk, post)
    outbox.deliver_owed()
    runner.run_waiting()

    text = Message.objects.get(thread__idea=post.id).text
    assert text.index("116 123") < text.index("We are worried about you.")
    assert "](" not in text
    told = {letter.to for letter in letters() if letter.to in people and "new posts" in letter.subject}
    assert people[0] in told
    assert len(told) == 11


def test_support_comes_before_escalation_and_only_where_the_text_allows(
    talk: Conversation, post: Post
) -> None:
    """R28, P5."""

    def escalate() -> None:
        fresh = Conversation.objects.get(pk=talk.pk)
        safeguarding.escalate(
            conversation=fresh, post=post, text="No answer in two days", by=FACILITATOR, at=timezone.now()
        )

    _open(talk, post)
    with pytest.raises(safeguarding.NotForWellbeing):
        escalate()
    change(talk, identifies_for_wellbeing=True)
    with pytest.raises(safeguarding.NotOfferedYet):
        escalate()
    _offer(talk, post)
    escalate()

    case = Safeguarding.objects.get(idea=post.id)
    assert case.state == CaseState.ESCALATED
    assert [decision.position for decision in care.decisions_on(case)] == [0, 1, 2]


def test_the_decision_log_names_nobody_and_ends_with_the_case(talk: Conversation, post: Post) -> None:
    with pytest.raises(safeguarding.NoCase):
        _note(talk, post, "Looked at it")
    _open(talk, post)
    with pytest.raises(NamesSomebody):
        _note(talk, post, "Talked to Jane Miller about it")
    _note(talk, post, "Talked to the speak-up guardian")
    safeguarding.close_case(conversation=talk, post=post, text="Settled", by=FACILITATOR, at=timezone.now())

    with pytest.raises(safeguarding.CaseClosed):
        _note(talk, post, "And another thing")


def _note(talk: Conversation, post: Post, text: str) -> None:
    safeguarding.note_decision(conversation=talk, post=post, text=text, by=FACILITATOR, at=timezone.now())


def test_cases_survive_the_night(talk: Conversation, post: Post) -> None:
    """Rewritten like the rest, in an order that tells nothing."""
    _open(talk, post)

    rewriting.rewrite_conversation(conversation=talk, at=timezone.now())

    (line,) = care.cases(talk)
    assert line.contribution == post.id
    assert len(care.decisions_on(Safeguarding.objects.get(idea=post.id))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "It was Jane Miller",
        "Write to jane@acme.example",
        "Call 07400 123456",
        "Staff number 4471903",
        "Born 01/02/1990",
    ],
)
def test_words_that_lead_to_somebody_are_refused(text: str) -> None:
    """R27: the record outlives the people."""
    assert words_that_name(text)
    with pytest.raises(NamesSomebody):
        nameless(text, most=600)


@pytest.mark.parametrize(
    "text", ["Since 2024 it is worse, on 3 of 5 days", "The post threatens a colleague."]
)
def test_plain_words_are_kept(text: str) -> None:
    assert nameless(text, most=600) == text


@pytest.mark.parametrize(
    ("name", "email", "phone"),
    [("", "a@b.example", ""), ("Dee", "", ""), ("Dee", "nothing", ""), ("Dee", "a@b.example", "12")],
)
def test_who_cannot_be_reached_is_not_on_duty(in_acme: Tenant, name: str, email: str, phone: str) -> None:
    with pytest.raises(duty.CannotBeReached):
        duty.put_on_duty(name=name, email=email, phone=phone, by=FACILITATOR)
