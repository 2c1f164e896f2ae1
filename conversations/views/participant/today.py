"""What a page needs to know of the calendar, and of what may be done at this moment."""

from datetime import date, datetime
from typing import TypedDict

from django.utils import timezone

from conversations.auth import ParticipantRequest


class Today(TypedDict):
    """`today` is the conversation's own date, in its time zone; `now` is the moment of the request."""

    today: date
    now: datetime
    may_write: bool


def today_for(request: ParticipantRequest) -> Today:
    now = timezone.now()
    return Today(
        today=now.astimezone(request.conversation.zone).date(),
        now=now,
        may_write=request.participant.ticket.may_write and request.conversation.is_open(at=now),
    )
