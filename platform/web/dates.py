"""Dates as people say them: "today", "Friday 11 December", "Friday 11 December, 17:00"."""

from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

_DAY = "l j F"
_DAY_AND_YEAR = "l j F Y"


def day(value: date, today: date) -> str:
    """Contributions keep their day only, so this is all there is to say."""
    if value == today:
        return _("today")
    if value == today - timedelta(days=1):
        return _("yesterday")
    return date_format(value, _DAY if value.year == today.year else _DAY_AND_YEAR)


def moment(value: datetime) -> str:
    """A date and hour; the caller has put it into the time zone of the conversation."""
    return f"{date_format(value, _DAY, use_l10n=False)}, {value:%H:%M}"
