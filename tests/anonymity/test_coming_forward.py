"""One step forward is one step: what a name or a report beside one post tells about another."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Message, MessageKind
from conversations.services import reporting, threads
from conversations.services.queue import filling
from conversations.services.threads import OwnContribution, write_to_author
from kernel.tenancy import tenant_context
from privacy.anonymity import Kind
from tenants.models import Organisation, Role
from tests import acting
from tests.anonymity.test_pages import _neutral
from tests.making import make_conversation, make_idea, make_people
from tests.staffing import desk_of, make_staff

_VALUE = re.compile(r"[A-Za-z0-9+/=_-]{8,}")


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        return make_conversation()


@pytest.fixture
def desk(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.FACILITATOR, organisation=acme))


def _page(acme: Organisation, talk: Conversation, desk: Client, post: UUID) -> str:
    base = f"/organisations/{acme.pk}/projects/{talk.pk}"
    beside = desk.get(f"{base}/queue/{post}/", headers={"HX-Request": "true", "HX-Target": "post"})
    return beside.content.decode() + desk.get(f"{base}/posts/idea/{post}/thread/").content.decode()


def test_coming_forward_with_one_part_leads_to_no_other(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """L8, P3: neither to the sibling of a split post nor to another post of the same person."""
    with tenant_context(acme.tenant):
        alice, ben = make_people(talk, 2)
        whole = make_idea(talk, alice, "Light and tea")
        light, tea = acting.split(talk, whole, uuid4().hex, uuid4().hex)
        other, strange = make_idea(talk, alice, uuid4().hex), make_idea(talk, ben, uuid4().hex)
        for idea in (light, tea, other, strange):
            write_to_author(
                conversation=talk, kind=Kind.IDEA, contribution=idea, message=MessageKind.QUESTION,
                text="Would you tell us more?", at=timezone.now(),
            )  # fmt: skip
        own = OwnContribution(talk, Kind.IDEA, light, alice)
        threads.come_forward(on=own, name="Ash Demo", contact="ash@home.example", at=timezone.now())
        Message.objects.filter(thread__idea=light).update(shown_from=timezone.now())
        filling.fill_all(at=timezone.now())

    pages = {idea: _page(acme, talk, desk, idea) for idea in (light, tea, other, strange)}

    assert "Ash Demo" in pages[light]
    for idea in (tea, other, strange):
        assert "Ash" not in pages[idea]
        assert str(light) not in pages[idea] or idea == tea
    assert _neutral(pages[other]) == _neutral(pages[strange])
    values = {idea: set(_VALUE.findall(page)) for idea, page in pages.items()}
    assert (values[light] & values[other]) - values[strange] == set()


def test_reports_of_the_author_and_of_others_look_alike(
    acme: Organisation, talk: Conversation, desk: Client
) -> None:
    """L3: who reports their own post is not told from somebody else, nor two reports of one person from two."""
    with tenant_context(acme.tenant):
        alice, ben, cat = make_people(talk, 3)
        mine, theirs = make_idea(talk, alice, uuid4().hex), make_idea(talk, ben, uuid4().hex)
        for idea, by in ((mine, alice), (theirs, cat)):
            reporting.report_contribution(
                conversation=talk, kind=Kind.IDEA, contribution=idea, by=by, reason="abuse", words="See this",
                at=timezone.now(),
            )  # fmt: skip
        filling.fill_all(at=timezone.now())

    assert _neutral(_page(acme, talk, desk, mine)) == _neutral(_page(acme, talk, desk, theirs))
