"""Somebody is worried about somebody's safety: who is on duty must hear of it."""

from uuid import UUID

import structlog

log = structlog.get_logger("conversations.safeguarding")


def alert(*, conversation: UUID, posts: list[UUID]) -> None:
    """Say that contributions stand in the safeguarding lane since now. Inside the caller's transaction."""
    log.critical("safeguarding_waits", conversation=str(conversation), posts=len(posts))
