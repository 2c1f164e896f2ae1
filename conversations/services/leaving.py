"""A person and their data: download, letters, leaving. The vault does it; here it is asked."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from conversations.models import Conversation
from conversations.queries import own
from conversations.queries.own import OwnPost, OwnThread, OwnVote
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.requests.services import asking
from privacy.vault.interface import vault
from privacy.vault.rights import RequestKind
from privacy.vault.shapes import Contributions, Held


def held_about(conversation: Conversation, by: Ticket) -> Held:
    """What the vault holds about a person. Raises ProofRefused, VaultDown."""
    return vault().export(conversation=conversation.pk, proof=anonymity.prove(by, "export"))


def everything_about(conversation: Conversation, by: Ticket, *, today: date, at: datetime) -> dict[str, Any]:
    """
    All there is about a person, put together in this moment for themselves, and kept nowhere.

    The register learns that somebody had a copy today. Raises ProofRefused, VaultDown.
    """
    held = held_about(conversation, by)
    number = asking.done_at_once(kind=RequestKind.COPY, at=at)
    return {
        "request": number,
        "conversation": conversation.name,
        "about_you": asdict(held),
        **everything_said(
            own.posts(conversation, by.secret, today=today),
            own.votes(conversation, by.secret),
            own.threads(conversation, by.secret),
        ),
    }


def everything_said(
    posts: list[OwnPost], votes: list[OwnVote], threads: list[OwnThread]
) -> dict[str, list[dict[str, Any]]]:
    """A person's contributions, votes and messages, as they stand in a file for that person."""
    return {
        "you_wrote": [
            {
                "kind": post.kind,
                "question": post.stream,
                "text": post.text,
                "day": post.day.isoformat(),
                "state": post.state,
            }
            for post in posts
        ],
        "you_voted": [{"idea": vote.idea, "vote": "like" if vote.value > 0 else "dislike"} for vote in votes],
        "messages": [
            {
                "about": thread.text,
                "messages": [
                    {
                        "kind": message.kind,
                        "text": " ".join(
                            part for part in (message.notice, message.why, message.text) if part
                        ),
                        "day": message.day.isoformat(),
                    }
                    for message in thread.messages
                ],
            }
            for thread in threads
        ],
    }


@dataclass(frozen=True, slots=True)
class Left:
    """`reference` shows later that the night has done its part; `number` is the one in the register."""

    reference: str
    number: str


def leave_conversation(
    *, conversation: Conversation, by: Ticket, contributions: Contributions, at: datetime
) -> Left:
    """
    Leave for good, at once; the contributions lose their last ties in the coming night.

    Raises ProofRefused, VaultDown.
    """
    reference = vault().leave(
        conversation=conversation.pk, proof=anonymity.prove(by, "leave"), contributions=contributions
    )
    return Left(reference=reference, number=asking.done_at_once(kind=RequestKind.DELETION, at=at))
