"""The verb that opens the original of an edited, masked or removed post."""

from uuid import UUID

from privacy.vault.meters import meter
from privacy.vault.opened import opened
from privacy.vault.verb import Caller, verb

_ORIGINALS_PER_HOUR = 60


@verb
def unseal(caller: Caller, conversation: UUID, sealed: bytes, contribution: UUID, act: UUID) -> str:
    """
    The text that one contribution had before one act, to put it back.

    Raises OriginalRefused for an original of another contribution or act.
    """
    keys = opened(caller, conversation)
    meter(caller, what="originals", alarm="many_originals_opened", most=_ORIGINALS_PER_HOUR)
    return keys.open_original(sealed, contribution, act)
