"""What staff type into the console's forms, read kindly."""

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from conversations.services.hints import Hint, hints
from kernel.errors import DomainError
from kernel.text import plain, uuid_of


class MomentUnclear(DomainError):
    code = "moment_unclear"
    status = 422
    message = "Write the day and the time, such as 11/12/2026, 17:00."


def moment(request: HttpRequest, name: str, zone: ZoneInfo) -> datetime | None:
    """A day and time of the conversation's own zone; None where nothing is written. Raises MomentUnclear."""
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone)
    except ValueError as reason:
        raise MomentUnclear from reason


def number(request: HttpRequest, name: str) -> int | None:
    """None where there is no whole number."""
    typed = request.POST.get(name, "").strip()
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


def form_id(request: HttpRequest) -> UUID:
    """What names this filled-in form, so that sent twice it counts once."""
    return uuid_of(request.POST.get("form", "")) or uuid4()


def unseen(request: HttpRequest, texts: dict[str, str]) -> dict[str, list[Hint]]:
    """
    The hints to each field's text, when there is one that whoever types was not shown yet.

    What was shown stands in the form as `seen`, a field and a kind of hint.
    """
    found = {name: said for name, text in texts.items() if (said := hints(plain(text)))}
    seen = set(request.POST.getlist("seen"))
    is_new = any(f"{name}:{hint.kind}" not in seen for name, said in found.items() for hint in said)
    return found if is_new else {}
