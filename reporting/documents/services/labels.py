"""What may be said about whoever wrote a quote: one thing at the most, and the vault decides."""

from uuid import UUID

from privacy.vault.interface import vault


def label_of(conversation: UUID, *, contribution: UUID, route: bytes | None, by: str) -> str:
    """Coarsened until it is safe, empty where nothing is. Facilitators' posts and paper have no route and no label."""
    if not by or route is None:
        return ""
    return vault().describe(conversation=conversation, route=route, contribution=contribution, by=by)
