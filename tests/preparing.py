"""A project prepared by the real services, as far as its checklist asks."""

import re
from datetime import datetime, timedelta

from django.utils import timezone

from conversations.models import Conversation
from conversations.services import checklist, lifecycle
from conversations.services.preparing import dates, drafts, streams
from conversations.services.preparing.drafts import Description
from kernel.messages import letters
from privacy.vault import runner
from tenants.permissions import Staff
from tests.making import enrol, new_address

TYPED = "%Y-%m-%dT%H:%M"


def make_draft(by: Staff, *, people: int = 50) -> Conversation:
    """Everything is there but the test of the invitation. Opens in two days for three weeks."""
    made = drafts.create_project(by=by, name="A better ward", slug=f"ward-{new_address()[:8]}")
    words = Description(
        name="A better ward",
        slug=made.slug,
        introduction="Say what would help.",
        notice="",
        time_zone="Europe/London",
    )
    drafts.describe(by=by, conversation=made.pk, words=words)
    streams.add_stream(by=by, conversation=made.pk, question="What should change?")
    opens = (timezone.now() + timedelta(days=2)).replace(tzinfo=None, second=0, microsecond=0)
    plan(by, made, opens, opens + timedelta(days=21))
    if people:
        enrol(made, *(new_address() for _person in range(people)))
    return Conversation.objects.get(pk=made.pk)


def plan(by: Staff, draft: Conversation, opens: datetime, closes: datetime, days: int = 60) -> None:
    dates.plan_dates(by=by, conversation=draft.pk, opens=opens, closes=closes, days_of_analysis=days)


def see_invitation(by: Staff, draft: Conversation) -> str:
    """Send the test to a mailbox, read it, type its code back; returns what it said."""
    address = new_address()
    checklist.send_test(by=by, conversation=draft.pk, address=address, at=timezone.now())
    runner.run_waiting()
    (letter,) = letters(to=address)
    code = re.search(r"\b\d{8}\b", letter.text)
    assert code is not None
    checklist.confirm_seen(by=by, conversation=draft.pk, code=code[0], at=timezone.now())
    return letter.text


def make_scheduled(by: Staff) -> Conversation:
    draft = make_draft(by)
    see_invitation(by, draft)
    lifecycle.schedule(by=by, conversation=draft.pk, at=timezone.now())
    return Conversation.objects.get(pk=draft.pk)
