"""The pages of client users: numbers, groups, themes and notices, and what they never show (R29, R42, R44)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Act, Conversation, MessageKind
from conversations.services import posting, tallies
from conversations.services.threads import write_to_author
from kernel.tenancy import tenant_context
from privacy.anonymity import Kind
from reporting.figures import queries as figures
from reporting.findings import queries as findings
from reporting.portal.models import PeopleOnDay, Telling, Told
from reporting.portal.queries import participation
from reporting.portal.services import remembering, telling
from reporting.shapes import Cell, Estimate, ReleasedTable, ThemeStrength
from tenants.models import Organisation
from tests import acting
from tests.deleting import make_ended, take_further
from tests.making import (
    change,
    client_of,
    enrol,
    make_conversation,
    make_idea,
    make_organisation,
    make_people,
    new_address,
)
from tests.reporting.sponsoring import portal_of


@pytest.fixture
def portal(acme: Organisation) -> Client:
    return portal_of(acme)


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    """Two ideas and a comment, counted."""
    with tenant_context(acme.tenant):
        made = make_conversation(questions=("What should change?", "What should stay?"))
        anna, ben = make_people(made, 2)
        idea = make_idea(made, anna, "CANARY of anna")
        make_idea(made, ben, "CANARY of ben", at=timezone.now() - timedelta(days=1))
        posting.add_comment(
            conversation=made, idea=idea, by=ben, form=str(uuid4()), text="CANARY", at=timezone.now()
        )
        tallies.count_conversation(conversation=made.pk)
    participation.forget_days()
    return made


def _at(talk: Conversation, path: str = "") -> str:
    return f"/organisation/conversations/{talk.slug}/{path}"


def _page(portal: Client, talk: Conversation, path: str = "") -> str:
    answer = portal.get(_at(talk, path))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def _table(rows: list[str], *cells: Cell) -> ReleasedTable:
    return ReleasedTable(
        id=uuid4(),
        code="team",
        title="Took part, by team",
        rows=rows,
        columns=["Took part"],
        cells=[[cell] for cell in cells],
        withheld="Some figures are withheld.",
        released_on=date(2026, 6, 12),
    )


def test_the_overview_shows_each_conversation_in_three_numbers(portal: Client, talk: Conversation) -> None:
    """R42"""
    page = portal.get("/organisation/").content.decode()

    assert talk.name in page
    assert all(word in page for word in ("Ideas", "Comments", "Votes", "Open until"))
    assert "CANARY" not in page


def test_an_organisation_without_conversations_reads_what_will_be_here() -> None:
    page = portal_of(make_organisation()).get("/organisation/").content.decode()

    assert "No conversation yet" in page


def test_participation_shows_live_totals_and_days(portal: Client, talk: Conversation) -> None:
    """R42: what participants see as well, by day and never by hour."""
    page = _page(portal, talk)

    assert page.count("<rect") == 3
    assert "Most was written on one day: today" in page
    assert "CANARY" not in page


def test_people_are_told_only_as_they_were_released(
    acme: Organisation, portal: Client, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R42, L9: until a figure is safe there is none, and the page says what will be here."""
    assert "Not told yet" in _page(portal, talk)

    monkeypatch.setattr(figures, "people_who_took_part", lambda _talk: 45)
    change_goal(acme, talk, 50)
    with tenant_context(acme.tenant):
        enrol(talk, *(new_address() for _person in range(60)))
    page = _page(portal, talk)

    assert "of about 60 invited" in page
    assert "75 % take part" in page
    assert "The goal is reached." in page


def change_goal(acme: Organisation, talk: Conversation, percent: int) -> None:
    with tenant_context(acme.tenant):
        change(talk, goal_percent=percent)


def test_withheld_cells_are_hatched_named_and_explained(
    portal: Client, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R42, scenario 22"""
    table = _table(["Porters", "Chaplains"], Cell(40, 91), Cell(None))
    monkeypatch.setattr(figures, "participation_tables", lambda _talk: [table])

    page = _page(portal, talk)

    assert page.count('class="number withheld"') == 1
    assert "over 90 %" in page
    assert "What “withheld” means" in page


def test_the_curve_is_what_was_released_on_each_day(
    acme: Organisation, portal: Client, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R42: kept as it was shown, once a day."""
    for days_ago, people in ((2, 15), (1, 30), (0, 30)):
        monkeypatch.setattr(figures, "people_who_took_part", lambda _talk, people=people: people)
        with tenant_context(acme.tenant):
            remembering.note_people(at=timezone.now() - timedelta(days=days_ago))
            remembering.note_people(at=timezone.now() - timedelta(days=days_ago))
    with tenant_context(acme.tenant):
        kept = PeopleOnDay.objects.filter(conversation=talk).order_by("day")
        assert [one.people for one in kept] == [15, 30, 30]

    page = _page(portal, talk)

    assert 'class="curve"' in page
    assert "From about 15 people on the first day to about 30 on the last." in page


def test_reach_is_rounded_and_stays_when_somebody_leaves(
    acme: Organisation, portal: Client, talk: Conversation
) -> None:
    """R42, R44, P9"""
    with tenant_context(acme.tenant):
        enrol(talk, *(new_address() for _person in range(52)))
        reach = participation.reach_of(talk)
    assert reach is not None
    assert (reach.invited, reach.by_mail, reach.by_text, reach.paper) == (50, 50, 0, 0)

    page = _page(portal, talk)

    assert "fewer than 11" in page
    assert "of about 50" not in page
    assert ">52<" not in page


@pytest.mark.parametrize(("count", "told"), [(0, 0), (10, 0), (11, 11), (14, 11), (15, 15), (43, 40)])
def test_numbers_of_people_are_rounded_down(count: int, told: int) -> None:
    assert participation.rounded(count) == told


def test_themes_are_shown_where_participants_could_read_it(
    acme: Organisation, portal: Client, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R42: a project's choice; small themes never."""
    agreed = Estimate(0.8, 0.7, 0.9)
    large = ThemeStrength(uuid4(), ("Rooms", "Light"), "Windows.", "#000000", 9, 3, 20, 5, agreed, None)
    small = ThemeStrength(uuid4(), ("Tiny",), "", "#000000", 9, 1, 0, 0, None, None)
    monkeypatch.setattr(findings, "themes_of", lambda _talk: [small, large])
    assert "Light" not in _page(portal, talk, "themes/")

    with tenant_context(acme.tenant):
        change(talk, client_sees_themes=True)
    page = _page(portal, talk, "themes/")

    assert "Light" in page
    assert "12 contributions" in page
    assert "80 % of votes agree" in page
    assert "Tiny" not in page
    assert str(large.code) not in page


def test_without_themes_the_questions_stand_there(portal: Client, talk: Conversation) -> None:
    page = _page(portal, talk, "themes/")

    assert "What should stay?" in page
    assert "shown in its report only" in page


def _remove_some(talk: Conversation, count: int) -> list[Act]:
    people = make_people(talk, count)
    ideas = [make_idea(talk, person, f"Idea {n}") for n, person in enumerate(people)]
    return [acting.remove(talk, acting.idea_seen(idea)) for idea in ideas]


def _tell(acme: Organisation, talk: Conversation, days: int = 1) -> list[tuple[str, int]]:
    with tenant_context(acme.tenant):
        talk.refresh_from_db()
        telling.tell_all(at=timezone.now() + timedelta(days=days))
        found = Telling.objects.filter(conversation=talk).order_by("until", "kind")
        return list(found.values_list("kind", "at_least"))


def test_removals_are_told_the_next_day_from_five_on(
    acme: Organisation, portal: Client, talk: Conversation
) -> None:
    """R29"""
    with tenant_context(acme.tenant):
        change(talk, client_is_told=True)
        _remove_some(talk, 4)
    assert _tell(acme, talk) == []
    with tenant_context(acme.tenant):
        _remove_some(talk, 3)

    assert _tell(acme, talk, days=0) == []
    assert _tell(acme, talk) == [("removed", 5)]
    assert _tell(acme, talk, days=2) == [("removed", 5)]
    page = _page(portal, talk, "notices/")
    assert "Posts were removed or hidden: at least 5 times" in page
    assert "abus" not in page


def test_what_was_told_does_not_change_when_an_act_is_taken_back(
    acme: Organisation, talk: Conversation
) -> None:
    """R29: a number that falls would say more than the number."""
    with tenant_context(acme.tenant):
        change(talk, client_is_told=True)
        acts = _remove_some(talk, 5)
    assert _tell(acme, talk) == [("removed", 5)]
    with tenant_context(acme.tenant):
        acting.undo(talk, acts[0])

    assert _tell(acme, talk, days=2) == [("removed", 5)]


def test_contacts_are_told_by_day_and_offers_of_support_are_not(
    acme: Organisation, talk: Conversation
) -> None:
    """R29: several messages to one author on a day are one contact."""
    with tenant_context(acme.tenant):
        change(talk, client_is_told=True)
        for n, person in enumerate(make_people(talk, 10)):
            idea = make_idea(talk, person, f"Thought {n}")
            kind = MessageKind.QUESTION if n < 5 else MessageKind.OFFER
            for _time in range(2):
                write_to_author(
                    conversation=talk,
                    kind=Kind.IDEA,
                    contribution=idea,
                    message=kind,
                    text="?",
                    at=timezone.now(),
                )

    assert _tell(acme, talk) == [("contacted", 5)]


def test_nothing_is_told_where_the_project_chose_so(
    acme: Organisation, portal: Client, talk: Conversation
) -> None:
    """R29: neither written down nor shown."""
    with tenant_context(acme.tenant):
        _remove_some(talk, 6)
    assert _tell(acme, talk) == []
    with tenant_context(acme.tenant):
        day = timezone.localdate()
        Telling.objects.create(conversation=talk, kind=Told.REMOVED, since=day, until=day, at_least=5)

    page = _page(portal, talk, "notices/")

    assert "Nothing is told in this conversation" in page
    assert "at least 5 times" not in page


def test_participants_can_read_what_is_told_and_shown(acme: Organisation, talk: Conversation) -> None:
    """R29: the choices stand on the privacy page."""
    with tenant_context(acme.tenant):
        change(talk, client_is_told=True, client_sees_themes=True)
    page = client_of(acme).get(f"/{talk.slug}/about/privacy/").content.decode()

    assert "may be told that" in page
    assert "sees which themes" in page


def test_each_page_asks_few_questions(portal: Client, talk: Conversation) -> None:
    """The number does not grow with what there is."""
    portal.get("/organisation/")
    for path, most in (("", 14), ("themes/", 8), ("notices/", 8), ("reports/", 8), ("roster/", 8)):
        with CaptureQueriesContext(connections["default"]) as asked:
            portal.get(_at(talk, path))
        said = [query["sql"] for query in asked.captured_queries]
        assert len(said) <= most, (path, len(said), said)


def test_after_its_deletion_the_pages_are_still_there(acme: Organisation, portal: Client) -> None:
    """R42, R62: numbers of contributions and reports stay; who was invited is gone."""
    ended = make_ended(acme)
    take_further(ended.project)

    with tenant_context(acme.tenant):
        ended.talk.refresh_from_db()
    for path in ("", "roster/"):
        assert "Gone, as it was promised" in _page(portal, ended.talk, path)
    for path in ("themes/", "reports/", "notices/"):
        _page(portal, ended.talk, path)
