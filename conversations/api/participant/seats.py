"""
Tokens of those who take part: a session like a browser's, with the same ends.

The record lies sealed in Valkey and opens with the token alone; it stands under the person's handle, so that
whatever ends their sessions ends their tokens. No database holds anything about either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from conversations.auth import ASKING_SECONDS, IDLE_SECONDS, Asking, Session, is_good, new_session, with_post
from conversations.models import Conversation
from kernel.sessions import SealedRecords
from privacy.anonymity import Kind, Ticket
from web.api.problems import TokenRefused
from web.api.scopes import Scope

SCOPES = (Scope.READ, Scope.WRITE)

# The vault may end what has "session" in its name, and nothing else.
_records = SealedRecords("session:api", seconds=IDLE_SECONDS)
_askings = SealedRecords("asking:api", seconds=ASKING_SECONDS)


@dataclass(frozen=True, slots=True)
class Seat:
    """Whoever holds a token. `token` is empty in the record itself."""

    session: Session
    scopes: list[str]
    token: str = ""

    @property
    def ticket(self) -> Ticket:
        return self.session.ticket


def start(conversation: Conversation, ticket: Ticket, scopes: Sequence[str]) -> Seat:
    """A new token, always."""
    seat = Seat(new_session(conversation, ticket), list(scopes))
    token = _records.create(msgspec.msgpack.encode(seat), handle=ticket.handle)
    return replace(seat, token=token)


def seat_of(token: str, conversation: Conversation) -> Seat:
    """Raises TokenRefused, also for a token of another conversation."""
    record = _records.read(token)
    if record is None:
        raise TokenRefused
    try:
        seat = msgspec.msgpack.decode(record, type=Seat)
    except msgspec.ValidationError as reason:  # written by an older release
        raise TokenRefused from reason
    if not is_good(seat.session, conversation):
        raise TokenRefused
    return replace(seat, token=token)


def end(seat: Seat) -> None:
    _records.end(seat.token)


def note_post(seat: Seat, kind: Kind) -> None:
    """Let this token know of one more post, so that its marks are complete."""
    changed = replace(seat, session=with_post(seat.session, kind), token="")
    _records.replace(seat.token, msgspec.msgpack.encode(changed))


def start_asking(asking: Asking) -> str:
    return _askings.create(msgspec.msgpack.encode(asking))


def asking_of(token: str) -> Asking | None:
    record = _askings.read(token)
    return None if record is None else msgspec.msgpack.decode(record, type=Asking)


def end_asking(token: str) -> None:
    _askings.end(token)
