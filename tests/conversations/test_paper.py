"""Paper: a pile is keyed, compared, checked by another person, released all at once, and taken back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from conversations.models import (
    BatchState,
    Conversation,
    Idea,
    IdeaWords,
    PaperBatch,
    PaperEntry,
    PaperForm,
    Source,
    Stream,
)
from conversations.services import rewriting, voting
from conversations.services.paper import keying, piles, releasing
from conversations.services.paper.piles import Pile
from kernel.errors import NotFound
from kernel.tenancy import Tenant
from tenants.models import Role
from tenants.permissions import RoleMissing, Staff
from tests.making import change, make_conversation, make_people, stream_of

KEYER = Staff(id=uuid4(), name="Kit", roles=frozenset({Role.FACILITATOR}))
CHECKER = Staff(id=uuid4(), name="Chris", roles=frozenset({Role.FACILITATOR}))
ANALYST = Staff(id=uuid4(), name="Ana", roles=frozenset({Role.ANALYST}))


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation(questions=("What should change?", "What should stay?"))


def pile(
    talk: Conversation, *, forms: int = 2, entries: int | None = None, needs_check: bool = False
) -> UUID:
    described = Pile(
        name="Ward 7, pile 1", area="everybody", forms=forms, entries=entries, needs_check=needs_check
    )
    return piles.start_pile(conversation=talk, pile=described, by=KEYER, at=timezone.now()).pk


def key(talk: Conversation, batch: UUID, *answers: str, form: UUID | None = None) -> UUID:
    form = form or uuid4()
    streams = Stream.objects.filter(conversation=talk).order_by("position").values_list("pk", flat=True)
    keying.key_form(
        conversation=talk, batch=batch, form=form, answers=dict(zip(streams, answers, strict=False)), by=KEYER
    )
    return form


def close(talk: Conversation, batch: UUID, note: str = "") -> None:
    piles.close_pile(conversation=talk, batch=batch, note=note, by=KEYER)


def release(talk: Conversation, batch: UUID) -> int:
    return releasing.release_pile(conversation=talk, batch=batch, by=KEYER, at=timezone.now())


def take_back(talk: Conversation, batch: UUID, days: int = 0) -> None:
    at = timezone.now() + timedelta(days=days)
    releasing.take_back_pile(conversation=talk, batch=batch, by=KEYER, at=at)


def test_a_line_left_free_makes_two_ideas(talk: Conversation) -> None:
    """R30: as the printed form asks."""
    batch = pile(talk)

    key(talk, batch, "More light.\n\nMore plants,\neverywhere.\n \n\nLess noise.", "")

    texts = PaperEntry.objects.filter(form__batch=batch).order_by("position").values_list("text", flat=True)
    assert list(texts) == ["More light.", "More plants,\neverywhere.", "Less noise."]


def test_forms_are_numbered_as_they_come_and_empty_ones_count(talk: Conversation) -> None:
    batch = pile(talk)
    first = key(talk, batch, "One")
    key(talk, batch, "", "")

    key(talk, batch, "One, corrected", form=first)

    forms = PaperForm.objects.filter(batch=batch).order_by("number")
    assert [(form.number, form.entries.count()) for form in forms] == [(1, 1), (2, 0)]
    assert PaperEntry.objects.get(form=first).text == "One, corrected"


def test_what_is_keyed_is_seen_by_nobody_before_its_release(talk: Conversation) -> None:
    batch = pile(talk)
    key(talk, batch, "Not yet")

    assert not Idea.objects.filter(stream__conversation=talk).exists()
    with pytest.raises(releasing.NotReleasable):
        release(talk, batch)


@pytest.mark.parametrize(("forms", "entries"), [(3, None), (2, 4), (1, 3)])
def test_a_pile_that_does_not_fit_needs_a_note(talk: Conversation, forms: int, entries: int | None) -> None:
    """R30: totals against the pile."""
    batch = pile(talk, forms=forms, entries=entries)
    key(talk, batch, "One\n\nTwo")
    key(talk, batch, "Three")

    with pytest.raises(piles.TotalsDiffer):
        close(talk, batch)
    close(talk, batch, "One sheet was blank on both sides.")

    assert PaperBatch.objects.get(pk=batch).state == BatchState.CHECKING


def test_a_pile_that_fits_is_closed_without_a_note(talk: Conversation) -> None:
    batch = pile(talk, forms=1, entries=2)
    key(talk, batch, "One", "Two")

    close(talk, batch)

    with pytest.raises(piles.NotBeingKeyed):
        key(talk, batch, "Late")


def test_a_release_shows_everything_at_once_and_forgets_the_forms(talk: Conversation) -> None:
    """R18, R30: no tag, no route, the day of the release, and nothing tells what shared a form."""
    batch = pile(talk)
    key(talk, batch, "One\n\nTwo", "Three")
    key(talk, batch, "Four")
    close(talk, batch)

    assert release(talk, batch) == 4

    ideas = Idea.objects.filter(stream__conversation=talk)
    today = timezone.now().astimezone(talk.zone).date()
    assert {idea.text for idea in ideas} == {"One", "Two", "Three", "Four"}
    assert {(i.source, i.day, i.owner_tag, i.route) for i in ideas} == {(Source.PAPER, today, None, None)}
    assert IdeaWords.objects.filter(idea__in=ideas).count() == 4
    assert not PaperForm.objects.filter(batch=batch).exists()
    assert PaperBatch.objects.get(pk=batch).dissolved_forms == 2


def test_ideas_of_a_pile_stand_in_no_order(talk: Conversation) -> None:
    """R30: neither sequence numbers nor the list of the release follow the pile."""
    batch = pile(talk, forms=40)
    for number in range(40):
        key(talk, batch, f"{number:02}")
    close(talk, batch)
    release(talk, batch)

    by_number = (
        Idea.objects.filter(stream__conversation=talk).order_by("number").values_list("text", flat=True)
    )
    listed = PaperBatch.objects.get(pk=batch).released
    texts = dict(Idea.objects.filter(pk__in=listed).values_list("pk", "text"))
    keyed = [f"{number:02}" for number in range(40)]
    assert sorted(by_number) == keyed
    assert list(by_number) != keyed
    assert [texts[idea] for idea in listed] not in (keyed, list(by_number))


def test_the_second_person_is_another(talk: Conversation) -> None:
    """R30."""
    batch = pile(talk, forms=1, needs_check=True)
    form = key(talk, batch, "More ligth")
    close(talk, batch)
    answers = {stream_of(talk).pk: "More light"}

    with pytest.raises(releasing.NotAllChecked):
        release(talk, batch)
    with pytest.raises(keying.SecondPersonNeeded):
        keying.check_form(conversation=talk, batch=batch, form=form, answers=answers, by=KEYER)
    keying.check_form(conversation=talk, batch=batch, form=form, answers=answers, by=CHECKER)

    assert release(talk, batch) == 1
    assert Idea.objects.get(stream=stream_of(talk)).text == "More light"
    assert PaperBatch.objects.get(pk=batch).checked_by == CHECKER.id


def test_opening_a_pile_again_asks_for_the_check_again(talk: Conversation) -> None:
    batch = pile(talk, forms=1, needs_check=True)
    form = key(talk, batch, "One")
    close(talk, batch)
    keying.check_form(
        conversation=talk, batch=batch, form=form, answers={stream_of(talk).pk: "One"}, by=CHECKER
    )

    piles.open_pile_again(conversation=talk, batch=batch, by=KEYER)
    close(talk, batch)

    with pytest.raises(releasing.NotAllChecked):
        release(talk, batch)


def test_a_release_is_taken_back_while_nobody_reacted(talk: Conversation) -> None:
    """R30: the ideas wait again, and their forms stay dissolved."""
    batch = pile(talk)
    key(talk, batch, "One\n\nTwo")
    key(talk, batch, "Three")
    close(talk, batch)
    release(talk, batch)

    take_back(talk, batch)

    assert not Idea.objects.filter(stream__conversation=talk).exists()
    (loose,) = PaperForm.objects.filter(batch=batch)
    assert (loose.number, loose.entries.count()) == (0, 3)
    close(talk, batch)
    assert release(talk, batch) == 3


@pytest.mark.parametrize("what", ["vote", "night", "edit"])
def test_a_release_stays_once_something_came_of_it(talk: Conversation, what: str) -> None:
    batch = pile(talk, forms=1)
    key(talk, batch, "One")
    close(talk, batch)
    release(talk, batch)
    idea = Idea.objects.get(stream__conversation=talk)
    if what == "vote":
        (alice,) = make_people(talk)
        voting.cast_vote(conversation=talk, idea=idea.pk, by=alice, value=1, at=timezone.now())
    elif what == "edit":
        Idea.objects.filter(pk=idea.pk).update(is_edited=True)

    with pytest.raises(releasing.StandsAsItIs):
        take_back(talk, batch, days=1 if what == "night" else 0)

    assert Idea.objects.filter(pk=idea.pk).exists()


def test_the_night_forgets_which_ideas_came_from_which_pile(in_a_new_one: Tenant) -> None:
    """L2: also where the conversation has closed meanwhile."""
    talk = make_conversation()
    batch = pile(talk, forms=1)
    key(talk, batch, "One\n\nTwo")
    close(talk, batch)
    release(talk, batch)
    change(talk, closes_at=timezone.now(), rewritten_on=timezone.localdate())

    rewriting.rewrite_all(at=timezone.now() + timedelta(days=1))

    assert PaperBatch.objects.get(pk=batch).released == []
    assert Idea.objects.filter(stream__conversation=talk).count() == 2


def test_paper_waits_for_what_has_not_opened(talk: Conversation) -> None:
    batch = pile(talk, forms=1)
    key(talk, batch, "", "Early")
    close(talk, batch)
    Stream.objects.filter(conversation=talk, question="What should stay?").update(
        opens_at=timezone.now() + timedelta(days=1)
    )

    with pytest.raises(releasing.QuestionNotOpen):
        release(talk, batch)
    talk.opens_at = timezone.now() + timedelta(hours=1)
    with pytest.raises(releasing.ConversationNotOpen):
        release(talk, batch)


@pytest.mark.parametrize(
    ("described", "refusal"),
    [
        (Pile(" ", "everybody", 1), piles.PileNotDescribed),
        (Pile("x" * 81, "everybody", 1), piles.PileNotDescribed),
        (Pile("A", "everybody", 0), piles.PileNotDescribed),
        (Pile("A", "nowhere", 1), piles.NoSuchArea),
        (Pile("A", "everybody", 1, entries=-1), piles.EntriesNotCounted),
    ],
)
def test_what_is_wrong_with_a_pile_is_said(
    talk: Conversation, described: Pile, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        piles.start_pile(conversation=talk, pile=described, by=KEYER, at=timezone.now())


def test_a_question_of_another_conversation_is_not_there(talk: Conversation) -> None:
    batch, other = pile(talk), make_conversation()

    with pytest.raises(NotFound):
        keying.key_form(
            conversation=talk, batch=batch, form=uuid4(), answers={stream_of(other).pk: "x"}, by=KEYER
        )
    with pytest.raises(NotFound):
        close(other, batch)


def test_an_idea_that_is_too_long_is_refused_and_nothing_is_kept(talk: Conversation) -> None:
    batch = pile(talk)

    with pytest.raises(keying.EntryTooLong) as refused:
        key(talk, batch, "Fine", "x" * 3001)

    assert "3,001" in refused.value.sentence
    assert not PaperForm.objects.filter(batch=batch).exists()


def test_a_form_is_taken_out_and_a_pile_discarded(talk: Conversation) -> None:
    batch = pile(talk)
    form = key(talk, batch, "Twice")

    keying.remove_form(conversation=talk, batch=batch, form=form, by=KEYER)
    with pytest.raises(piles.NothingKeyed):
        close(talk, batch)
    piles.discard_pile(conversation=talk, batch=batch, by=KEYER)

    assert not PaperBatch.objects.filter(pk=batch).exists()


def test_paper_is_facilitators_work(talk: Conversation) -> None:
    """R65."""
    batch, at = pile(talk), timezone.now()

    for refused in (
        lambda: piles.start_pile(conversation=talk, pile=Pile("A", "everybody", 1), by=ANALYST, at=at),
        lambda: keying.key_form(conversation=talk, batch=batch, form=uuid4(), answers={}, by=ANALYST),
        lambda: piles.close_pile(conversation=talk, batch=batch, note="", by=ANALYST),
        lambda: releasing.release_pile(conversation=talk, batch=batch, by=ANALYST, at=at),
        lambda: releasing.take_back_pile(conversation=talk, batch=batch, by=ANALYST, at=at),
        lambda: piles.discard_pile(conversation=talk, batch=batch, by=ANALYST),
    ):
        with pytest.raises(RoleMissing):
            refused()
