"""Reporting a contribution to the facilitators."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea, Report, State
from conversations.services import posting
from kernel.tenancy import tenant_context
from privacy import anonymity
from tenants.models import Organisation
from tests.making import make_conversation, make_idea, make_people, new_address, signed_in_client, ticket_of


@pytest.fixture
def idea(acme: Organisation, talk: Conversation) -> str:
    with tenant_context(acme.tenant):
        return str(make_idea(talk, make_people(talk)[0], "Something to look at"))


def test_an_idea_is_reported_once_for_each_person(acme: Organisation, talk: Conversation, idea: str) -> None:
    """R10: the tag is the person's for this idea alone, and there is no time in it."""
    address = new_address()
    browser = signed_in_client(acme, talk, address)

    for _twice in range(2):
        response = browser.post(
            f"/{talk.slug}/idea/{idea}/report/", {"reason": "abuse", "text": "Look\u200b here"}
        )
        assert response["Location"] == f"/{talk.slug}/idea/{idea}/?reported=1"
    signed_in_client(acme, talk).post(f"/{talk.slug}/idea/{idea}/report/", {"reason": "worry"})

    with tenant_context(acme.tenant):
        found = list(Report.objects.filter(idea_id=idea).order_by("reason"))
        secret = ticket_of(talk, address).secret
        assert [(report.reason, report.words) for report in found] == [("abuse", "Look here"), ("worry", "")]
        assert bytes(found[0].reporter_tag) == anonymity.reporter_tag(secret, Idea.objects.get(pk=idea).pk)
    assert "Reported. A facilitator looks at it" in browser.get(response["Location"]).content.decode()


def test_a_comment_is_reported(acme: Organisation, talk: Conversation, idea: str, browser: Client) -> None:
    """R10."""
    with tenant_context(acme.tenant):
        comment = posting.add_comment(
            conversation=talk,
            idea=Idea.objects.get(pk=idea).pk,
            by=make_people(talk)[0],
            form=str(uuid4()),
            text="Strong words",
            at=timezone.now(),
        )

    assert "Strong words" in browser.get(f"/{talk.slug}/comment/{comment}/report/").content.decode()
    response = browser.post(f"/{talk.slug}/comment/{comment}/report/", {"reason": "person"})

    assert response["Location"] == f"/{talk.slug}/idea/{idea}/?reported=1"
    with tenant_context(acme.tenant):
        assert Report.objects.get(comment=comment).idea_id is None


@pytest.mark.parametrize(
    "form",
    [
        {"reason": "", "text": "Typed"},
        {"reason": "dislike", "text": "Typed"},
        {"reason": "abuse", "text": "Typed" * 101},
    ],
)
def test_a_report_without_reason_keeps_what_was_typed(
    acme: Organisation, talk: Conversation, idea: str, browser: Client, form: dict[str, str]
) -> None:
    response = browser.post(f"/{talk.slug}/idea/{idea}/report/", form)

    assert response.status_code == 422
    assert "Typed" in response.content.decode()
    with tenant_context(acme.tenant):
        assert not Report.objects.filter(idea_id=idea).exists()


def test_what_is_not_shown_cannot_be_reported(
    acme: Organisation, talk: Conversation, idea: str, browser: Client
) -> None:
    with tenant_context(acme.tenant):
        Idea.objects.filter(pk=idea).update(state=State.HIDDEN)

    for path in (f"idea/{idea}", f"idea/{uuid4()}", f"comment/{uuid4()}"):
        assert browser.post(f"/{talk.slug}/{path}/report/", {"reason": "abuse"}).status_code == 404


def test_another_areas_idea_cannot_be_reported(acme: Organisation) -> None:
    with tenant_context(acme.tenant):
        talk = make_conversation(areas=("staff", "students"))
    browser = signed_in_client(acme, talk)
    with tenant_context(acme.tenant):
        idea = make_idea(talk, make_people(talk, area="students")[0])
    browser.post(f"/{talk.slug}/survey/", {"area": "staff"})

    assert browser.post(f"/{talk.slug}/idea/{idea}/report/", {"reason": "abuse"}).status_code == 404
