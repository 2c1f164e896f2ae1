"""Verbs that reach an author through a contribution's route. What they find out stays inside."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from privacy.vault import mailings
from privacy.vault.meters import meter
from privacy.vault.models import Person, Warned
from privacy.vault.opened import Opened, opened
from privacy.vault.people import end_sessions, new_handle, person_named
from privacy.vault.verb import Caller, verb

# Facilitators who clear a queue tell hundreds of authors what they did. Anything else about one is rare.
_ROUTES_PER_HOUR = 600
_AUTHORS_PER_HOUR = 60


@verb
def deliver(caller: Caller, conversation: UUID, route: bytes, contribution: UUID, urgent: bool) -> None:
    """
    Mark that something waits for the author of this contribution. May be repeated.

    In the next window a mail tells them, among others for whom nothing waits; what is urgent leaves
    at once, among as many others and in the same words.
    Raises RouteRefused for a route that belongs to another contribution. Whether there was
    anybody, and what becomes of it, is not answered.
    """
    keys = opened(caller, conversation)
    meter(caller, what="routes", alarm="many_routes_opened", most=_ROUTES_PER_HOUR)
    found = keys.open_route(route, contribution)
    with transaction.atomic(using="vault"):
        waiting = Person.objects.select_related("conversation").filter(
            pk=found, conversation=keys.conversation
        )
        if not urgent:
            waiting.update(is_waiting=True, is_told=False)
        elif (person := waiting.select_for_update(of=("self",)).first()) is not None:
            key = keys.index("urgent", contribution.hex).hex()
            mailings.tell_now(person, key=key, at=timezone.now())


@verb
def warn(caller: Caller, conversation: UUID, route: bytes, contribution: UUID) -> None:
    """
    Count a warning of today for the author of this contribution; the same contribution counts once.

    Raises RouteRefused. How many there are is never answered.
    """
    keys, person = _author(caller, conversation, route, contribution)
    if person is not None:
        today = timezone.now().astimezone(ZoneInfo(keys.conversation.time_zone)).date()
        mark = keys.index("warned", contribution.hex)
        Warned.objects.bulk_create([Warned(person=person, mark=mark, day=today)], ignore_conflicts=True)


@verb
def restrict(caller: Caller, conversation: UUID, route: bytes, contribution: UUID) -> None:
    """The author of this contribution may only read from now on. Raises RouteRefused, and answers nothing."""
    _set_restricted(caller, conversation, route, contribution, is_restricted=True)


@verb
def unrestrict(caller: Caller, conversation: UUID, route: bytes, contribution: UUID) -> None:
    """The author of this contribution may write again. Raises RouteRefused, and answers nothing."""
    _set_restricted(caller, conversation, route, contribution, is_restricted=False)


def meter_author(caller: Caller) -> None:
    """Once more something is done to a single author, or their name is opened."""
    meter(caller, what="authors", alarm="many_authors_reached", most=_AUTHORS_PER_HOUR)


def _author(
    caller: Caller, conversation: UUID, route: bytes, contribution: UUID
) -> tuple[Opened, Person | None]:
    """None for somebody who has left, or never was."""
    keys = opened(caller, conversation)
    meter_author(caller)
    return keys, person_named(keys, keys.open_route(route, contribution))


def _set_restricted(
    caller: Caller, conversation: UUID, route: bytes, contribution: UUID, *, is_restricted: bool
) -> None:
    """Tickets say whether somebody may write, so the sessions that hold one end."""
    keys, person = _author(caller, conversation, route, contribution)
    if person is None:
        return
    changed = Person.objects.filter(pk=person.pk, handle=person.handle).exclude(is_restricted=is_restricted)
    if changed.update(is_restricted=is_restricted, handle=new_handle()):
        end_sessions(keys, person.handle)
