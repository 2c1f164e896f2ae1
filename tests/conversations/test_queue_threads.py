"""The blind thread beside a post of the queue."""

import pytest
from django.utils import timezone

from conversations.models import Conversation, Message, MessageKind, Thread
from kernel.tenancy import tenant_context
from tenants.models import Organisation, Role
from tests.conversations.test_queue_pages import at, html, idea_of
from tests.staffing import desk_of, make_staff


@pytest.mark.parametrize("kind", MessageKind)
def test_the_blind_thread_is_read_beside_the_post(
    acme: Organisation, talk: Conversation, kind: MessageKind
) -> None:
    """R26: whatever was said; a name that somebody came forward with stays sealed."""
    desk = desk_of(make_staff(Role.FACILITATOR, organisation=acme))
    post = idea_of(acme, talk)
    is_name = kind is MessageKind.FORWARD
    with tenant_context(acme.tenant):
        thread, _is_new = Thread.objects.get_or_create(idea_id=post)
        said = {"text": "" if is_name else "Said in the thread", "sealed": b"sealed" if is_name else None}
        Message.objects.create(thread=thread, position=7, kind=kind, day=timezone.localdate(), **said)
    desk.get(at(acme, talk))

    page = html(desk.get(at(acme, talk, post)))

    assert ("which is sealed" if is_name else "Said in the thread") in page
    for place in ("thread", "warn", "safeguarding", "identify"):
        assert f"/posts/idea/{post}/{place}/" in page
