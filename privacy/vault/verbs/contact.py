"""Verbs that reach an author through a contribution's route. What they find out stays inside."""

from uuid import UUID

import structlog

from kernel.valkey import answering, vault_client
from privacy.vault.models import Person
from privacy.vault.opened import opened
from privacy.vault.verb import Caller, verb

log = structlog.get_logger("privacy.routes")

_ROUTES_PER_HOUR = 60
_HOUR = 3600


@verb
def deliver(caller: Caller, conversation: UUID, route: bytes, contribution: UUID) -> None:
    """
    Mark that something waits for the author of this contribution. May be repeated.

    In the next window a mail tells them, among others for whom nothing waits.
    Raises RouteRefused for a route that belongs to another contribution. Whether there was
    anybody, and what becomes of it, is not answered.
    """
    keys = opened(caller, conversation)
    _meter(caller)
    person = keys.open_route(route, contribution)
    Person.objects.filter(pk=person, conversation=keys.conversation).update(is_waiting=True, is_told=False)


def _meter(caller: Caller) -> None:
    """Opening many single routes looks like a sweep: somebody must hear of it."""
    name = f"vault:routes:{caller.organisation.hex}"
    with answering():
        pipe = vault_client().pipeline(transaction=True)
        pipe.incr(name)
        pipe.expire(name, _HOUR, nx=True)
        count = int(pipe.execute()[0])
    if count > _ROUTES_PER_HOUR:
        log.critical("many_routes_opened", organisation=str(caller.organisation), in_the_last_hour=count)
