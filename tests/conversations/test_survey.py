"""The survey before access, and the areas it may lead to."""

import pytest
from django.test import Client

from conversations.models import Conversation
from conversations.services.surveys import SurveyQuestion, define_survey
from kernel.tenancy import tenant_context
from privacy import anonymity
from privacy.vault import runner
from privacy.vault.interface import vault
from tenants.models import Organisation
from tests.making import (
    client_of,
    enrol,
    make_conversation,
    make_idea,
    make_people,
    new_address,
    sign_in,
    stream_of,
    ticket_of,
)

_QUESTIONS = [
    SurveyQuestion(
        "profession",
        "What is your work?",
        "Nurses and porters see different things.",
        [("nurse", "Nurse"), ("porter", "Porter")],
    ),
    SurveyQuestion("years", "How long have you been here?", "", [("new", "Under a year"), ("old", "Longer")]),
]


@pytest.fixture
def talk(acme: Organisation) -> Conversation:
    with tenant_context(acme.tenant):
        made = make_conversation()
        define_survey(conversation=made.pk, questions=_QUESTIONS)
        return made


def _entered(acme: Organisation, talk: Conversation, address: str) -> Client:
    browser = client_of(acme)
    with tenant_context(acme.tenant):
        enrol(talk, address)
    sign_in(browser, talk, address)
    return browser


def _answers(acme: Organisation, talk: Conversation, address: str) -> dict[str, str]:
    with tenant_context(acme.tenant):
        ticket = ticket_of(talk, address)
        return vault().export(conversation=talk.pk, proof=anonymity.prove(ticket, "export")).answers


def test_the_survey_comes_before_everything_else(acme: Organisation, talk: Conversation) -> None:
    """R05: it says why it is asked, who sees it, and the rule of 11."""
    browser = _entered(acme, talk, new_address())

    for path in ("", "mine/", "mine/messages/"):
        assert browser.get(f"/{talk.slug}/{path}")["Location"] == f"/{talk.slug}/survey/"
    page = browser.get(f"/{talk.slug}/survey/").content.decode()

    for words in ("What is your work?", "Nurses and porters", "Why we ask", "Who sees it", "at least 11"):
        assert words in page


def test_answers_go_to_the_vault_alone(acme: Organisation, talk: Conversation) -> None:
    """R05: what is not answered, or is none of the choices, is not stored."""
    address = new_address()
    browser = _entered(acme, talk, address)

    sent = {"q-profession": "porter", "q-years": "nobody-offered-this", "q-extra": "x"}
    response = browser.post(f"/{talk.slug}/survey/", sent)

    assert response["Location"] == f"/{talk.slug}/"
    assert "What do you think?" in browser.get(f"/{talk.slug}/").content.decode()
    assert _answers(acme, talk, address) == {"profession": "porter"}


def test_every_question_can_be_left_out(acme: Organisation, talk: Conversation) -> None:
    """R05, scenario 7: and it is not asked again at the next sign-in."""
    address = new_address()
    browser = _entered(acme, talk, address)

    browser.post(f"/{talk.slug}/survey/", {"q-profession": "nurse", "skip": "1"})

    assert _answers(acme, talk, address) == {}
    again = client_of(acme)
    sign_in(again, talk, address)
    assert "What do you think?" in again.get(f"/{talk.slug}/").content.decode()


def test_what_the_roster_says_is_shown_for_correction(acme: Organisation, talk: Conversation) -> None:
    """R05."""
    addresses = [new_address() for _ in range(11)]
    roster = "\n".join(["email,profession", *(f"{address},nurse" for address in addresses)])
    browser = client_of(acme)
    with tenant_context(acme.tenant):
        vault().enrol(conversation=talk.pk, roster=roster.encode(), areas=["everybody"])
        runner.run_waiting()
    sign_in(browser, talk, addresses[0])

    page = browser.get(f"/{talk.slug}/survey/").content.decode()

    assert 'value="nurse" checked' in page
    assert "Change it if it is wrong" in page


def test_nobody_answers_who_is_not_signed_in(acme: Organisation, talk: Conversation) -> None:
    stranger = client_of(acme)

    assert stranger.get(f"/{talk.slug}/survey/")["Location"] == f"/{talk.slug}/sign-in/"
    assert stranger.post(f"/{talk.slug}/survey/", {"skip": "1"}).status_code == 403


def test_three_areas_ask_the_same_and_are_apart(acme: Organisation) -> None:
    """R06, scenario 8: own area only, and what the totals cover is said."""
    with tenant_context(acme.tenant):
        talk = make_conversation(areas=("staff", "students", "postgraduates"))
    browser = _entered(acme, talk, new_address())
    with tenant_context(acme.tenant):
        theirs = make_idea(talk, make_people(talk, area="students")[0], "Said among students")
        make_idea(talk, make_people(talk, area="staff")[0], "Said among staff")
        stream = stream_of(talk).pk

    asked = browser.get(f"/{talk.slug}/", follow=True)
    refused = browser.post(f"/{talk.slug}/survey/", {"skip": "1"})
    browser.post(f"/{talk.slug}/survey/", {"area": "staff"})
    home = browser.get(f"/{talk.slug}/").content.decode()
    page = browser.get(f"/{talk.slug}/stream/{stream}/").content.decode()

    assert "Postgraduates" in asked.content.decode()
    assert refused.status_code == 422
    assert "Choose the area" in refused.content.decode()
    assert "Over all areas of the conversation" in home
    assert "Said among staff" in page
    assert "Said among students" not in page
    assert browser.get(f"/{talk.slug}/idea/{theirs}/").status_code == 404


def test_after_a_move_old_posts_stay_mine_and_new_ones_go_to_the_new_area(acme: Organisation) -> None:
    """R06."""
    addresses = [new_address() for _ in range(101)]
    mover = addresses[0]
    with tenant_context(acme.tenant):
        talk = make_conversation(areas=("staff", "students"))

        def roster(of_mover: str) -> None:
            lines = [f"{mover},{of_mover}"]
            lines += [f"{a},{'staff' if n % 2 else 'students'}" for n, a in enumerate(addresses[1:])]
            content = "\n".join(["email,area", *lines]).encode()
            vault().enrol(conversation=talk.pk, roster=content, areas=["staff", "students"])
            runner.run_waiting()

        roster("staff")
        old = make_idea(talk, ticket_of(talk, mover), "From my old desk")
        roster("students")
        stream = stream_of(talk).pk
    browser = client_of(acme)
    sign_in(browser, talk, mover)

    assert "From my old desk" in browser.get(f"/{talk.slug}/mine/").content.decode()
    assert browser.get(f"/{talk.slug}/idea/{old}/").status_code == 404
    assert browser.post(f"/{talk.slug}/idea/{old}/vote/", {"value": "1"}).status_code == 409
    assert "From my old desk" not in browser.get(f"/{talk.slug}/stream/{stream}/").content.decode()
