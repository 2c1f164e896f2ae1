"""When a project is to open and close: planned in the client's own time, with its summer and winter."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from conversations.models import Conversation
from conversations.services.conversations import DatesInWrongOrder
from conversations.services.preparing.fixed import draft_for
from kernel.errors import DomainError
from tenants.permissions import Staff

FEWEST_DAYS, MOST_DAYS = 7, 365
# How browsers write a date and hour without a zone.
TYPED = "%Y-%m-%dT%H:%M"


class NoSuchHour(DomainError):
    code = "no_such_hour"
    status = 422
    message = "The clocks go forward that night, so this hour does not exist there. Choose another."


class DaysOfAnalysisNotUsable(DomainError):
    code = "days_of_analysis_not_usable"
    status = 422
    message = "The analysis takes 7 to 365 days. Participants read the number; 60 is usual."


class DateNotReadable(DomainError):
    code = "date_not_readable"
    status = 422
    message = "Choose a day and an hour for both dates, such as 2026-12-11 09:00."


def read_moment(typed: str) -> datetime:
    """What a field for a date and hour sends. Raises DateNotReadable."""
    try:
        return datetime.strptime(typed.strip().replace(" ", "T")[:16], TYPED)  # noqa: DTZ007  (a clock on the wall)
    except ValueError as reason:
        raise DateNotReadable from reason


def local_moment(typed: datetime, zone: ZoneInfo) -> datetime:
    """
    A date and hour as a clock on the wall there shows it. Where it shows an hour twice, the first is meant.

    Raises NoSuchHour.
    """
    meant = typed.replace(tzinfo=zone, fold=0)
    if meant.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != typed.replace(tzinfo=None):
        raise NoSuchHour
    return meant


def plan_dates(
    *, by: Staff, conversation: UUID, opens: datetime, closes: datetime, days_of_analysis: int
) -> None:
    """
    Both in local time, without a zone. Nobody but staff sees them until the project is scheduled.

    Raises RoleMissing, FixedSinceScheduled, NoSuchHour, DatesInWrongOrder, DaysOfAnalysisNotUsable.
    """
    if not FEWEST_DAYS <= days_of_analysis <= MOST_DAYS:
        raise DaysOfAnalysisNotUsable
    with transaction.atomic():
        found = draft_for(by, conversation)
        opens_at, closes_at = local_moment(opens, found.zone), local_moment(closes, found.zone)
        if opens_at >= closes_at:
            raise DatesInWrongOrder
        Conversation.objects.filter(pk=conversation).update(
            planned_opens_at=opens_at, planned_closes_at=closes_at, days_of_analysis=days_of_analysis
        )
