"""Dates as people say them: "today", "Friday 11 December", "dydd Gwener 11 Rhagfyr, 17:00"."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kernel import languages

# CLDR writes the names of days as they stand in a calendar. Within a sentence these are small.
_SMALL_WITHIN_SENTENCES = {"cy"}


def day(value: date, today: date) -> str:
    """Contributions keep their day only, so this is all there is to say."""
    if value == today:
        return _("today")
    if value == today - timedelta(days=1):
        return _("yesterday")
    return _written(value, languages.current(), with_year=value.year != today.year)


def full_day(value: date) -> str:
    """A day by itself, with its year."""
    return _written(value, languages.current(), with_year=True)


def moment(value: datetime) -> str:
    """A date and hour; the caller has put it into the time zone of the conversation."""
    written = _written(value.date(), languages.current(), with_year=False)
    return _("%(date)s, %(time)s") % {"date": written, "time": f"{value:%H:%M}"}


@lru_cache(maxsize=5_000)
def _written(value: date, code: str, *, with_year: bool) -> str:
    # What the letters mean: unicode.org/reports/tr35/tr35-dates.html. The catalogue of a language orders them.
    pattern = (
        pgettext("order of a date", "EEEE d MMMM y")
        if with_year
        else pgettext("order of a date", "EEEE d MMMM")
    )
    written = format_date(value, pattern, locale=languages.locale(code))
    return written[0].lower() + written[1:] if code in _SMALL_WITHIN_SENTENCES else written
