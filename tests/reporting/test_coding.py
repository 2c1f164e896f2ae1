"""Coding: what analysts give, what holds, what merging and splitting do to it, what withdrawing takes away."""

from uuid import UUID

import pytest
from django.utils import timezone

from conversations.models import Conversation, Idea
from conversations.services import rewriting
from kernel.errors import NotFound
from kernel.tenancy import Tenant
from reporting.coding.models import (
    Change,
    ChangeKind,
    Code,
    CodeState,
    Example,
    GivenCode,
    Reading,
    Settlement,
)
from reporting.coding.permissions import CodingIsOver
from reporting.coding.queries import codes_of, frame_of, progress_of
from reporting.coding.queries.agreement import agreement_of
from reporting.coding.queries.desk import Filters, Show, counts, page_of, post_at, text_now
from reporting.coding.queries.settled import disputed, disputes
from reporting.coding.services import examples, frames, given, recasting, settling, tending
from reporting.coding.services.frames import Wording
from reporting.coding.services.given import Given, Passage
from reporting.coding.services.holding import CodeGone
from tenants.permissions import RoleMissing, Staff
from tests import acting
from tests.coding import ANALYST, analyst, code, give, paper_comment, paper_ideas
from tests.making import change, make_conversation, make_idea, make_people

BO = analyst("Bo Demo")
pytestmark = pytest.mark.usefixtures("in_acme")


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation()


def why(talk: Conversation, by: Staff = ANALYST) -> dict[str, object]:
    return {"conversation": talk, "by": by, "at": timezone.now()}


def merge(talk: Conversation, source: Code, target: Code) -> int:
    return recasting.merge_codes(
        conversation=talk, source=source.pk, target=target.pk, by=ANALYST, at=timezone.now()
    )[1]


def test_a_frame_is_a_tree_read_depth_first(talk: Conversation) -> None:
    """R50."""
    work = code(talk, "Work", definition="What people do.", colour="#0072b2")
    code(talk, "Pay")
    code(talk, "Hours", work)

    assert [line.path for line in frame_of(talk)] == [("Work",), ("Work", "Hours"), ("Pay",)]
    assert frame_of(talk)[1].colour == frame_of(talk)[0].colour == "#0072b2"


def test_a_colour_nobody_could_see_is_shifted(talk: Conversation) -> None:
    made = code(talk, "Pale", colour="#ffffe0")

    assert made.colour != "#ffffe0"


def test_two_codes_in_one_place_have_two_names(talk: Conversation) -> None:
    code(talk, "Pay")
    with pytest.raises(frames.NameTaken):
        code(talk, "pay")
    with pytest.raises(frames.NameMissing):
        code(talk, "  ")


def test_a_code_never_stands_below_itself(talk: Conversation) -> None:
    work = code(talk, "Work")
    hours = code(talk, "Hours", work)
    with pytest.raises(frames.InsideItself):
        frames.move_code(
            conversation=talk, code=work.pk, parent=hours.pk, place=0, by=ANALYST, at=timezone.now()
        )


def test_moving_keeps_the_order_and_the_history(talk: Conversation) -> None:
    one, two, three = (code(talk, name) for name in ("One", "Two", "Three"))
    frames.move_code(conversation=talk, code=three.pk, parent=None, place=0, by=ANALYST, at=timezone.now())
    frames.move_code(conversation=talk, code=two.pk, parent=one.pk, place=0, by=ANALYST, at=timezone.now())

    assert [line.full_name for line in frame_of(talk)] == ["Three", "One", "One / Two"]
    last = Change.objects.filter(frame=talk.pk).order_by("-number")[0]
    assert (last.kind, last.before, last.after) == (ChangeKind.MOVED, "Two", "One / Two")


def test_a_published_version_stays_as_it_was(talk: Conversation) -> None:
    """R50."""
    pay = code(talk, "Pay")
    first = frames.publish_version(conversation=talk, note="Pilot", by=ANALYST, at=timezone.now())
    frames.describe_code(
        conversation=talk, code=pay.pk, wording=Wording("Reward"), by=ANALYST, at=timezone.now()
    )

    first.refresh_from_db()
    assert first.number == 1
    assert [line["path"] for line in first.lines] == [["Pay"]]
    renamed = Change.objects.get(frame=talk.pk, kind=ChangeKind.RENAMED)
    assert (renamed.version, renamed.before, renamed.after, renamed.by) == (1, "Pay", "Reward", ANALYST.id)


def test_only_analysts_code_and_only_until_it_is_complete(talk: Conversation) -> None:
    pay, (post,) = code(talk, "Pay"), paper_ideas(talk, ["More pay."])
    with pytest.raises(RoleMissing):
        give(talk, post, pay, by=acting.FACILITATOR)
    change(talk, completed_at=timezone.now())
    talk.refresh_from_db()
    with pytest.raises(CodingIsOver):
        give(talk, post, pay)


def test_codes_of_whole_posts_and_of_passages_hold(talk: Conversation) -> None:
    """R51."""
    pay, hours = code(talk, "Pay"), code(talk, "Hours")
    post, other = paper_ideas(talk, ["More pay, fewer hours.", "Nothing."])
    give(talk, post, pay, passages=((hours, "fewer hours"),))
    give(talk, other)

    assert codes_of(talk) == {post: {pay.pk, hours.pk}, other: set()}
    (place,) = post_at(talk, post, by=ANALYST.id).places
    assert (place.words, place.is_stale) == ("fewer hours", False)


def test_an_older_text_is_not_coded(talk: Conversation) -> None:
    pay, post = code(talk, "Pay"), make_idea(talk, make_people(talk)[0], "More pay.")
    seen = text_now(talk, post).version
    acting.edit(talk, acting.idea_seen(post), "Better pay.")

    with pytest.raises(given.TextChanged):
        given.code_post(
            conversation=talk,
            post=post,
            seen=seen,
            given=Given(frozenset({pay.pk})),
            by=ANALYST,
            at=timezone.now(),
        )


def test_a_passage_of_a_changed_text_is_stale_until_looked_at(talk: Conversation) -> None:
    """R51: spans belong to a version of the text."""
    pay, post = code(talk, "Pay"), make_idea(talk, make_people(talk)[0], "More pay for all.")
    give(talk, post, passages=((pay, "pay"),))
    acting.edit(talk, acting.idea_seen(post), "Rather more pay for all.")

    found = post_at(talk, post, by=ANALYST.id)
    assert found.is_due
    assert found.places[0].is_stale
    assert counts(talk, by=ANALYST.id)[Show.CHANGED] == 1
    give(talk, post, passages=((pay, "pay"),))
    assert not post_at(talk, post, by=ANALYST.id).is_stale


def test_passages_outside_the_text_and_foreign_codes_are_refused(talk: Conversation) -> None:
    pay, (post,) = code(talk, "Pay"), paper_ideas(talk, ["Pay."])
    theirs = code(make_conversation(), "Theirs")
    for wrong, refusal in (
        (Given(passages=frozenset({Passage(pay.pk, 2, 99)})), given.PassageNotFound),
        (Given(frozenset({theirs.pk})), CodeGone),
    ):
        with pytest.raises(refusal):
            given.code_post(conversation=talk, post=post, seen=0, given=wrong, by=ANALYST, at=timezone.now())
    assert not Reading.objects.filter(post=post).exists()


def test_a_post_of_another_conversation_is_none_of_ours(talk: Conversation) -> None:
    (theirs,) = paper_ideas(make_conversation(), ["Theirs."])
    with pytest.raises(NotFound):
        give(talk, theirs)


def test_the_last_change_can_be_taken_back_once(talk: Conversation) -> None:
    """R51."""
    pay, hours = code(talk, "Pay"), code(talk, "Hours")
    (post,) = paper_ideas(talk, ["More pay."])
    give(talk, post, pay)
    give(talk, post, hours)
    merge(talk, pay, code(talk, "Reward"))

    given.take_back(conversation=talk, post=post, by=ANALYST, at=timezone.now())
    assert codes_of(talk) == {post: {Code.objects.get(frame=talk.pk, name="Reward").pk}}
    with pytest.raises(given.NothingToUndo):
        given.take_back(conversation=talk, post=post, by=ANALYST, at=timezone.now())


def test_taking_back_the_first_reading_leaves_it_unread(talk: Conversation) -> None:
    (post,) = paper_ideas(talk, ["More pay."])
    give(talk, post)
    given.take_back(conversation=talk, post=post, by=ANALYST, at=timezone.now())

    assert codes_of(talk) == {}
    assert counts(talk, by=ANALYST.id)[Show.NEW] == 1


def test_what_two_disagree_about_holds_only_when_settled(talk: Conversation) -> None:
    """R50."""
    pay, hours = code(talk, "Pay"), code(talk, "Hours")
    post, same = paper_ideas(talk, ["More pay.", "Hours."])
    for by, one in ((ANALYST, pay), (BO, hours)):
        give(talk, post, one, by=by)
        give(talk, same, hours, by=by)
    assert codes_of(talk) == {same: {hours.pk}}
    assert disputed(talk, after=None, most=9) == [(post, "idea")]

    settling.settle(conversation=talk, post=post, codes=frozenset({pay.pk}), by=ANALYST, at=timezone.now())
    assert codes_of(talk) == {same: {hours.pk}, post: {pay.pk}}
    assert disputes(talk) == (0, 1, 2)
    give(talk, post, hours, pay, by=BO)
    assert disputed(talk, after=None, most=9) == [(post, "idea")]


def test_one_reading_alone_is_nothing_to_settle(talk: Conversation) -> None:
    (post,) = paper_ideas(talk, ["More pay."])
    give(talk, post)
    with pytest.raises(settling.NothingToSettle):
        settling.settle(conversation=talk, post=post, codes=frozenset(), by=BO, at=timezone.now())


def test_the_list_never_shows_what_a_colleague_gave(talk: Conversation) -> None:
    """R50: analysts are blind to each other."""
    pay, (post,) = code(talk, "Pay"), paper_ideas(talk, ["More pay."])
    give(talk, post, pay, by=BO)

    found = post_at(talk, post, by=ANALYST.id)
    assert (found.codes, found.places, found.is_read, found.readers) == (frozenset(), [], False, 1)
    assert counts(talk, by=ANALYST.id) == {Show.NEW: 0, Show.SECOND: 1, Show.CHANGED: 0, Show.MINE: 0}


def test_merging_points_codes_elsewhere_and_keeps_the_history(talk: Conversation) -> None:
    """R50."""
    pay, money = code(talk, "Pay"), code(talk, "Money")
    bonus = code(talk, "Bonus", pay)
    both, one = paper_ideas(talk, ["Pay and money.", "Pay."])
    give(talk, both, pay, money, passages=((pay, "Pay"), (money, "money")))
    give(talk, one, pay)
    merge(talk, pay, money)

    assert codes_of(talk) == {both: {money.pk}, one: {money.pk}}
    assert GivenCode.objects.filter(code=pay).count() == 0
    assert [line.full_name for line in frame_of(talk)] == ["Money", "Money / Bonus"]
    bonus.refresh_from_db()
    pay.refresh_from_db()
    assert (pay.state, pay.merged_into_id, bonus.parent_id) == (CodeState.MERGED, money.pk, money.pk)
    noted = Change.objects.get(frame=talk.pk, kind=ChangeKind.MERGED)
    assert (noted.before, noted.after, noted.repointed, noted.by) == ("Pay", "Money", 3, ANALYST.id)


def test_a_split_code_is_shown_again_to_whoever_gave_it(talk: Conversation) -> None:
    """R50."""
    pay, (post, other) = code(talk, "Pay"), paper_ideas(talk, ["Pay rise.", "Lunch."])
    give(talk, post, pay)
    give(talk, other)
    rise, bonus = recasting.split_code(
        conversation=talk, code=pay.pk, names=["Rise", "Bonus"], given_to=0, by=ANALYST, at=timezone.now()
    )

    assert codes_of(talk) == {post: {rise.pk}, other: set()}
    lines, _more = page_of(talk, Filters(Show.CHANGED), by=ANALYST.id, after=None)
    assert [line.id for line in lines] == [post]
    assert [line.name for line in frame_of(talk)] == ["Rise", "Bonus"]
    give(talk, post, bonus)
    assert counts(talk, by=ANALYST.id)[Show.CHANGED] == 0


def test_a_retired_code_counts_no_more_until_it_is_taken_up_again(talk: Conversation) -> None:
    pay, (post,) = code(talk, "Pay"), paper_ideas(talk, ["Pay."])
    give(talk, post, pay)
    recasting.retire_code(conversation=talk, code=pay.pk, by=ANALYST, at=timezone.now())
    assert codes_of(talk) == {post: set()}
    with pytest.raises(CodeGone):
        give(talk, post, pay)

    recasting.restore_code(conversation=talk, code=pay.pk, by=ANALYST, at=timezone.now())
    assert codes_of(talk) == {post: {pay.pk}}


def test_a_quoted_example_goes_with_its_text(talk: Conversation) -> None:
    """A withdrawn or removed contribution takes its quotes along."""
    pay, post = code(talk, "Pay"), make_idea(talk, make_people(talk)[0], "More pay for all.")
    examples.quote_example(
        conversation=talk, post=post, seen=0, passage=Passage(pay.pk, 0, 8), by=ANALYST, at=timezone.now()
    )
    examples.write_example(conversation=talk, code=pay.pk, words="Our own", by=ANALYST, at=timezone.now())
    give(talk, post, pay)
    assert frame_of(talk)[0].examples == ("More pay", "Our own")

    acting.remove(talk, acting.idea_seen(post))
    assert frame_of(talk)[0].examples == ("Our own",)
    assert codes_of(talk) == {}
    tending.forget_emptied()
    assert not Reading.objects.filter(post=post).exists()
    assert Example.objects.filter(code=pay).count() == 1


def test_comments_count_under_shown_ideas_alone(talk: Conversation) -> None:
    post = make_idea(talk, make_people(talk)[0], "More pay.")
    reply = paper_comment(post, "Yes.")
    give(talk, reply)
    assert codes_of(talk) == {reply: set()}

    acting.hide(talk, acting.idea_seen(post))
    assert codes_of(talk) == {}


def test_merged_ideas_keep_their_own_codes_and_parts_start_unread(talk: Conversation) -> None:
    pay, post = code(talk, "Pay"), make_idea(talk, make_people(talk)[0], "Pay. Also lunch.")
    give(talk, post, pay)
    parts = acting.split(talk, post, "Pay.", "Also lunch.")

    assert codes_of(talk) == {}
    lines, _more = page_of(talk, Filters(), by=ANALYST.id, after=None)
    assert {line.id for line in lines} == set(parts)


def test_progress_counts_per_question_and_area(talk: Conversation) -> None:
    """R51: nothing is left unread without anybody seeing it."""
    pay = code(talk, "Pay")
    first, second, _third = paper_ideas(talk, ["One.", "Two.", "Three."])
    give(talk, first, pay)
    give(talk, first, pay, by=BO)
    give(talk, second)

    (part,) = progress_of(talk).parts
    assert (part.contributions, part.read, part.unread, part.twice, part.coded) == (3, 2, 1, 1, 1)


def test_agreement_is_over_what_several_read(talk: Conversation) -> None:
    """R50."""
    pay, hours = code(talk, "Pay"), code(talk, "Hours")
    posts = paper_ideas(talk, [f"Post {n}." for n in range(6)])
    for n, post in enumerate(posts[:5]):
        give(talk, post, pay if n < 3 else hours)
        give(talk, post, pay if n < 2 else hours, by=BO)
    give(talk, posts[5], pay)

    found = agreement_of(talk)
    assert (found.contributions, found.same, found.analysts) == (5, 4, 2)
    by_code = {one.line.name: one for one in found.codes}
    assert (by_code["Pay"].given, by_code["Pay"].differ) == (3, 1)
    assert by_code["Pay"].kappa == pytest.approx(0.6154, abs=1e-4)
    assert found.kappa == pytest.approx(0.6, abs=1e-4)


def test_the_night_rewrites_coding_too(talk: Conversation) -> None:
    """Z: afterwards no row of coding tells which contribution was coded first."""
    pay = code(talk, "Pay")
    for post in paper_ideas(talk, [f"Post {n}." for n in range(5)]):
        give(talk, post, pay, passages=((pay, "Post"),))
        give(talk, post, by=BO)
        settling.settle(conversation=talk, post=post, codes=frozenset({pay.pk}), by=BO, at=timezone.now())
    before = codes_of(talk)
    assert _transactions("coding_givencode") > 1

    rewriting.rewrite_conversation(conversation=talk, at=timezone.now())

    of_this = Reading.objects.filter(idea__stream__conversation=talk)
    assert (of_this.count(), Settlement.objects.filter(idea__stream__conversation=talk).count()) == (10, 5)
    assert codes_of(talk) == before
    ids = list(of_this.values_list("pk", flat=True))
    assert _transactions("coding_reading", ids) == 1


def test_withdrawn_posts_leave_coding(talk: Conversation) -> None:
    pay, (post,) = code(talk, "Pay"), paper_ideas(talk, ["Pay."])
    give(talk, post, pay, passages=((pay, "Pay"),))
    Idea.objects.filter(pk=post).update(state="withdrawn", text="")

    assert codes_of(talk) == {}
    tending.forget_emptied()
    assert not GivenCode.objects.filter(code=pay).exists()


def _transactions(table: str, ids: list[UUID] | None = None) -> int:
    from kernel.database import row

    condition = "WHERE id = ANY(%s)" if ids is not None else ""
    found = row(
        f"SELECT count(DISTINCT xmin::text) FROM {table} {condition}", [ids] if ids is not None else []
    )
    return int(found[0]) if found else 0
