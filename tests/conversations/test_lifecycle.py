"""A project's way to its end: by dates, by acts with a reason, and with a deadline nobody can move (R61)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from conversations.models import Area, Bucket, Conversation, Stream
from conversations.services import lifecycle
from conversations.services.conversations import AddressNotUsable, schedule_conversation
from conversations.services.preparing import areas, dates, drafts, streams, survey
from conversations.services.preparing.dates import NoSuchHour, local_moment
from conversations.services.preparing.drafts import Choices
from kernel.tenancy import Tenant, control_plane, tenant_context
from privacy.vault.interface import vault
from tenants.models import Completion, Organisation, Project, ProjectState, Role
from tenants.permissions import Staff
from tenants.queries.projects import deadline_of
from tenants.services import organisations
from tenants.services.projects import AlreadyComplete
from tests.conftest import database_name
from tests.machinery import admin_url
from tests.making import (
    change,
    make_conversation,
    make_idea,
    make_organisation,
    make_people,
    new_address,
    stream_of,
)
from tests.preparing import make_draft, make_scheduled
from tests.staffing import make_staff

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def operator() -> Staff:
    return make_staff(Role.OPERATOR)


def let_it_be_over(conversation: Conversation) -> None:
    """Its days of analysis ended a minute ago."""
    closes = timezone.now() - timedelta(days=conversation.days_of_analysis, minutes=1)
    values = {"opens_at": closes - timedelta(days=21), "closes_at": closes}
    change(conversation, **values)
    with control_plane():
        Project.objects.filter(pk=conversation.pk).update(
            **values, completes_at=closes + timedelta(days=conversation.days_of_analysis)
        )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-29T00:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T02:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-12-11T17:00", datetime(2026, 12, 11, 17, 0, tzinfo=UTC)),
    ],
)
def test_hours_are_those_of_a_clock_on_the_wall(typed: str, meant: datetime) -> None:
    assert local_moment(dates.read_moment(typed), LONDON).astimezone(UTC) == meant


def test_an_hour_that_the_clocks_leave_out_is_refused() -> None:
    with pytest.raises(NoSuchHour):
        local_moment(dates.read_moment("2026-03-29T01:30"), LONDON)


def test_a_scheduled_project_goes_back_to_draft_until_it_opens(in_acme: Tenant, operator: Staff) -> None:
    made = make_scheduled(operator)
    assert made.opens_at is not None

    with pytest.raises(lifecycle.AlreadyOpen):
        lifecycle.back_to_draft(by=operator, conversation=made.pk, at=made.opens_at)
    lifecycle.back_to_draft(by=operator, conversation=made.pk, at=timezone.now())

    again = Conversation.objects.get(pk=made.pk)
    assert (again.opens_at, again.planned_opens_at) == (None, made.opens_at)


def test_closing_early_and_extending_need_a_reason_that_people_read(
    acme: Organisation, operator: Staff, browser: Client, talk: Conversation
) -> None:
    which: dict[str, Any] = {"by": operator, "conversation": talk.pk, "at": timezone.now()}
    later = timezone.now() + timedelta(days=30)

    with tenant_context(acme.tenant):
        with pytest.raises(lifecycle.ReasonMissing):
            lifecycle.extend(**which, closes_at=later, reason=" ")
        with pytest.raises(lifecycle.NotLater):
            lifecycle.extend(**which, closes_at=timezone.now(), reason="A holiday")
        lifecycle.extend(**which, closes_at=later, reason="Because of the <holiday>")

    assert "Because of the &lt;holiday&gt;" in browser.get(f"/{talk.slug}/").content.decode()
    with tenant_context(acme.tenant):
        lifecycle.close_early(**which, reason="Everything is said")
        assert Conversation.objects.get(pk=talk.pk).has_closed(at=timezone.now())
        with pytest.raises(lifecycle.NotOpenNow):
            lifecycle.extend(**which, closes_at=later, reason="Again")


def test_it_completes_by_itself_and_the_deadline_is_thirty_days_later(
    in_acme: Tenant, talk: Conversation
) -> None:
    let_it_be_over(talk)

    lifecycle.complete_due()
    lifecycle.complete_due()

    with control_plane():
        kept = Completion.objects.get(pk=talk.pk)
        assert Project.objects.get(pk=talk.pk).state == ProjectState.COMPLETE
    assert kept.deadline - kept.completed_at == timedelta(days=30)
    assert abs(timezone.now() - kept.completed_at) < timedelta(minutes=1)
    assert Conversation.objects.get(pk=talk.pk).completed_at == kept.completed_at
    assert deadline_of(talk.pk) == kept.deadline


@pytest.mark.usefixtures("_trespassing")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenants_completion SET completed_at = now() + interval '1 year'",
        "UPDATE tenants_completion SET deadline = now() + interval '1 year'",
        "DELETE FROM tenants_completion",
        "INSERT INTO tenants_completion (project_id, completed_at) VALUES (gen_random_uuid(), now() + interval '9 years')",
    ],
)
def test_the_database_lets_nobody_move_the_deadline(statement: str) -> None:
    """R61: whoever serves pages may only say that it is complete; when, the database says itself."""
    with (
        control_plane(),
        pytest.raises(DatabaseError, match="permission denied|generated|can only be updated"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_not_even_the_owner_can_write_another_deadline() -> None:
    with psycopg.connect(admin_url("conversation", database_name())) as admin, pytest.raises(psycopg.Error):
        admin.execute("UPDATE tenants_completion SET deadline = now()")


def test_after_completion_no_date_moves(in_acme: Tenant, operator: Staff, talk: Conversation) -> None:
    let_it_be_over(talk)
    lifecycle.complete_due()
    before = deadline_of(talk.pk)
    which: dict[str, Any] = {"by": operator, "conversation": talk.pk, "at": timezone.now()}

    with pytest.raises(lifecycle.NotOpenNow):
        lifecycle.extend(**which, closes_at=timezone.now() + timedelta(days=9), reason="More")
    with pytest.raises(AlreadyComplete):
        now = timezone.now()
        schedule_conversation(conversation=talk.pk, opens_at=now, closes_at=now + timedelta(days=9))

    assert deadline_of(talk.pk) == before


def test_completing_early_needs_its_address_typed(
    in_acme: Tenant, operator: Staff, talk: Conversation
) -> None:
    which: dict[str, Any] = {"by": operator, "conversation": talk.pk, "at": timezone.now()}
    with pytest.raises(lifecycle.NotClosedYet):
        lifecycle.complete(**which, typed=talk.slug)
    change(talk, closes_at=timezone.now() - timedelta(minutes=1))

    with pytest.raises(lifecycle.AddressDiffers):
        lifecycle.complete(**which, typed="something")
    lifecycle.complete(**which, typed=talk.slug)

    assert Conversation.objects.get(pk=talk.pk).completed_at is not None


def test_deadlines_run_on_in_a_suspended_organisation(operator: Staff) -> None:
    """P6: pausing a site never keeps anybody's data longer."""
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        talk = make_conversation()
        let_it_be_over(talk)
    organisations.suspend_organisation(by=operator, organisation=organisation)

    lifecycle.complete_due()

    assert deadline_of(talk.pk) is not None


def test_an_organisation_is_archived_when_all_its_projects_are_complete(operator: Staff) -> None:
    """R60."""
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        talk = make_conversation()
    with pytest.raises(organisations.ProjectsRunning):
        organisations.archive_organisation(by=operator, organisation=organisation)
    with tenant_context(organisation.tenant):
        let_it_be_over(talk)
        lifecycle.complete_due()

    organisations.archive_organisation(by=operator, organisation=organisation)

    with pytest.raises(organisations.NotInThisState):
        organisations.suspend_organisation(by=operator, organisation=organisation)
    organisations.delete_organisation(organisation)
    with control_plane():
        assert not Completion.objects.filter(pk=talk.pk).exists()


def test_in_a_complete_conversation_people_find_their_own_data_only(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """Architecture 6."""
    with tenant_context(acme.tenant):
        idea = make_idea(talk, make_people(talk)[0])
        let_it_be_over(talk)
        stream = stream_of(talk).pk
    slug = talk.slug

    assert "This conversation is complete." in browser.get(f"/{slug}/").content.decode()
    for path in (f"stream/{stream}/", f"idea/{idea}/", "mine/", "mine/messages/", "search/?q=a", "survey/"):
        assert browser.get(f"/{slug}/{path}")["Location"] == f"/{slug}/my-data/", path
    assert browser.post(f"/{slug}/idea/{idea}/vote/", {"value": "1"}).status_code == 409
    assert browser.get(f"/{slug}/paper-form.pdf").status_code == 404
    assert "Leave and delete" in browser.get(f"/{slug}/my-data/").content.decode()
    assert browser.post(f"/{slug}/my-data/download/").status_code == 200


def test_a_copy_has_everything_but_people_posts_and_dates(in_acme: Tenant, operator: Staff) -> None:
    source = make_draft(operator, people=11)
    which: dict[str, Any] = {"by": operator, "conversation": source.pk}
    drafts.choose(**which, choices=Choices(client_is_told=True, identifies_for_wellbeing=True))
    survey.save_dimension(
        **which, dimension=None, column="", question="Which team?", reason="", answers=["One", "Two"]
    )
    make_people(source, 3)

    slug = f"copy-{new_address()[:8]}"
    made = drafts.copy_project(by=operator, source=source.pk, name="The copy", slug=slug)

    kept = Conversation.objects.get(pk=made.pk)
    assert (kept.client_is_told, kept.introduction, kept.planned_opens_at) == (
        True,
        source.introduction,
        None,
    )
    assert list(Stream.objects.filter(conversation=kept).values_list("question", flat=True)) == [
        "What should change?"
    ]
    assert Bucket.objects.filter(dimension__conversation=kept).count() == 2
    assert kept.public_key != source.public_key
    assert vault().readiness(conversation=kept.pk).areas == {}


@pytest.mark.parametrize("slug", ["", "Ä", "organisation", "static", "a b", "-a", "x" * 41])
def test_an_address_that_cannot_be_is_refused(in_acme: Tenant, operator: Staff, slug: str) -> None:
    with pytest.raises(AddressNotUsable):
        drafts.create_project(by=operator, name="A project", slug=slug)


def test_lists_are_put_into_order(in_acme: Tenant, operator: Staff) -> None:
    draft = make_draft(operator, people=0)
    which: dict[str, Any] = {"by": operator, "conversation": draft.pk}
    second = streams.add_stream(**which, question="Second?")
    third = streams.add_stream(**which, question="Third?")

    streams.move_stream(**which, stream=third.pk, up=True)
    streams.move_stream(**which, stream=third.pk, up=True)
    streams.move_stream(**which, stream=third.pk, up=True)
    streams.move_stream(**which, stream=second.pk, up=False)
    streams.remove_stream(**which, stream=second.pk)

    ordered = Stream.objects.filter(conversation=draft).order_by("position")
    assert list(ordered.values_list("question", flat=True)) == ["Third?", "What should change?"]


@pytest.mark.parametrize("answers", [[], ["One"], ["Same", "same"], ["...", "One"], ["x" * 121, "One"]])
def test_answers_that_cannot_be_told_apart_are_refused(
    in_acme: Tenant, operator: Staff, answers: list[str]
) -> None:
    draft = make_draft(operator, people=0)

    with pytest.raises(survey.AnswersNotUsable):
        survey.save_dimension(
            by=operator,
            conversation=draft.pk,
            dimension=None,
            column="",
            question="Which?",
            reason="",
            answers=answers,
        )


def test_areas_have_codes_for_the_roster(in_acme: Tenant, operator: Staff) -> None:
    draft = make_draft(operator, people=0)
    which: dict[str, Any] = {"by": operator, "conversation": draft.pk}

    made = areas.add_area(**which, name="Équipe de nuit (B)")
    areas.rename_area(**which, area=made.pk, name="Night team")

    assert Area.objects.get(pk=made.pk).code == "equipe-de-nuit-b"
    with pytest.raises(areas.AreaTaken):
        areas.add_area(**which, name="équipe de nuit b")
    with pytest.raises(areas.AreaNameMissing):
        areas.add_area(**which, name="!?")
    areas.remove_area(**which, area=made.pk)
    with pytest.raises(areas.LastArea):
        areas.remove_area(**which, area=draft.areas.get().pk)


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-02-30T09:00", "2026-12-11", "99999-01-01T00:00"])
def test_a_date_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(dates.DateNotReadable):
        dates.read_moment(typed)
