"""Themes, rankings and trends from what was coded and voted (R52)."""

from datetime import timedelta
from uuid import UUID

import pytest

from conversations.models import Area, Conversation, Idea, State, Stream
from kernel.tenancy import Tenant
from reporting.findings import queries
from reporting.findings.queries import Ranking
from reporting.shapes import ThemeStrength
from tests.coding import DAY, code, give, paper_comment, paper_ideas
from tests.conversations.test_pages import queries as counted_queries
from tests.making import make_conversation

pytestmark = pytest.mark.usefixtures("in_acme")


@pytest.fixture
def talk(in_acme: Tenant) -> Conversation:
    return make_conversation(
        questions=("What should change?", "What should stay?"), areas=("staff", "students")
    )


def votes(idea: UUID, likes: int, dislikes: int, *, days_later: int = 0, **more: object) -> None:
    day = DAY + timedelta(days=days_later)
    Idea.objects.filter(pk=idea).update(likes=likes, dislikes=dislikes, day=day, **more)


def by_name(themes: list[ThemeStrength]) -> dict[str, ThemeStrength]:
    return {theme.path[-1]: theme for theme in themes}


def test_a_theme_holds_what_is_coded_below_it_once(talk: Conversation) -> None:
    pay = code(talk, "Pay")
    night, weekend = code(talk, "Night", pay), code(talk, "Weekend", pay)
    first, second = paper_ideas(talk, ["More at night.", "More on Sundays."])
    comment = paper_comment(first, "Yes, both.")
    give(talk, first, night, weekend)
    give(talk, second, weekend)
    give(talk, comment, night)
    votes(first, 8, 2)
    votes(second, 5, 5)

    found = by_name(queries.themes_of(talk))
    assert (found["Pay"].ideas, found["Pay"].comments, found["Pay"].likes) == (2, 1, 13)
    assert (found["Night"].ideas, found["Night"].comments, found["Night"].likes) == (1, 1, 8)
    assert found["Weekend"].consensus is not None
    assert found["Weekend"].consensus.value == pytest.approx(13 / 20)
    assert found["Night"].path == ("Pay", "Night")


def test_what_participants_are_not_shown_does_not_count(talk: Conversation) -> None:
    """Votes of merged ideas under eleven, hidden ideas with their comments, facilitators' posts."""
    pay = code(talk, "Pay")
    merged, hidden, shown = paper_ideas(talk, ["Merged.", "Hidden.", "Shown."])
    under_hidden = paper_comment(hidden, "A comment.")
    for post in (merged, hidden, shown, under_hidden):
        give(talk, post, pay)
    votes(merged, 6, 4, merges=1)
    votes(hidden, 50, 0)
    Idea.objects.filter(pk=hidden).update(state=State.HIDDEN)

    (found,) = queries.themes_of(talk)
    assert (found.ideas, found.comments, found.likes, found.consensus) == (2, 0, 0, None)


def test_themes_are_compared_by_question_and_area(talk: Conversation) -> None:
    pay = code(talk, "Pay")
    stream = Stream.objects.filter(conversation=talk).order_by("-position")[0]
    students = Area.objects.get(conversation=talk, code="students")
    (here,) = paper_ideas(talk, ["Here."])
    (there,) = paper_ideas(talk, ["There."], stream, students)
    give(talk, here, pay)
    give(talk, there, pay)
    votes(here, 20, 0)
    votes(there, 0, 20)

    streams, areas = queries.themes_by_stream(talk), queries.themes_by_area(talk)
    assert [part.name for part in areas] == ["Staff", "Students"]
    assert [part.themes[0].likes for part in streams] == [20, 0]
    assert [part.themes[0].dislikes for part in areas] == [0, 20]
    (both,) = queries.themes_of(talk)
    assert (both.likes, both.dislikes) == (20, 20)


def test_a_late_idea_is_not_behind_because_it_is_late(talk: Conversation) -> None:
    """The early one has more likes; the late one has more than an idea of its last day could expect."""
    early, late, lucky, *others = paper_ideas(talk, [f"Idea {n}." for n in range(20)])
    for n, other in enumerate(others):
        votes(other, 6, 2, days_later=n // 4)
    votes(early, 30, 10)
    votes(late, 20, 4, days_later=4)
    votes(lucky, 1, 0, days_later=4)

    response = [idea.id for idea in queries.ideas_of(talk, by=Ranking.RESPONSE)]
    assert response[0] == late
    assert response.index(early) < response.index(lucky)
    support = [idea.id for idea in queries.ideas_of(talk, by=Ranking.SUPPORT)]
    assert support.index(late) < support.index(early) < support.index(lucky)


def test_rankings_can_be_of_one_theme_and_show_words_as_they_stand(talk: Conversation) -> None:
    pay, (first, second) = code(talk, "Pay"), paper_ideas(talk, ["Pay <more>.", "Parking."])
    give(talk, first, pay)
    votes(first, 5, 5)
    votes(second, 9, 0)

    (only,) = queries.ideas_of(talk, by=Ranking.DIVISION, code=pay.pk)
    assert (only.id, only.text) == (first, "Pay <more>.")
    assert queries.ideas_of(talk, by=Ranking.DISCUSSED) == []


def test_trends_count_posts_by_day_and_find_what_rises(talk: Conversation) -> None:
    pay, parking = code(talk, "Pay"), code(talk, "Parking")
    posts = paper_ideas(talk, [f"Post {n}." for n in range(80)])
    for n, post in enumerate(posts):
        give(talk, post, pay if n < 30 else parking)
        votes(post, 1, 0, days_later=0 if n < 40 else 12)

    days = queries.trend_of(talk)
    assert len(days) == 13
    assert [days[0].posts, days[5].posts, days[12].posts] == [40, 0, 40]
    assert [rise.path for rise in queries.rising_of(talk)] == [("Parking",)]
    assert sum(day.ideas for day in queries.trend_of(talk, code=pay.pk)) == 30


def test_a_conversation_nobody_coded_has_no_strength(talk: Conversation) -> None:
    assert queries.themes_of(talk) == []
    assert queries.trend_of(talk) == []
    assert queries.rising_of(talk) == []
    assert queries.opinion_groups_of(talk) is None


def test_everything_is_read_in_a_few_statements(talk: Conversation) -> None:
    pay = code(talk, "Pay")
    for post in paper_ideas(talk, [f"Post {n}." for n in range(30)]):
        give(talk, post, pay)

    with counted_queries(10):
        posts = queries.posts_of(talk)
        queries.themes_of(talk, posts=posts)
        queries.themes_by_area(talk, posts=posts)
        queries.ideas_of(talk, posts=posts)
