"""My data: what is held, download, leaving. R14."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea, Message, MessageKind, Report, State, Vote
from conversations.services import rewriting, threads, voting
from conversations.services.threads import OwnContribution, write_to_author
from kernel.tenancy import tenant_context
from privacy.anonymity import Kind
from tenants.models import Organisation
from tests.making import (
    change,
    client_of,
    code_sent_to,
    enrol,
    make_idea,
    make_people,
    ticket_of,
)


def test_it_says_what_is_held_who_sees_it_and_until_when(
    acme: Organisation, talk: Conversation, browser: Client, address: str
) -> None:
    """R14, R27: and how often anybody was identified."""
    with tenant_context(acme.tenant):
        change(talk, identified_times=3, closes_at=timezone.now() + timedelta(days=1))

    page = browser.get(f"/{talk.slug}/my-data/").content.decode()

    assert address in page
    assert "identified 3 times" in page
    assert "91 days left" in page
    assert "Nobody at your organisation sees any of it" in page


def test_everything_can_be_taken_along(
    acme: Organisation, talk: Conversation, browser: Client, address: str
) -> None:
    """R14: all of one's own and nothing of anybody else."""
    with tenant_context(acme.tenant):
        me, other = ticket_of(talk, address, browser="other"), make_people(talk)[0]
        mine, theirs = make_idea(talk, me, "My own idea"), make_idea(talk, other, "Their idea")
        voting.cast_vote(conversation=talk, idea=theirs, by=me, value=-1, at=timezone.now())
        voting.cast_vote(conversation=talk, idea=mine, by=other, value=1, at=timezone.now())

    response = browser.post(f"/{talk.slug}/my-data/download/")

    found = json.loads(response.content)
    assert "attachment" in response["Content-Disposition"]
    assert found["about_you"]["email"] == address
    assert [post["text"] for post in found["you_wrote"]] == ["My own idea"]
    assert found["you_voted"] == [{"idea": "Their idea", "vote": "dislike"}]
    assert "secret" not in response.content.decode()


def test_letters_are_stopped_and_wanted_again(talk: Conversation, browser: Client) -> None:
    """R15."""
    browser.post(f"/{talk.slug}/my-data/letters/", {"wanted": "no"})
    stopped = browser.get(f"/{talk.slug}/my-data/").content.decode()
    browser.post(f"/{talk.slug}/my-data/letters/", {"wanted": "yes"})
    wanted = browser.get(f"/{talk.slug}/my-data/").content.decode()

    assert "You get no messages" in stopped
    assert "You get the messages" in wanted


@pytest.mark.parametrize(
    "form", [{}, {"contributions": "keep"}, {"confirm": "1"}, {"contributions": "all", "confirm": "1"}]
)
def test_nobody_leaves_by_a_slip(talk: Conversation, browser: Client, form: dict[str, str]) -> None:
    response = browser.post(f"/{talk.slug}/my-data/leave/", form)

    assert response.status_code == 422
    assert browser.get(f"/{talk.slug}/my-data/").status_code == 200


def test_leaving_ends_everything_at_once_and_the_rest_by_night(
    acme: Organisation, talk: Conversation, browser: Client, address: str
) -> None:
    """R14, scenarios 23 and 24: signed out, no more messages, a new roster does not bring one back."""
    with tenant_context(acme.tenant):
        idea = make_idea(talk, ticket_of(talk, address, browser="other"), "Mine to take away")

    response = browser.post(f"/{talk.slug}/my-data/leave/", {"contributions": "withdraw", "confirm": "1"})
    page = response.content.decode()
    reference = page.split('class="reference" lang="" dir="ltr">')[1].split("<")[0]

    assert browser.get(f"/{talk.slug}/mine/").status_code == 302
    with tenant_context(acme.tenant):
        enrol(talk, address)
    client_of(acme).post(f"/{talk.slug}/sign-in/", {"address": address})
    with tenant_context(acme.tenant):
        newest = code_sent_to(address)
        again = client_of(acme)
        again.post(f"/{talk.slug}/sign-in/", {"address": address})
        assert code_sent_to(address) == newest
    waiting = browser.post(f"/{talk.slug}/left/", {"reference": reference.lower()}).content.decode()
    with tenant_context(acme.tenant):
        rewriting.rewrite_conversation(conversation=talk, at=timezone.now() + timedelta(days=1))
        gone = Idea.objects.get(pk=idea)
        assert (gone.text, gone.state) == ("", State.WITHDRAWN)
    done = browser.post(f"/{talk.slug}/left/", {"reference": f" {reference} "}).content.decode()

    assert "You have left" in waiting
    assert "It is done" in done


def test_a_number_nobody_was_given_says_so(acme: Organisation, talk: Conversation) -> None:
    response = client_of(acme).post(f"/{talk.slug}/left/", {"reference": "x" * 10_000})

    assert response.status_code == 422
    assert "Nobody left" in response.content.decode()


@pytest.mark.parametrize("contributions", ["keep", "withdraw"])
def test_the_night_takes_names_messages_and_reports_along(
    acme: Organisation, talk: Conversation, browser: Client, address: str, contributions: str
) -> None:
    """R14: whoever came forward and leaves is no name any more; a report of theirs leads to nobody."""
    with tenant_context(acme.tenant):
        me = ticket_of(talk, address, browser="other")
        idea, theirs = make_idea(talk, me, "Mine"), make_idea(talk, make_people(talk)[0], "Theirs")
        voting.cast_vote(conversation=talk, idea=theirs, by=me, value=1, at=timezone.now())
        write_to_author(
            conversation=talk,
            kind=Kind.IDEA,
            contribution=idea,
            message=MessageKind.QUESTION,
            text="Who are you?",
            at=timezone.now(),
        )
        threads.come_forward(
            on=OwnContribution(talk, Kind.IDEA, idea, me), name="Ash", contact="", at=timezone.now()
        )
    browser.post(f"/{talk.slug}/idea/{theirs}/report/", {"reason": "abuse"})
    with tenant_context(acme.tenant):
        before = bytes(Report.objects.get(idea=theirs).reporter_tag)

    browser.post(f"/{talk.slug}/my-data/leave/", {"contributions": contributions, "confirm": "1"})
    with tenant_context(acme.tenant):
        rewriting.rewrite_conversation(conversation=talk, at=timezone.now() + timedelta(days=1))
        kinds = list(Message.objects.filter(thread__idea=idea).values_list("kind", flat=True))
        assert kinds == ([MessageKind.QUESTION] if contributions == "keep" else [])
        assert bytes(Report.objects.get(idea=theirs).reporter_tag) != before
        assert Vote.objects.filter(idea=theirs).count() == (1 if contributions == "keep" else 0)
