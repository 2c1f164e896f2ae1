"""Counting what looks like a sweep when it is done often: somebody must hear of it."""

import structlog

from kernel.valkey import answering, vault_client
from privacy.vault.verb import Caller

log = structlog.get_logger("privacy.routes")

_HOUR = 3600


def meter(caller: Caller, *, what: str, alarm: str, most: int) -> None:
    """Count once more for the organisation, and raise the alarm above so many an hour."""
    name = f"vault:{what}:{caller.organisation.hex}"
    with answering():
        pipe = vault_client().pipeline(transaction=True)
        pipe.incr(name)
        pipe.expire(name, _HOUR, nx=True)
        count = int(pipe.execute()[0])
    if count > most:
        log.critical(alarm, organisation=str(caller.organisation), in_the_last_hour=count)
