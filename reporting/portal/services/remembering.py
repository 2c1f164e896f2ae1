"""The curve of how many took part: each day's released figure, kept as it was shown."""

from datetime import datetime

from conversations.models import Conversation
from reporting.figures import queries as figures
from reporting.portal.models import PeopleOnDay


def note_people(*, at: datetime) -> None:
    """In every conversation that is open, where a figure was released. The last of a day counts."""
    for conversation in Conversation.objects.filter(opens_at__lte=at, closes_at__gt=at, emptying=""):
        people = figures.people_who_took_part(conversation)
        if people is not None:
            PeopleOnDay.objects.update_or_create(
                conversation=conversation,
                day=at.astimezone(conversation.zone).date(),
                defaults={"people": people},
            )
