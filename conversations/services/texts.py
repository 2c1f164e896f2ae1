from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError
from kernel.text import plain


class TextMissing(DomainError):
    code = "text_missing"
    status = 422
    message = _("Write something first.")


class TextTooLong(DomainError):
    code = "text_too_long"
    status = 422
    message = _("This is %(length)s characters long, and %(most)s fit. Shorten it, or post it in two parts.")


def checked_text(text: str, *, most: int) -> str:
    """The text in its plain form. Raises TextMissing, TextTooLong."""
    text = plain(text)
    if not text:
        raise TextMissing
    if len(text) > most:
        raise TextTooLong(length=len(text), most=most)
    return text
