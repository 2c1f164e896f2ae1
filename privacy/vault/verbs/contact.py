"""Verbs that reach an author through a contribution's route. What they find out stays inside."""

from uuid import UUID

from privacy.vault.meters import meter
from privacy.vault.models import Person
from privacy.vault.opened import opened
from privacy.vault.verb import Caller, verb

# Facilitators who clear a queue tell hundreds of authors what they did.
_ROUTES_PER_HOUR = 600


@verb
def deliver(caller: Caller, conversation: UUID, route: bytes, contribution: UUID) -> None:
    """
    Mark that something waits for the author of this contribution. May be repeated.

    In the next window a mail tells them, among others for whom nothing waits.
    Raises RouteRefused for a route that belongs to another contribution. Whether there was
    anybody, and what becomes of it, is not answered.
    """
    keys = opened(caller, conversation)
    meter(caller, what="routes", alarm="many_routes_opened", most=_ROUTES_PER_HOUR)
    person = keys.open_route(route, contribution)
    Person.objects.filter(pk=person, conversation=keys.conversation).update(is_waiting=True, is_told=False)
