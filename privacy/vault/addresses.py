"""What people type as their address: an e-mail address or a telephone number, in one form each."""

import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_REGION = "GB"
# Letters of other alphabets that are drawn like one of a to z.
_LOOKALIKES = set("авеіјкӏмнорсѕтухѵԁһԍԛԝүьгпзбαβγεικηνορτυχωϲϳօոսցհյզ")


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


def imitates_another(typed: str) -> bool:
    """Whether letters of several alphabets, or of one that looks like ours, make an address look like another."""
    plain = _plain(typed)
    if plain.isascii() and "xn--" not in plain:
        return False
    name, _at, domain = plain.rpartition("@")
    return any(_is_disguised(part) for part in [*name.split("."), *map(_spelled_out, domain.split("."))])


def _is_disguised(part: str) -> bool:
    letters = [character for character in part if character.isalpha()]
    alphabets = {unicodedata.name(letter, "?").split(" ")[0] for letter in letters}
    if len(alphabets) > 1:
        return True
    return bool(letters) and alphabets != {"LATIN"} and all(letter in _LOOKALIKES for letter in letters)


def _spelled_out(label: str) -> str:
    """A label of a domain as it is shown, where it is written in the letters that the net itself uses."""
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip().lower()[:320]
