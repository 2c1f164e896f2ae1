"""The pages of findings: for analysts of the organisation, quick, and true to what was coded and voted (R52, R55)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea
from conversations.services.voting import cast_vote
from kernel.tenancy import tenant_context
from privacy.vault import runner
from reporting.findings.models import OpinionRun
from reporting.findings.permissions import FindingIsOver, NotClosedYet
from reporting.findings.queries import opinion_groups_of
from reporting.findings.queries.opinions import run_of
from reporting.findings.services import opinions
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing
from tests.coding import ANALYST, code, give, paper_comment, paper_ideas
from tests.conversations.test_pages import queries
from tests.making import change, make_conversation, make_idea, make_people
from tests.staffing import desk_of, make_staff

PAGES = ("", "ranking/", "groups/")


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(
            questions=("What should change?", "What should stay?"), areas=("staff", "students")
        )


@pytest.fixture
def desk(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.ANALYST, organisation=acme))


def at(acme: Organisation, talk: Conversation, rest: str = "") -> str:
    return f"/organisations/{acme.pk}/projects/{talk.pk}/findings/{rest}"


def coded(acme: Organisation, talk: Conversation, count: int = 3) -> UUID:
    """Ideas of a theme with votes and a comment."""
    with tenant_context(acme.tenant):
        theme = code(talk, "Pay & <conditions>", definition="What people earn.")
        for post in paper_ideas(talk, [f"Pay <b>more</b>, part {n}." for n in range(count)]):
            give(talk, post, theme)
            comment = paper_comment(post, "I have been saying so for years, and nobody has listened.")
            give(talk, comment, theme)
        Idea.objects.filter(stream__conversation=talk).update(likes=30, dislikes=12)
        return theme.pk


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_there_for_analysts_of_the_organisation_alone(
    acme: Organisation, beta: Organisation, talk: Conversation, desk: Client, page: str
) -> None:
    """R65."""
    assert desk.get(at(acme, talk, page)).status_code == 200
    facilitator = desk_of(make_staff(Role.FACILITATOR, organisation=acme))
    assert facilitator.get(at(acme, talk, page)).status_code == 403
    theirs = desk_of(make_staff(Role.ANALYST, organisation=beta))
    assert theirs.get(at(acme, talk, page)).status_code == 404
    assert theirs.get(at(beta, talk, page)).status_code == 404


def test_the_overview_shows_each_theme_with_its_strength(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    coded(acme, talk)
    page = desk.get(at(acme, talk)).content.decode()

    assert "Pay &amp; &lt;conditions&gt; has the most posts" in page
    assert "71 %" in page
    assert "<b>more" not in page
    assert page.count("<svg xmlns") == 4
    assert "6 of 6 posts have a theme" in page


def test_the_overview_can_be_of_one_question_or_area(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    coded(acme, talk)
    with tenant_context(acme.tenant):
        students = talk.areas.get(code="students")

    page = desk.get(at(acme, talk), {"part": str(students.pk)}).content.decode()
    assert "No post has a theme yet" in page
    assert desk.get(at(acme, talk), {"part": "nonsense"}).status_code == 200


def test_a_theme_has_its_ideas_comments_and_comparisons(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    theme = coded(acme, talk)
    page = desk.get(at(acme, talk, f"themes/{theme}/")).content.decode()

    assert "What people earn." in page
    assert "Pay &lt;b&gt;more&lt;/b&gt;, part 0." in page
    assert "I have been saying so for years" in page
    assert desk.get(at(acme, talk, f"themes/{uuid4()}/")).status_code == 404


@pytest.mark.parametrize("by", ["response", "support", "division", "discussed", "nonsense"])
def test_ideas_stand_in_any_order(acme: Organisation, talk: Conversation, desk: Client, by: str) -> None:
    theme = coded(acme, talk)
    found = desk.get(at(acme, talk, "ranking/"), {"by": by, "theme": str(theme), "question": "no id"})

    assert found.status_code == 200


def test_more_posts_need_no_more_statements(acme: Organisation, talk: Conversation, desk: Client) -> None:
    theme = coded(acme, talk, 20)
    for page in ("", f"themes/{theme}/", "ranking/"):
        desk.get(at(acme, talk, page))
        with queries(24):
            assert desk.get(at(acme, talk, page)).status_code == 200


def test_before_it_has_closed_no_groups_are_found(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """Architecture 3: everything by group comes after closing."""
    assert "as soon as the conversation has closed" in desk.get(at(acme, talk, "groups/")).content.decode()
    refused = desk.post(at(acme, talk, "groups/find/"))

    assert refused.status_code == NotClosedYet.status
    with tenant_context(acme.tenant):
        assert run_of(talk) is None
        with pytest.raises(RoleMissing):
            opinions.ask_for_groups(
                conversation=talk, by=make_staff(Role.FACILITATOR, organisation=acme), at=timezone.now()
            )


def test_after_it_is_complete_no_groups_are_found(acme: Organisation, talk: Conversation) -> None:
    with tenant_context(acme.tenant):
        long_ago = timezone.now() - timedelta(days=100)
        change(talk, opens_at=long_ago, closes_at=long_ago + timedelta(days=1))
        talk.refresh_from_db()

        with pytest.raises(FindingIsOver):
            opinions.ask_for_groups(conversation=talk, by=ANALYST, at=timezone.now())


def closed_with_camps(acme: Organisation, talk: Conversation) -> list[UUID]:
    """Forty people of two minds who voted, and the end."""
    with tenant_context(acme.tenant):
        people = make_people(talk, 40, area="staff")
        ideas = [make_idea(talk, people[0], f"Idea {n}.") for n in range(9)]
        for n, person in enumerate(people):
            for k, idea in enumerate(ideas):
                value = 1 if (n < 20) == (k < 5) or k == 8 else -1
                cast_vote(conversation=talk, idea=idea, by=person, value=value, at=timezone.now())
        change(talk, closes_at=timezone.now() - timedelta(minutes=1))
        talk.refresh_from_db()
    return ideas


def test_groups_are_found_after_it_has_closed_and_shown_as_figures(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """R55, scenario 27: asked at the page, frozen, found in the vault, shown; and once."""
    ideas = closed_with_camps(acme, talk)
    assert desk.post(at(acme, talk, "groups/find/")).status_code == 302
    with tenant_context(acme.tenant):
        _until_found(talk)
        found = opinion_groups_of(talk)

    assert found is not None
    assert [group.people for group in found.groups] == [20, 20]
    assert [idea.text for idea in found.common] == ["Idea 8."]
    page = desk.get(at(acme, talk, "groups/")).content.decode()
    assert "Two groups voted alike" in page
    assert "Group B" in page
    desk.post(at(acme, talk, "groups/find/"))
    with tenant_context(acme.tenant):
        assert opinion_groups_of(talk) == found
        Idea.objects.filter(pk=ideas[8]).update(state="withdrawn", text="")
        later = opinion_groups_of(talk)
    assert later is not None
    assert later.common == []


def test_a_search_that_failed_can_begin_again(acme: Organisation, talk: Conversation, desk: Client) -> None:
    closed_with_camps(acme, talk)
    with tenant_context(acme.tenant):
        OpinionRun.objects.create(
            conversation=talk, by=ANALYST.id, asked_on=timezone.localdate(), has_failed=True, is_asked=True
        )
    assert "can be begun again" in desk.get(at(acme, talk, "groups/")).content.decode()

    desk.post(at(acme, talk, "groups/find/"))
    waiting = desk.get(at(acme, talk, "groups/"))
    assert "are being found" in waiting.content.decode()
    with tenant_context(acme.tenant):
        _until_found(talk)
    assert desk.get(at(acme, talk, "groups/"), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def _until_found(talk: Conversation) -> None:
    for _step in range(3):
        run = run_of(talk)
        assert run is not None
        opinions.go_on(run=run, at=timezone.now())
        runner.run_waiting()
