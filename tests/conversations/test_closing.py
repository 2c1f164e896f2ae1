"""The set hour: a conversation closes when the client's own clocks say so, whatever they did meanwhile."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Idea
from conversations.permissions import ConversationClosed
from conversations.queries.conversations import days
from conversations.services import posting, voting
from kernel.tenancy import Tenant, tenant_context
from tenants.models import Organisation
from tests.making import change, make_conversation, make_idea, make_people, stream_of

LONDON = ZoneInfo("Europe/London")


def test_it_closes_at_the_set_hour_over_a_clock_change(in_acme: Tenant) -> None:
    """R07, scenario 25: clocks go back on 25 October 2026; 17:00 is 17:00 before and after."""
    opens = datetime(2026, 10, 19, 9, 0, tzinfo=LONDON)
    closes = datetime(2026, 10, 26, 17, 0, tzinfo=LONDON)
    talk = make_conversation(opens_at=opens, closes_at=closes)
    me = make_people(talk)[0]
    last_second = datetime(2026, 10, 26, 16, 59, 59, tzinfo=UTC)
    idea = make_idea(talk, me, "In time", at=last_second)

    for act in (
        lambda: make_idea(talk, me, "Too late", at=last_second + timedelta(seconds=1)),
        lambda: voting.cast_vote(
            conversation=talk, idea=idea, by=me, value=1, at=last_second + timedelta(seconds=1)
        ),
    ):
        with pytest.raises(ConversationClosed):
            act()

    assert opens.astimezone(UTC).hour == 8
    assert closes.astimezone(UTC).hour == 17
    assert (days(talk, at=last_second).today, days(talk, at=last_second).of) == (8, 8)
    assert Idea.objects.filter(stream__conversation=talk).count() == 1


def test_a_draft_in_progress_gets_a_clear_message_and_is_kept(
    acme: Organisation, talk: Conversation, browser: Client
) -> None:
    """Scenario 25: reading stays, writing stops, nothing typed is lost."""
    with tenant_context(acme.tenant):
        stream, idea = stream_of(talk).pk, make_idea(talk, make_people(talk)[0], "Still to be read")
        change(talk, closes_at=timezone.now() - timedelta(seconds=1))

    form = {"text": "What I had been writing for an hour", "form": str(uuid4())}
    refused = [
        browser.post(f"/{talk.slug}/stream/{stream}/write/", form),
        browser.post(f"/{talk.slug}/idea/{idea}/comment/", form),
    ]

    for answer in refused:
        assert answer.status_code == 409
        assert "This conversation is closed." in answer.content.decode()
        assert "What I had been writing for an hour</textarea>" in answer.content.decode()
    assert "Still to be read" in browser.get(f"/{talk.slug}/stream/{stream}/").content.decode()
    with tenant_context(acme.tenant):
        assert Idea.objects.filter(stream=stream).count() == 1


def test_closing_between_the_question_and_the_write_is_noticed(in_acme: Tenant) -> None:
    """The statement that writes asks for the dates once more."""
    talk = make_conversation()
    me = make_people(talk)[0]
    Conversation.objects.filter(pk=talk.pk).update(closes_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(posting.NotHere):
        make_idea(talk, me, "Between two clicks")
