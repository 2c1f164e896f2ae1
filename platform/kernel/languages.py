"""The languages of the pages: what each is called, which way it runs, how it writes numbers."""

from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal
from django.conf import settings
from django.utils import translation

# Where a code alone would mean another country's dates.
_AT_HOME = {"en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is what `lang` says, `name` is in the language itself, `direction` is ltr or rtl."""

    code: str
    name: str
    direction: str


def current() -> str:
    """The code of the language that sentences are in at this moment."""
    return translation.get_language() or settings.LANGUAGE_CODE


def offered() -> list[Language]:
    return [language(code) for code, _name in settings.LANGUAGES]


@cache
def language(code: str) -> Language:
    known = locale(code)
    own = known.get_language_name(known) or code
    return Language(code=code, name=own[0].upper() + own[1:], direction=known.text_direction)


@cache
def locale(code: str) -> Locale:
    """What CLDR knows of a language; British English where it knows nothing."""
    for name in (_AT_HOME.get(code, code), code.partition("-")[0]):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")


def number(value: int) -> str:
    """A number with the separators of the current language."""
    return _number(value, current())


@lru_cache(maxsize=20_000)
def _number(value: int, code: str) -> str:
    return format_decimal(value, locale=locale(code))
