"""A person and their data: download, letters, leaving. The vault does it; here it is asked."""

from dataclasses import asdict
from datetime import date
from typing import Any

from conversations.models import Conversation
from conversations.queries import own
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault.interface import vault
from privacy.vault.shapes import Contributions, Held


def held_about(conversation: Conversation, by: Ticket) -> Held:
    """What the vault holds about a person. Raises ProofRefused, VaultDown."""
    return vault().export(conversation=conversation.pk, proof=anonymity.prove(by, "export"))


def everything_about(conversation: Conversation, by: Ticket, *, today: date) -> dict[str, Any]:
    """All there is about a person, put together in this moment for themselves, and kept nowhere."""
    return {
        "conversation": conversation.name,
        "about_you": asdict(held_about(conversation, by)),
        "you_wrote": [
            {
                "kind": post.kind,
                "question": post.stream,
                "text": post.text,
                "day": post.day.isoformat(),
                "state": post.state,
            }
            for post in own.posts(conversation, by.secret, today=today)
        ],
        "you_voted": [
            {"idea": vote.idea, "vote": "like" if vote.value > 0 else "dislike"}
            for vote in own.votes(conversation, by.secret)
        ],
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
            for thread in own.threads(conversation, by.secret)
        ],
    }


def leave_conversation(*, conversation: Conversation, by: Ticket, contributions: Contributions) -> str:
    """
    Leave for good, at once; the contributions lose their last ties in the coming night.

    Returns the number of the leaving. Raises ProofRefused, VaultDown.
    """
    return vault().leave(
        conversation=conversation.pk, proof=anonymity.prove(by, "leave"), contributions=contributions
    )
