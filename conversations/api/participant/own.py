"""
One's own: contributions and messages. No address here carries an id, because addresses stand in the logs of
networks; what is meant stands in the body (decision 011).
"""

import structlog
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.participant.base import AtTheDoor, SignedIn
from conversations.api.participant.shapes import (
    Changed,
    Forward,
    Named,
    NewAnswer,
    OwnPostShape,
    ThreadShape,
)
from conversations.permissions import MESSAGES, POSTS, ConversationClosed, NotOpenYet, ReadOnly
from conversations.queries import own
from conversations.services import editing, threads
from conversations.services.editing import TooLateToChange
from conversations.services.texts import TextMissing, TextTooLong
from conversations.services.threads import AlreadyForward, NoThread, OwnContribution
from kernel.errors import NotFound, Unavailable
from privacy import anonymity
from privacy.anonymity import Kind
from privacy.vault.interface import vault
from web.api.endpoint import operation
from web.api.scopes import Scope
from web.api.shapes import list_of

log = structlog.get_logger("conversations.api")
_NAMED = {"kind": "idea", "id": "0b7d1f5e-9d3c-4c1e-8a35-6a1f7f1c2b3d"}
_CHANGING = [ReadOnly, NotOpenYet, ConversationClosed, NotFound, TooLateToChange]


class Mine(SignedIn):
    tag = "One's own"

    @operation("list_own", gives=list_of(OwnPostShape))
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """Everything one wrote in this conversation, newest first."""
        found = own.posts(self.conversation, self.ticket.secret, today=self.today)
        return self.given(list_of(OwnPostShape), {"items": found})


class Change(SignedIn):
    tag = "One's own"

    @operation(
        "change_own",
        takes=Changed,
        status=204,
        scope=Scope.WRITE,
        repeatable=False,
        refuses=[*_CHANGING, TextMissing, TextTooLong],
        sent={**_NAMED, "text": "More daylight, and plants."},
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Put another text in place of one's own, until others have reacted to it."""
        said = self.taken(Changed)
        self.count("post", POSTS)
        editing.edit_contribution(
            kind=Kind(said["kind"]),
            conversation=self.conversation,
            contribution=said["id"],
            by=self.ticket,
            text=said["text"],
            at=self.now,
        )
        return self.nothing()


class Delete(SignedIn):
    tag = "One's own"

    @operation(
        "delete_own",
        takes=Named,
        status=204,
        scope=Scope.WRITE,
        repeatable=False,
        refuses=_CHANGING,
        sent=_NAMED,
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Take one's own back, until others have reacted to it."""
        said = self.taken(Named)
        self.count("post", POSTS)
        editing.delete_contribution(
            kind=Kind(said["kind"]),
            conversation=self.conversation,
            contribution=said["id"],
            by=self.ticket,
            at=self.now,
        )
        return self.nothing()


class Inbox(SignedIn):
    tag = "Messages"

    @operation("list_messages", gives=list_of(ThreadShape))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Messages about one's own contributions. Nobody learns that they were read."""
        found = own.threads(self.conversation, self.ticket.secret)
        if found:
            _note_looking(self)
        return self.given(list_of(ThreadShape), {"items": found})


class Answer(SignedIn):
    tag = "Messages"

    @operation(
        "answer_message",
        takes=NewAnswer,
        status=204,
        scope=Scope.WRITE,
        refuses=[NoThread, TextMissing, TextTooLong],
        sent={**_NAMED, "text": "On the second floor."},
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """Answer in the thread of one's own contribution. The same key twice is one answer."""
        said = self.taken(NewAnswer)
        self.count("message", MESSAGES)
        threads.answer(to=_meant(self, said), form=self.form(), text=said["text"], at=self.now)
        return self.nothing()


class ComeForward(SignedIn):
    tag = "Messages"

    @operation(
        "come_forward",
        takes=Forward,
        status=204,
        scope=Scope.WRITE,
        repeatable=False,
        refuses=[NoThread, AlreadyForward, TextMissing, TextTooLong],
        sent={**_NAMED, "name": "Ash Demo"},
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """
        Say who one is, for one contribution that a message is about.

        The name is sealed for the facilitators of this contribution alone. It cannot be taken back.
        """
        said = self.taken(Forward)
        self.count("message", MESSAGES)
        threads.come_forward(on=_meant(self, said), name=said["name"], contact=said["contact"], at=self.now)
        return self.nothing()


def _meant(endpoint: AtTheDoor, said: dict[str, object]) -> OwnContribution:
    return OwnContribution(endpoint.conversation, Kind(said["kind"]), said["id"], endpoint.ticket)  # type: ignore[arg-type]  # a UUID, as described


def _note_looking(endpoint: AtTheDoor) -> None:
    """Nothing waits any more. Where the vault is away, the messages are read all the same."""
    try:
        vault().look(conversation=endpoint.conversation.pk, proof=anonymity.prove(endpoint.ticket, "look"))
    except Unavailable:
        log.warning("looking_not_noted")
