"""The facilitators' pages of the console: posts, announcements, stages, paper."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import (
    Announcement,
    Comment,
    Conversation,
    Idea,
    Source,
    Stream,
)
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.conversations.test_pages import queries
from tests.making import make_conversation, make_idea, make_people
from tests.staffing import desk_of, make_staff, place_of

PAGES = ("posts/", "announcements/", "stages/", "paper/")


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation(questions=("What should change?", "What should stay?"))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_for_facilitators_of_the_organisation_alone(
    acme: Organisation, beta: Organisation, talk: Conversation, at_desk: Client, path: str
) -> None:
    """R65: other roles are refused; another organisation's project does not exist."""
    assert at_desk.get(place_of(acme, talk) + path).status_code == 200
    analyst = desk_of(make_staff(Role.ANALYST, organisation=acme))
    assert analyst.get(place_of(acme, talk) + path).status_code == 403
    theirs = desk_of(make_staff(Role.FACILITATOR, organisation=beta))
    assert theirs.get(place_of(acme, talk) + path).status_code == 404
    assert theirs.get(place_of(beta, talk) + path).status_code == 404
    assert Client(headers={"host": "console.localhost"}).get(place_of(acme, talk) + path).status_code == 302


def _streams(acme: Organisation, talk: Conversation) -> list[UUID]:
    with tenant_context(acme.tenant):
        return list(
            Stream.objects.filter(conversation=talk).order_by("position").values_list("pk", flat=True)
        )


# Posts ----------------------------------------------------------------------------------


def test_a_prompt_is_posted_pinned_and_seen(
    acme: Organisation, talk: Conversation, at_desk: Client, browser: Client
) -> None:
    """R31."""
    stream = _streams(acme, talk)[0]
    answer = at_desk.post(
        f"{place_of(acme, talk)}posts/",
        {"stream": stream, "text": "What helps?", "area": "everybody", "pinned": "1", "form": uuid4()},
    )

    assert answer.status_code == 302
    assert "What helps?" in at_desk.get(answer["Location"]).content.decode()
    page = browser.get(f"/{talk.slug}/stream/{stream}/").content.decode()
    assert "From the facilitators" in page
    assert "Pinned" in page


def test_a_text_that_names_somebody_is_shown_once_more(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    """R11: and posted as it is when it was seen."""
    typed = {
        "stream": _streams(acme, talk)[0],
        "text": "Ask Dr Winter.",
        "area": "everybody",
        "form": uuid4(),
    }

    first = at_desk.post(f"{place_of(acme, talk)}posts/", typed)
    second = at_desk.post(f"{place_of(acme, talk)}posts/", {**typed, "seen": "text:person"})

    assert first.status_code == 200
    assert "may name a person" in first.content.decode()
    assert "Ask Dr Winter." in first.content.decode()
    assert second.status_code == 302


def test_nothing_typed_is_lost_when_a_prompt_is_refused(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    page = at_desk.post(
        f"{place_of(acme, talk)}posts/", {"stream": uuid4(), "text": "Kept", "area": "everybody"}
    )

    assert page.status_code == 409
    assert "Kept" in page.content.decode()
    assert "takes no posts" in page.content.decode()


def test_posts_are_changed_pinned_and_withdrawn(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    typed = {"stream": _streams(acme, talk)[0], "text": "One", "area": "everybody", "form": uuid4()}
    at_desk.post(f"{place_of(acme, talk)}posts/", typed)
    with tenant_context(acme.tenant):
        idea = Idea.objects.get(stream__conversation=talk)
    path = f"{place_of(acme, talk)}posts/idea/{idea.pk}/"

    assert "One" in at_desk.get(path).content.decode()
    assert at_desk.post(path, {"text": "Two"}).status_code == 302
    assert at_desk.post(f"{path}change/", {"act": "pin"}).status_code == 302
    with tenant_context(acme.tenant):
        assert (
            Idea.objects.get().text if Idea.objects.count() == 1 else Idea.objects.get(pk=idea.pk).text
        ) == "Two"
        assert Idea.objects.get(pk=idea.pk).is_pinned
    assert at_desk.post(f"{path}change/", {"act": "withdraw"}).status_code == 302
    assert at_desk.get(path).status_code == 404
    assert at_desk.post(f"{path}change/", {"act": "burn"}).status_code == 404


def test_an_idea_is_answered(acme: Organisation, talk: Conversation, at_desk: Client) -> None:
    """R31: the page shows the idea and nothing of its author."""
    with tenant_context(acme.tenant):
        (alice,) = make_people(talk)
        idea = make_idea(talk, alice, "Longer breaks")
    path = f"{place_of(acme, talk)}posts/answer/{idea}/"

    page = at_desk.get(path).content.decode()
    answer = at_desk.post(path, {"text": "We asked the board.", "form": uuid4()})

    assert "Longer breaks" in page
    assert str(alice.person) not in page
    assert answer.status_code == 302
    with tenant_context(acme.tenant):
        assert Comment.objects.get(idea=idea).source == Source.FACILITATOR
    assert at_desk.get(f"{place_of(acme, talk)}posts/answer/{uuid4()}/").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_lists_take_as_many_queries_at_any_size(
    acme: Organisation, talk: Conversation, at_desk: Client, path: str
) -> None:
    at_desk.get(place_of(acme, talk) + path)
    for number in range(5):
        typed = {
            "stream": _streams(acme, talk)[0],
            "text": f"P{number}",
            "area": "everybody",
            "form": uuid4(),
        }
        at_desk.post(f"{place_of(acme, talk)}posts/", typed)
        at_desk.post(f"{place_of(acme, talk)}announcements/", {"text": f"A{number}", "form": uuid4()})
        at_desk.post(
            f"{place_of(acme, talk)}paper/", {"name": f"B{number}", "area": "everybody", "forms": "3"}
        )

    with queries(16):
        assert at_desk.get(place_of(acme, talk) + path).status_code == 200


# Announcements and stages ---------------------------------------------------------------


def test_an_announcement_goes_up_changes_and_comes_down(
    acme: Organisation, talk: Conversation, at_desk: Client
) -> None:
    """R31: times are the conversation's own."""
    path = f"{place_of(acme, talk)}announcements/"
    at_desk.post(path, {"text": "We listen", "shown_from": "2026-07-01T09:00", "form": uuid4()})
    with tenant_context(acme.tenant):
        made = Announcement.objects.get(conversation=talk)
    assert made.shown_from.astimezone(talk.zone).hour == 9

    assert "2026-07-01T09:00" in at_desk.get(f"{path}{made.pk}/").content.decode()
    at_desk.post(f"{path}{made.pk}/", {"text": "We listened", "shown_from": "2026-07-01T09:00"})
    assert "We listened" in at_desk.get(path).content.decode()
    at_desk.post(f"{path}{made.pk}/", {"act": "take-down"})
    assert at_desk.get(f"{path}{made.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "Write something first"),
        ({"text": "x", "shown_from": "soon"}, "Write the day and the time"),
        (
            {"text": "x", "shown_from": "2026-07-02T09:00", "shown_until": "2026-07-01T09:00"},
            "ends after it begins",
        ),
        ({"text": "x", "send": "1", "subject": ""}, "A mail needs a subject"),
    ],
)
def test_what_is_wrong_with_an_announcement_is_said_on_its_page(
    acme: Organisation, talk: Conversation, at_desk: Client, typed: dict[str, str], sentence: str
) -> None:
    page = at_desk.post(f"{place_of(acme, talk)}announcements/", {**typed, "form": uuid4()})

    assert page.status_code == 422
    assert sentence in page.content.decode()


def test_a_stage_is_set_before_the_opening(acme: Organisation, at_desk: Client) -> None:
    """R31."""
    opens = timezone.now() + timedelta(days=2)
    with tenant_context(acme.tenant):
        talk = make_conversation(opens_at=opens)
    stream = _streams(acme, talk)[0]
    path = f"{place_of(acme, talk)}stages/{stream}/"

    later = (opens + timedelta(days=1)).astimezone(talk.zone).strftime("%Y-%m-%dT%H:%M")
    assert at_desk.post(path, {"opens_at": later}).status_code == 302
    assert later in at_desk.get(f"{place_of(acme, talk)}stages/").content.decode()
    refused = at_desk.post(path, {"opens_at": "2020-01-01T09:00"})
    assert (refused.status_code, "2020-01-01T09:00" in refused.content.decode()) == (422, True)


def test_pages_are_found_from_the_way_around(acme: Organisation, talk: Conversation, at_desk: Client) -> None:
    page = at_desk.get(f"{place_of(acme, talk)}paper/").content.decode()

    for path in PAGES:
        assert f'href="{place_of(acme, talk)}{path}"' in page
    assert 'href="/operations/"' not in page
