"""What has to be right before a project opens, and that nothing opens before (R61)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations.models import Conversation, PageCode
from conversations.services import checklist, lifecycle
from conversations.services.checklist import Tone
from conversations.services.lifecycle import ChecklistNotGreen
from conversations.services.preparing import areas, drafts, page_texts, streams, survey
from conversations.services.preparing.dates import read_moment
from conversations.services.preparing.drafts import Choices, Description
from conversations.services.preparing.fixed import FixedSinceScheduled
from kernel.errors import TooMany
from kernel.tenancy import Tenant, tenant_context
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation, Role
from tenants.permissions import RoleMissing, Staff
from tests.making import enrol, make_organisation, new_address, stream_of
from tests.preparing import make_draft, make_scheduled, plan, see_invitation
from tests.staffing import make_staff

TEXTS = "Texts of the pages"


@pytest.fixture
def operator() -> Staff:
    return make_staff(Role.OPERATOR)


def tones(draft: Conversation) -> dict[str, Tone]:
    """Lines that are not green, but for the texts, which are the organisation's."""
    found = all_tones(draft)
    return {title: tone for title, tone in found.items() if title != TEXTS and tone is not Tone.GREEN}


def all_tones(draft: Conversation) -> dict[str, Tone]:
    kept = Conversation.objects.get(pk=draft.pk)
    return {line.title: line.tone for line in checklist.checklist_of(kept, at=timezone.now())}


def import_rows(draft: Conversation, *rows: str) -> None:
    codes = list(draft.areas.values_list("code", flat=True))
    job = vault().enrol(conversation=draft.pk, roster="\n".join(rows).encode(), areas=codes)
    runner.run_waiting()
    assert vault().job(conversation=draft.pk, job=job).state == "done"


def test_a_prepared_project_is_green_once_the_invitation_was_seen(in_acme: Tenant, operator: Staff) -> None:
    draft = make_draft(operator)
    assert tones(draft) == {"Invitation seen": Tone.RED}

    text = see_invitation(operator, draft)

    assert tones(draft) == {}
    assert f"http://acme.localhost:8000/{draft.slug}/" in text
    assert '"A better ward" is open, and you are invited' in text


def test_an_empty_project_is_red_where_it_has_to_be(in_acme: Tenant, operator: Staff) -> None:
    draft = drafts.create_project(by=operator, name="Empty", slug=f"empty-{new_address()[:8]}")

    assert tones(draft) == {
        "Name and introduction": Tone.RED,
        "Questions": Tone.RED,
        "Dates": Tone.RED,
        "People": Tone.RED,
        "Invitation seen": Tone.RED,
    }
    with pytest.raises(ChecklistNotGreen):
        lifecycle.schedule(by=operator, conversation=draft.pk, at=timezone.now())


@pytest.mark.parametrize(("count", "tone"), [(10, Tone.RED), (11, Tone.AMBER), (49, Tone.AMBER)])
def test_few_people_are_too_few_or_warned_of(
    in_acme: Tenant, operator: Staff, count: int, tone: Tone
) -> None:
    """P4: under 11 nothing opens, under 50 somebody has to want it."""
    draft = make_draft(operator, people=count)

    assert tones(draft)["People"] == tone


def test_people_who_want_no_letters_are_not_reached(in_acme: Tenant, operator: Staff) -> None:
    draft, addresses = make_draft(operator, people=0), [new_address() for _n in range(11)]
    enrol(draft, *addresses)
    vault().stop_letters(conversation=draft.pk, address=addresses[0])

    assert tones(draft)["People"] == Tone.RED


def test_small_areas_and_empty_ones_are_red(in_acme: Tenant, operator: Staff) -> None:
    """R06: with several areas each has at least 50 people."""
    draft = make_draft(operator, people=0)
    areas.add_area(by=operator, conversation=draft.pk, name="Night staff")
    import_rows(draft, "email,area", *(f"{new_address()},everybody" for _n in range(60)))

    assert tones(draft)["Areas"] == Tone.RED
    import_rows(draft, "email,area", *(f"{new_address()},night-staff" for _n in range(50)))
    assert "Areas" not in tones(draft)


def test_an_area_with_people_is_not_removed(in_acme: Tenant, operator: Staff) -> None:
    draft = make_draft(operator, people=0)
    made = areas.add_area(by=operator, conversation=draft.pk, name="Night staff")
    import_rows(draft, "email,area", *(f"{new_address()},night-staff" for _n in range(50)))

    with pytest.raises(areas.AreaHasPeople):
        areas.remove_area(by=operator, conversation=draft.pk, area=made.pk)


def test_sizes_are_told_in_steps_only(in_acme: Tenant, operator: Staff) -> None:
    """P2: one person more or less is not to be seen."""
    draft = make_draft(operator, people=0)
    import_rows(draft, "email,group", *(f"{new_address()},{'abc'[n % 3]}" for n in range(41)))

    told = vault().readiness(conversation=draft.pk)

    assert (told.reachable, told.areas, told.dimensions) == (
        40,
        {"everybody": 40},
        {"group": {"a": 11, "b": 11, "c": 11}},
    )


def test_dates_in_the_past_are_red(in_acme: Tenant, operator: Staff) -> None:
    draft = make_draft(operator)
    past = timezone.now() - timedelta(hours=1)
    Conversation.objects.filter(pk=draft.pk).update(planned_opens_at=past)

    assert tones(draft)["Dates"] == Tone.RED


def test_the_shipped_support_page_and_a_draft_are_amber(operator: Staff) -> None:
    """R13: nobody should be sent to help that is not the organisation's own without somebody wanting it."""
    with tenant_context(make_organisation().tenant):
        draft = make_draft(operator, people=0)
        assert all_tones(draft)[TEXTS] == Tone.AMBER

        page_texts.publish(by=operator, code=PageCode.SUPPORT, language="en", text="Ask the union.")
        assert all_tones(draft)[TEXTS] == Tone.GREEN

        page_texts.keep_draft(by=operator, code=PageCode.RULES, language="en", text="New rules.")
        assert all_tones(draft)[TEXTS] == Tone.AMBER
        page_texts.drop_draft(by=operator, code=PageCode.RULES, language="en")
        assert all_tones(draft)[TEXTS] == Tone.GREEN


def test_what_changes_the_invitation_has_to_be_seen_again(in_acme: Tenant, operator: Staff) -> None:
    draft = make_draft(operator)
    see_invitation(operator, draft)
    opens = read_moment("2031-03-01T09:00")

    plan(operator, draft, opens, opens + timedelta(days=9))

    assert tones(draft) == {"Invitation seen": Tone.RED}


def test_a_wrong_or_foreign_code_shows_nothing(in_acme: Tenant, operator: Staff) -> None:
    draft, other = make_draft(operator, people=0), make_staff(Role.OPERATOR)
    code = checklist._code(draft, operator)

    for by, typed in ((operator, "12345678"), (operator, ""), (other, code)):
        with pytest.raises(checklist.SeenCodeRefused):
            checklist.confirm_seen(by=by, conversation=draft.pk, code=typed, at=timezone.now())


def test_codes_are_not_tried_for_ever(in_acme: Tenant, operator: Staff) -> None:
    draft = make_draft(operator, people=0)

    with pytest.raises(TooMany):
        for _try in range(40):
            with pytest.raises(checklist.SeenCodeRefused):
                checklist.confirm_seen(by=operator, conversation=draft.pk, code="00000000", at=timezone.now())


def test_once_scheduled_what_participants_read_is_fixed(in_acme: Tenant, operator: Staff) -> None:
    """R29, R61."""
    made = make_scheduled(operator)
    which: dict[str, Any] = {"by": operator, "conversation": made.pk}
    stream = stream_of(made).pk
    opens = read_moment("2031-03-01T09:00")
    moved = Description(made.name, "elsewhere", "Hello", "", "Europe/London")

    for act in (
        lambda: drafts.choose(**which, choices=Choices(client_is_told=True)),
        lambda: drafts.describe(**which, words=moved),
        lambda: areas.add_area(**which, name="Another"),
        lambda: plan(operator, made, opens, opens + timedelta(days=9)),
        lambda: streams.remove_stream(**which, stream=stream),
        lambda: streams.change_stream(**which, stream=stream, question="Why?", context=""),
        lambda: survey.remove_dimension(**which, dimension=1),
        lambda: lifecycle.schedule(**which, at=timezone.now()),
    ):
        with pytest.raises(FixedSinceScheduled):
            act()

    same = Description("A new name", made.slug, "Hello", "", "Europe/London")
    drafts.describe(**which, words=same)
    streams.change_stream(**which, stream=stream, question="What should change?", context="Anything.")
    streams.add_stream(**which, question="And what should stay?")


def test_facilitators_prepare_words_and_questions_only(
    acme: Organisation, in_acme: Tenant, operator: Staff
) -> None:
    draft = make_draft(operator, people=0)
    facilitator = make_staff(Role.FACILITATOR, organisation=acme)
    which: dict[str, Any] = {"by": facilitator, "conversation": draft.pk}
    opens = read_moment("2031-03-01T09:00")

    streams.add_stream(**which, question="From a facilitator?")
    drafts.describe(**which, words=Description("Words", draft.slug, "Hello", "", "Europe/London"))
    for act in (
        lambda: drafts.choose(**which, choices=Choices(client_is_told=True)),
        lambda: areas.add_area(**which, name="Another"),
        lambda: plan(facilitator, draft, opens, opens + timedelta(days=9)),
        lambda: lifecycle.schedule(**which, at=timezone.now()),
        lambda: drafts.create_project(by=facilitator, name="Mine", slug="mine"),
    ):
        with pytest.raises(RoleMissing):
            act()
