"""Blind threads from the author's side: read, answer, come forward for one contribution."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from nacl.public import PrivateKey, SealedBox

from conversations.models import Conversation, Idea, Message, MessageKind
from conversations.services import outbox, posting, threads
from conversations.services.threads import NoThread, OwnContribution, write_to_author
from kernel.tenancy import Tenant, tenant_context
from kernel.windows import next_window
from kernel.zones import inside_vault
from privacy.anonymity import Kind
from privacy.keys.configured import key_store
from privacy.vault.models import Person
from tenants.models import Organisation
from tests.making import (
    make_conversation,
    make_idea,
    make_people,
    signed_in_client,
    ticket_of,
)


@pytest.fixture
def idea(acme: Organisation, talk: Conversation, browser: Client, address: str) -> UUID:
    """An idea of the person at the browser, about which facilitators have a question."""
    with tenant_context(acme.tenant):
        made = make_idea(talk, ticket_of(talk, address, browser="other"), "Open the window")
        _ask(talk, made)
        return made


def _ask(talk: Conversation, idea: UUID, text: str = "Which window?") -> None:
    write_to_author(
        conversation=talk,
        kind=Kind.IDEA,
        contribution=idea,
        message=MessageKind.QUESTION,
        text=text,
        at=timezone.now(),
    )
    outbox.deliver_owed()


def _form(idea: UUID, **more: str) -> dict[str, str]:
    return {"kind": "idea", "post": str(idea), "form": str(uuid4()), **more}


def test_a_message_is_read_and_answered(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    """R12, R26, scenario 17: the facilitators see the answer at the next window only."""
    page = browser.get(f"/{talk.slug}/mine/messages/").content.decode()
    form = _form(idea, text="The one by the stairs")
    for _twice in range(2):
        response = browser.post(f"/{talk.slug}/mine/messages/answer/", form)

    assert "Which window?" in page
    assert "Open the window" in page
    assert response["Location"] == f"/{talk.slug}/mine/messages/?answered=1"
    assert "The one by the stairs" in browser.get(response["Location"]).content.decode()
    with tenant_context(acme.tenant):
        answer = Message.objects.get(thread__idea=idea, kind=MessageKind.ANSWER)
        assert answer.shown_from == next_window(timezone.now(), talk.zone)


def test_whether_it_was_read_stands_nowhere_but_in_the_vault(
    acme: Organisation, talk: Conversation, browser: Client, address: str, idea: UUID
) -> None:
    """Scenario 18: a message ignored. The tenant's tables are the same before and after looking."""

    def tables() -> list[tuple[object, ...]]:
        with tenant_context(acme.tenant):
            return list(Message.objects.filter(thread__idea=idea).values_list())

    before = tables()
    with tenant_context(acme.tenant):
        person = ticket_of(talk, address, browser="third").person
    with inside_vault():
        assert Person.objects.get(pk=person).is_waiting

    browser.get(f"/{talk.slug}/mine/messages/")

    assert tables() == before
    with inside_vault():
        assert not Person.objects.get(pk=person).is_waiting


def test_nobody_elses_thread_is_found_or_answered(acme: Organisation, talk: Conversation, idea: UUID) -> None:
    """R12: the same answer as for a contribution that does not exist."""
    stranger = signed_in_client(acme, talk)

    answers = [
        stranger.post(f"/{talk.slug}/mine/messages/{step}/", _form(about, text="Me", name="Me", confirm="1"))
        for about in (idea, uuid4())
        for step in ("answer", "come-forward")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert "Which window?" not in stranger.get(f"/{talk.slug}/mine/messages/").content.decode()
    with tenant_context(acme.tenant):
        assert Message.objects.filter(thread__idea=idea).count() == 1


def test_coming_forward_shows_exactly_what_will_be_seen_and_seals_it(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    """R12, scenario 17: for this contribution alone; the tenant's tables hold no name."""
    path = f"/{talk.slug}/mine/messages/come-forward/"
    name = {"name": "Ash Demo", "contact": "ash@home.example"}

    asked = browser.post(path, _form(idea)).content.decode()
    preview = browser.post(path, _form(idea, preview="1", **name)).content.decode()
    with tenant_context(acme.tenant):
        assert not Message.objects.filter(thread__idea=idea, kind=MessageKind.FORWARD).exists()
    done = browser.post(path, _form(idea, confirm="1", **name))
    again = browser.post(path, _form(idea, confirm="1", **name))

    assert "Open the window" in asked
    assert "What the facilitators will see" in preview
    assert "Ash Demo" in preview
    assert done["Location"] == f"/{talk.slug}/mine/messages/?forward=1"
    assert again.status_code == 409
    with tenant_context(acme.tenant):
        message = Message.objects.get(thread__idea=idea, kind=MessageKind.FORWARD)
        assert message.text == ""
        keys = key_store().read(acme.pk, talk.pk)
        opened = SealedBox(PrivateKey(keys.private)).decrypt(bytes(message.sealed or b""))
        assert json.loads(opened) == {**name, "about": str(idea)}
        assert b"Ash" not in bytes(message.sealed or b"")
    assert "Ash Demo" not in browser.get(f"/{talk.slug}/mine/messages/").content.decode()


@pytest.mark.parametrize("form", [{"text": ""}, {"text": "x" * 2001}])
def test_an_answer_that_cannot_be_kept_is_told_beside_its_field(
    talk: Conversation, browser: Client, idea: UUID, form: dict[str, str]
) -> None:
    response = browser.post(f"/{talk.slug}/mine/messages/answer/", _form(idea, **form))

    assert response.status_code == 422
    assert f'id="text-{idea}-error"' in response.content.decode()


def test_coming_forward_without_a_name_is_told_beside_the_field(
    talk: Conversation, browser: Client, idea: UUID
) -> None:
    path = f"/{talk.slug}/mine/messages/come-forward/"

    response = browser.post(path, _form(idea, preview="1", name=" ", contact="here"))

    assert response.status_code == 422
    assert 'id="name-error"' in response.content.decode()


@pytest.mark.parametrize("form", [{}, {"kind": "idea", "post": "x"}, {"kind": "vote", "post": str(uuid4())}])
def test_a_form_that_names_nothing_is_answered_calmly(
    talk: Conversation, browser: Client, form: dict[str, str]
) -> None:
    for step in ("answer", "come-forward"):
        assert browser.post(f"/{talk.slug}/mine/messages/{step}/", form).status_code == 404


def test_a_comment_has_a_thread_of_its_own(
    acme: Organisation, talk: Conversation, browser: Client, address: str
) -> None:
    with tenant_context(acme.tenant):
        me = ticket_of(talk, address, browser="other")
        under = make_idea(talk, make_people(talk)[0], "Somebody's idea")
        comment = posting.add_comment(
            conversation=talk, idea=under, by=me, form=str(uuid4()), text="My comment", at=timezone.now()
        )
        write_to_author(
            conversation=talk,
            kind=Kind.COMMENT,
            contribution=comment,
            message=MessageKind.NOTICE,
            text="We masked a name.",
            at=timezone.now(),
        )

    page = browser.get(f"/{talk.slug}/mine/messages/").content.decode()
    form = {"kind": "comment", "post": str(comment), "form": str(uuid4()), "text": "Thank you"}
    response = browser.post(f"/{talk.slug}/mine/messages/answer/", form)

    assert "About your comment" in page
    assert "We masked a name." in page
    assert response.status_code == 302


def test_messages_are_answered_at_most_twenty_times_a_day(in_acme: Tenant) -> None:
    talk = make_conversation()
    me = make_people(talk)[0]
    idea = make_idea(talk, me)
    _ask(talk, idea)
    own = OwnContribution(talk, Kind.IDEA, idea, me)

    for n in range(25):
        threads.answer(to=own, form=str(n), text="Again", at=timezone.now())

    assert Message.objects.filter(thread__idea=idea, kind=MessageKind.ANSWER).count() == 20


def test_what_has_no_author_has_no_thread(in_acme: Tenant) -> None:
    talk = make_conversation()
    idea = make_idea(talk, make_people(talk)[0])
    Idea.objects.filter(pk=idea).update(owner_tag=None, route=None, source="paper")

    with pytest.raises(NoThread):
        _ask(talk, idea)


def test_messages_wait_while_the_conversation_is_closed(
    acme: Organisation, talk: Conversation, browser: Client, idea: UUID
) -> None:
    """Architecture 6: closed means no posts; the inbox goes on."""
    with tenant_context(acme.tenant):
        Conversation.objects.filter(pk=talk.pk).update(closes_at=timezone.now())

    response = browser.post(f"/{talk.slug}/mine/messages/answer/", _form(idea, text="Still here"))

    assert response.status_code == 302


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (datetime(2026, 6, 10, 6, 59, tzinfo=UTC), datetime(2026, 6, 10, 7, tzinfo=UTC)),
        (datetime(2026, 6, 10, 7, tzinfo=UTC), datetime(2026, 6, 10, 15, tzinfo=UTC)),
        (datetime(2026, 6, 10, 20, tzinfo=UTC), datetime(2026, 6, 11, 7, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
    ],
)
def test_windows_follow_the_clocks(talk: Conversation, at: datetime, opens: datetime) -> None:
    assert next_window(at, talk.zone) == opens
