"""What people type as their address: an e-mail address or a telephone number, in one form each."""

import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_REGION = "GB"


@dataclass(frozen=True, slots=True)
class Address:
    """`kind` is "email" or "phone"; `text` the one form under which it is indexed."""

    kind: str
    text: str


def read_address(typed: str) -> Address:
    """Never fails: something that is no address at all is one that nobody has."""
    return read_email(typed) or read_phone(typed) or Address(kind="email", text=_plain(typed))


def read_email(typed: str) -> Address | None:
    text = _plain(typed)
    try:
        validate_email(text)
    except ValidationError:
        return None
    return Address(kind="email", text=text)


def read_phone(typed: str) -> Address | None:
    try:
        number = phonenumbers.parse(typed, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return Address(kind="phone", text=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip().lower()[:320]
