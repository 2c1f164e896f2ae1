"""The console's pages of threads, warnings, safeguarding, duty and support: they work, and only for whose work it is."""

import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Message, MessageKind, Safeguarding
from conversations.services import threads
from conversations.services.threads import OwnContribution
from kernel.messages import letters
from kernel.tenancy import tenant_context
from privacy.anonymity import Kind, Ticket
from privacy.oversight import queries as oversight
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation, Role
from tests.making import (
    client_of,
    make_conversation,
    make_idea,
    make_people,
    new_address,
    sign_in,
    signed_in_client,
    ticket_of,
)
from tests.staffing import desk_of, make_staff


@pytest.fixture
def author(acme: Organisation, talk: Conversation) -> Ticket:
    with tenant_context(acme.tenant):
        (author,) = make_people(talk)
        return author


@pytest.fixture
def idea(acme: Organisation, talk: Conversation, author: Ticket) -> UUID:
    with tenant_context(acme.tenant):
        return make_idea(talk, author, "I cannot go on like this")


@pytest.fixture
def project(acme: Organisation, talk: Conversation) -> str:
    return f"/organisations/{acme.pk}/projects/{talk.pk}"


@pytest.fixture
def post(project: str, idea: UUID) -> str:
    return f"{project}/posts/idea/{idea}"


@pytest.fixture
def desk(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.FACILITATOR, organisation=acme))


@pytest.fixture
def support(acme: Organisation) -> Client:
    return desk_of(make_staff(Role.SUPPORT, organisation=acme))


def _text(desk: Client, path: str) -> str:
    return desk.get(path).content.decode()


def _messages(acme: Organisation, idea: UUID) -> list[str]:
    with tenant_context(acme.tenant):
        found = Message.objects.filter(thread__idea=idea).order_by("position")
        return [message.kind for message in found]


# Threads ---------------------------------------------------------------------------------


def test_a_facilitator_writes_and_the_author_reads_it(
    acme: Organisation, talk: Conversation, desk: Client, post: str, idea: UUID
) -> None:
    """R26."""
    response = desk.post(f"{post}/thread/", {"text": "What would help?"})

    assert response.status_code == 302
    page = _text(desk, f"{post}/thread/")
    assert "What would help?" in page
    assert "Nobody learns whether it is read." in page
    assert _messages(acme, idea) == [MessageKind.QUESTION]


def test_words_that_name_somebody_are_asked_about_once(
    acme: Organisation, desk: Client, post: str, idea: UUID
) -> None:
    """R26: a warning, not a wall."""
    form = {"text": "Was that about Jane Miller on ward 7?"}

    asked = desk.post(f"{post}/thread/", form)
    assert asked.status_code == 422
    assert "Jane Miller</span>” may name or reach somebody" in asked.content.decode()
    assert _messages(acme, idea) == []

    assert desk.post(f"{post}/thread/", {**form, "anyway": "1"}).status_code == 302


def test_a_name_given_for_this_post_is_shown_here_and_replies_that_name_are_marked(
    acme: Organisation, talk: Conversation, desk: Client, post: str, idea: UUID, author: Ticket
) -> None:
    """R26: and nothing of it before its window."""
    desk.post(f"{post}/thread/", {"text": "Would you tell us more?"})
    own = OwnContribution(talk, Kind.IDEA, idea, author)
    with tenant_context(acme.tenant):
        threads.answer(to=own, form="1", text="Ask Peter Jones about it", at=timezone.now())
        threads.come_forward(on=own, name="Ash Demo", contact="", at=timezone.now())
    assert "Ash Demo" not in _text(desk, f"{post}/thread/")
    with tenant_context(acme.tenant):
        Message.objects.filter(thread__idea=idea).exclude(shown_from=None).update(shown_from=timezone.now())

    page = _text(desk, f"{post}/thread/")

    assert "Ash Demo" in page
    assert "May lead to somebody" in page


@pytest.mark.parametrize("form", [{"text": ""}, {"text": "x" * 2001}])
def test_what_cannot_be_sent_is_told_beside_its_field(desk: Client, post: str, form: dict[str, str]) -> None:
    response = desk.post(f"{post}/thread/", form)

    assert response.status_code == 422
    assert 'id="text-error"' in response.content.decode()


def test_two_threads_of_one_author_look_like_two_of_two(
    acme: Organisation, talk: Conversation, desk: Client, project: str
) -> None:
    """L6, P3: the pages differ in the post's own address and in nothing else."""
    with tenant_context(acme.tenant):
        one, other = make_people(talk, 2)
        ideas = [make_idea(talk, by, "The same words") for by in (one, one, other)]
    pages = []
    for idea in ideas:
        path = f"{project}/posts/idea/{idea}/thread/"
        desk.post(path, {"text": "The same question?"})
        _text(desk, path)
        page = _text(desk, path).replace(str(idea), "ID")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page))

    assert len(set(pages)) == 1
    with tenant_context(acme.tenant):
        rows = [
            list(
                Message.objects.filter(thread__idea=idea).values(
                    "kind", "text", "day", "position", "shown_from", "sealed"
                )
            )
            for idea in ideas
        ]
    assert rows[0] == rows[1] == rows[2]


# Warnings --------------------------------------------------------------------------------


def test_an_author_is_warned_restricted_and_freed_and_reads_why(
    acme: Organisation, talk: Conversation, desk: Client, project: str
) -> None:
    """R25, R27: each with a notice in the inbox; sessions end, and the next can only read."""
    address = new_address()
    browser = signed_in_client(acme, talk, address)
    with tenant_context(acme.tenant):
        idea = make_idea(talk, ticket_of(talk, address, browser="other"))
    path = f"{project}/posts/idea/{idea}/warn/"

    for form in ({"act": "warn", "text": "Leave persons out."}, {"act": "restrict", "text": "You went on."}):
        assert desk.post(path, form).status_code == 302
    again = _at_another_browser(acme, talk, address)
    inbox = again.get(f"/{talk.slug}/mine/messages/").content.decode()
    data = again.get(f"/{talk.slug}/my-data/").content.decode()

    assert browser.get(f"/{talk.slug}/mine/messages/").status_code == 302
    assert "Leave persons out." in inbox
    assert "You can only read for now" in inbox
    assert "Warnings" in data
    with tenant_context(acme.tenant):
        assert not ticket_of(talk, address, browser="third").may_write
    assert desk.post(path, {"act": "lift"}).status_code == 302
    with tenant_context(acme.tenant):
        assert ticket_of(talk, address, browser="fourth").may_write


def _at_another_browser(acme: Organisation, talk: Conversation, address: str) -> Client:
    client = client_of(acme)
    sign_in(client, talk, address)
    return client


def test_warning_twice_about_one_post_is_told_so(desk: Client, post: str) -> None:
    form = {"act": "warn", "text": "Leave persons out."}
    desk.post(f"{post}/warn/", form)

    response = desk.post(f"{post}/warn/", form)

    assert response.status_code == 409
    assert 'id="warn-text-error"' in response.content.decode()
    assert desk.post(f"{post}/warn/", {"act": "nothing"}).status_code == 404


# Safeguarding ----------------------------------------------------------------------------


def test_a_case_is_opened_support_offered_and_its_log_kept(
    acme: Organisation, desk: Client, project: str, post: str, idea: UUID
) -> None:
    """R28, scenario 20."""
    for form in (
        {"act": "open", "text": "They write of not going on"},
        {"act": "offer", "text": "We are worried about you."},
        {"act": "note", "text": "Told the wellbeing team of the wording"},
    ):
        assert desk.post(f"{post}/safeguarding/", form).status_code == 302, form
    page = _text(desk, f"{post}/safeguarding/")
    lane = _text(desk, f"{project}/safeguarding/")

    assert "They write of not going on" in page
    assert "Support was offered to whoever wrote this." in page
    assert f"{post}/safeguarding/" in lane
    assert _messages(acme, idea) == [MessageKind.OFFER]
    assert desk.post(f"{post}/safeguarding/", {"act": "close", "text": "Well again"}).status_code == 302


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "open", "text": ""}, 422),
        ({"act": "open", "text": "It is Jane Miller"}, 422),
        ({"act": "note", "text": "No case yet"}, 404),
        ({"act": "escalate", "text": "Not allowed here"}, 409),
        ({"act": "nothing", "text": ""}, 404),
    ],
)
def test_what_a_case_does_not_take_is_said(
    desk: Client, post: str, form: dict[str, str], status: int
) -> None:
    assert desk.post(f"{post}/safeguarding/", form).status_code == status


def test_the_lane_asks_no_more_often_however_many_there_are(
    acme: Organisation, talk: Conversation, desk: Client, project: str
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.get(f"{project}/safeguarding/")
        return len(queries)

    desk.get(f"{project}/safeguarding/")
    few = count()
    with tenant_context(acme.tenant):
        for by in make_people(talk, 5):
            Safeguarding.objects.create(
                idea_id=make_idea(talk, by), opened_on=timezone.localdate(), is_alerted=True
            )

    assert count() == few


# Whose work it is ------------------------------------------------------------------------


def test_pages_of_care_are_for_facilitators_of_the_organisation(
    acme: Organisation, beta: Organisation, project: str, post: str
) -> None:
    """R65, I1."""
    analyst = desk_of(make_staff(Role.ANALYST, organisation=acme))
    foreign = desk_of(make_staff(Role.FACILITATOR, Role.SUPPORT, organisation=beta))
    paths = [f"{post}/thread/", f"{post}/warn/", f"{post}/safeguarding/", f"{project}/safeguarding/"]
    paths += [f"/organisations/{acme.pk}/duty/", f"/organisations/{acme.pk}/support/"]
    paths.append(f"/organisations/{acme.pk}/support/{uuid4()}/")

    assert {analyst.get(path).status_code for path in paths} == {403}
    assert {foreign.get(path).status_code for path in paths} == {404}
    assert {analyst.post(path, {"text": "x", "act": "open"}).status_code for path in paths[:3]} == {403}
    assert {foreign.post(path, {"text": "x", "act": "open"}).status_code for path in paths[:3]} == {404}


def test_a_post_of_another_organisation_is_not_found_under_ones_own(
    acme: Organisation, beta: Organisation, post: str
) -> None:
    """I1: with the address of one's own project, and theirs."""
    with tenant_context(beta.tenant):
        theirs = make_conversation()
    foreign = desk_of(make_staff(Role.FACILITATOR, organisation=beta))
    parts = post.split("/")
    parts[2], parts[4] = str(beta.pk), str(theirs.pk)

    assert foreign.get("/".join([*parts, "thread", ""])).status_code == 404


# Duty ------------------------------------------------------------------------------------


def test_the_duty_list_is_kept(acme: Organisation, desk: Client) -> None:
    """R28."""
    path, email = f"/organisations/{acme.pk}/duty/", new_address()

    assert desk.post(path, {"name": "Dee", "email": email}).status_code == 302
    assert email in _text(desk, path)
    assert desk.post(path, {"name": "Dee", "email": email}).status_code == 409
    with tenant_context(acme.tenant):
        (kept,) = [person for person in oversight.on_duty() if person.email == email]
    assert desk.post(path, {"take_off": str(kept.pk)}).status_code == 302

    assert email not in _text(desk, path)
    assert desk.post(path, {"take_off": "nobody"}).status_code == 404
    wrong = desk.post(path, {"name": "", "email": "no address"})
    assert (wrong.status_code, 'id="name-error"' in wrong.content.decode()) == (422, True)


# Support ---------------------------------------------------------------------------------


def _call(acme: Organisation, talk: Conversation, contact: str) -> str:
    with tenant_context(acme.tenant):
        vault().support(conversation=talk.pk, text="No code arrives.", contact=contact)
        (case,) = [case for case in vault().support_cases() if case.conversation == talk.pk]
    return f"/organisations/{acme.pk}/support/{case.id}/"


def test_a_call_for_help_is_answered_from_a_template_and_closed(
    acme: Organisation, talk: Conversation, support: Client
) -> None:
    """R66."""
    contact = new_address()
    path = _call(acme, talk, contact)
    queue = _text(support, f"/organisations/{acme.pk}/support/")
    assert path in queue
    assert contact not in queue
    assert "No code arrives." not in queue

    page = _text(support, f"{path}?template=code.en")
    assert contact in page
    assert f"No code arrives for {talk.name}" in page
    answer = {"subject": "About your code", "text": "Look into the junk folder."}
    assert support.post(path, answer).status_code == 302
    runner.run_waiting()

    assert [letter.subject for letter in letters(to=contact)] == ["About your code"]
    assert "answered" in _text(support, f"/organisations/{acme.pk}/support/")
    assert support.post(path, {"act": "close"}).status_code == 302
    assert support.get(path).status_code == 404


def test_templates_come_in_each_language(acme: Organisation, talk: Conversation, support: Client) -> None:
    """R17, R66."""
    path = _call(acme, talk, new_address())
    english, welsh = (_text(support, f"{path}?template=sign-in.{code}") for code in ("en", "cy"))
    nothing = _text(support, f"{path}?template=sign-in.xx")

    assert "Hello," in english
    assert "Helo," in welsh
    assert "Hello," not in nothing


def test_an_answer_that_cannot_leave_is_told_so(
    acme: Organisation, talk: Conversation, support: Client
) -> None:
    path = _call(acme, talk, "room 4, after two")

    assert "no address that a message can go to" in _text(support, path)
    assert support.post(path, {"subject": "Hello", "text": "Hello"}).status_code == 422
    assert support.post(path, {"subject": "", "text": ""}).status_code == 422


def test_the_overview_counts_what_waits_where_somebody_supports(
    acme: Organisation, beta: Organisation, talk: Conversation, support: Client, desk: Client
) -> None:
    _call(acme, talk, new_address())

    page = _text(support, "/support/")

    assert acme.name in page
    assert beta.name not in page
    assert desk.get("/support/").status_code == 403
