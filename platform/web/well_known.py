"""`/.well-known/security.txt` (RFC 9116): where somebody who found a hole says so."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

PATH = "/.well-known/security.txt"
# RFC 9116, 2.5.5: a file that promises more than a year is not believed.
_LONGEST = timedelta(days=365)


class SecurityTxtMiddleware:
    """
    The same on every host, before any host is looked at: it names nobody's site.

    Nothing is served where no contact is set, or where nobody has said for long that it is still read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        text = security_txt(timezone.now())
        if text is None:
            return HttpResponse(status=404, content_type="text/plain; charset=utf-8")
        return HttpResponse(text, content_type="text/plain; charset=utf-8")


def security_txt(at: datetime) -> str | None:
    """The file's words at this moment, or None where it would say something that is not true."""
    ends = _ends()
    if not settings.SECURITY_CONTACT or ends is None or ends <= at:
        return None
    languages = ", ".join(code for code, _name in settings.LANGUAGES)
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {ends:%Y-%m-%dT%H:%M:%SZ}"]
    return "\n".join([*lines, f"Preferred-Languages: {languages}", ""])


@checks.register()
def the_contact_can_be_used(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001  (Django's own shape of a check)
    **_unused: Any,  # noqa: ANN401  (Django passes what it likes)
) -> list[checks.CheckMessage]:
    """A contact that nobody can write to, or a date that nobody may believe, is said at the start."""
    contact, ends, now = settings.SECURITY_CONTACT, _ends(), timezone.now()
    if not contact:
        return []
    found: list[checks.CheckMessage] = []
    if not contact.startswith(("mailto:", "https://", "tel:")) or not contact.isprintable() or " " in contact:
        hint = "Write mailto:somebody@example.org or an https:// address."
        found.append(
            checks.Error("SECURITY_CONTACT is no address that RFC 9116 knows.", hint=hint, id="web.E001")
        )
    if ends is None or ends - now > _LONGEST:
        hint = "Write a day such as 2027-03-31, at most a year ahead."
        found.append(
            checks.Error("SECURITY_CONTACT_UNTIL is no day within a year.", hint=hint, id="web.E002")
        )
    elif ends <= now:
        hint = "Make sure that somebody reads what arrives there, and set a new day."
        found.append(checks.Warning("SECURITY_CONTACT_UNTIL has passed.", hint=hint, id="web.W001"))
    return found


def _ends() -> datetime | None:
    """The end of the day that was set, in UTC."""
    try:
        day = date.fromisoformat(settings.SECURITY_CONTACT_UNTIL)
    except ValueError:
        return None
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)
