"""
Who is here: a participant's session, one per conversation and browser.

The session's record lies in Valkey, sealed under a key that only the browser's cookie holds.
It carries the Ticket the vault lent, and how many posts this browser knows of. No view ever
reads a cookie itself: it is decorated with `in_conversation` or `signed_in`.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Concatenate, ParamSpec
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.queries import conversations as conversation_queries
from conversations.queries import tags
from kernel.errors import DomainError
from kernel.sessions import SealedRecords
from privacy.anonymity import Kind, Ticket
from tenants.queries import Site

P = ParamSpec("P")

IDLE_SECONDS = 60 * 60
LONGEST_SECONDS = 12 * 60 * 60
ASKING_SECONDS = 15 * 60
# How new a session must be for what decides who comes in from now on.
NEW_SECONDS = 10 * 60


class SignedOut(DomainError):
    code = "signed_out"
    status = 403
    message = _("You are no longer signed in. Copy what you typed, sign in again, and post it then.")


class SignInAgain(DomainError):
    code = "sign_in_again"
    status = 403
    message = _(
        "This needs a sign-in of the last ten minutes, so that nobody else does it at your screen."
        " Sign out, sign in again, and come back here."
    )


class ConversationComplete(DomainError):
    code = "conversation_complete"
    message = _("This conversation is complete. You can still see what is held about you, and delete it.")


@dataclass(frozen=True, slots=True)
class Session:
    """`ideas` and `comments` are how many of the person's posts this browser knows of. It is good in one conversation."""

    conversation: UUID
    ticket: Ticket
    signed_in: float
    ideas: int
    comments: int


@dataclass(frozen=True, slots=True)
class Asking:
    """Between asking for a code and typing it. `browser` is what the code is bound to."""

    address: str
    browser: str


class ConversationRequest(HttpRequest):
    """A request within a conversation; `participant` is None for somebody who is not signed in."""

    organisation: Site
    conversation: Conversation
    participant: Session | None
    seat: str


class ParticipantRequest(ConversationRequest):
    """A request of somebody who is signed in."""

    participant: Session


_sessions = SealedRecords("session", seconds=IDLE_SECONDS)
_askings = SealedRecords("asking", seconds=ASKING_SECONDS)


# Decorators -----------------------------------------------------------------------------


def in_conversation(
    view: Callable[Concatenate[ConversationRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The first path element is a conversation's; the request learns it and who is here."""

    def within(request: HttpRequest, /, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = conversation_queries.conversation_at(slug)
        request.conversation = found  # type: ignore[attr-defined]  # this is what makes it a ConversationRequest
        request.seat = request.COOKIES.get(_cookie("seat", found), "")  # type: ignore[attr-defined]
        request.participant = _read_session(request.seat, found)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    functools.update_wrapper(within, view)
    return within


def signed_in(
    view: Callable[Concatenate[ParticipantRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """
    Only for somebody who is signed in and has passed the survey; others are led there.

    Once the conversation is complete nobody gets here: what is left is at `my_data`.
    """

    def inside(request: ParticipantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if conversation_queries.must_answer(request.conversation, request.participant.ticket):
            return HttpResponseRedirect(reverse("survey", args=[request.conversation.slug]))
        return view(request, *args, **kwargs)

    functools.update_wrapper(inside, view)
    return at_the_door(until_complete(inside))


def until_complete(
    view: Callable[Concatenate[ParticipantRequest, P], HttpResponse],
) -> Callable[Concatenate[ParticipantRequest, P], HttpResponse]:
    """Stands under the others: in a complete conversation people find their own data and nothing else."""

    def inside(request: ParticipantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.conversation.is_complete(at=timezone.now()):
            return view(request, *args, **kwargs)
        if request.method == "POST":
            raise ConversationComplete
        return HttpResponseRedirect(reverse("my_data", args=[request.conversation.slug]))

    functools.update_wrapper(inside, view)
    return inside


def newly_signed_in(
    view: Callable[Concatenate[ParticipantRequest, P], HttpResponse],
) -> Callable[Concatenate[ParticipantRequest, P], HttpResponse]:
    """Stands directly over the view: whoever is here showed it within ten minutes. Raises SignInAgain."""

    def inside(request: ParticipantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if time.time() - request.participant.signed_in > NEW_SECONDS:
            raise SignInAgain
        return view(request, *args, **kwargs)

    functools.update_wrapper(inside, view)
    return inside


def at_the_door(
    view: Callable[Concatenate[ParticipantRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Only for somebody who is signed in; others are led to the door, and what they typed is kept."""

    def inside(request: ConversationRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.participant is None:
            if request.method == "POST":
                raise SignedOut
            return HttpResponseRedirect(reverse("sign_in", args=[request.conversation.slug]))
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # a participant is there

    functools.update_wrapper(inside, view)
    return in_conversation(inside)


# The session ----------------------------------------------------------------------------


def sign_in(request: ConversationRequest, response: HttpResponse, ticket: Ticket) -> None:
    """Start a session, always a new one, and give its cookie to the browser."""
    _start(request, response, new_session(request.conversation, ticket))


def new_session(conversation: Conversation, ticket: Ticket, *, since: float | None = None) -> Session:
    """`since` is when somebody showed who they are, where that is not just now."""
    return Session(
        conversation=conversation.pk,
        ticket=ticket,
        signed_in=time.time() if since is None else since,
        ideas=tags.count(Kind.IDEA, ticket.secret),
        comments=tags.count(Kind.COMMENT, ticket.secret),
    )


def renew(request: ConversationRequest, response: HttpResponse, ticket: Ticket) -> None:
    """Put a new session in place of this one: the vault knows something new about the person."""
    since = None if request.participant is None else request.participant.signed_in
    _sessions.end(request.seat)
    _start(request, response, new_session(request.conversation, ticket, since=since))


def signed_in_elsewhere(request: ParticipantRequest) -> int:
    """In how many other browsers and programs this person is signed in to this conversation."""
    return _sessions.others(request.seat, request.participant.ticket.handle)


def sign_out_elsewhere(request: ParticipantRequest) -> None:
    _sessions.end_others(request.seat, request.participant.ticket.handle)


def _start(request: ConversationRequest, response: HttpResponse, session: Session) -> None:
    token = _sessions.create(msgspec.msgpack.encode(session), handle=session.ticket.handle)
    _set_cookie(response, _cookie("seat", request.conversation), token)
    _forget_asking(request, response)


def sign_out(request: ConversationRequest, response: HttpResponse) -> None:
    _sessions.end(request.seat)
    response.delete_cookie(_cookie("seat", request.conversation))


def note_post(request: ParticipantRequest, kind: Kind) -> None:
    """Let this browser know of one more post, so that its marks are complete."""
    _sessions.replace(request.seat, msgspec.msgpack.encode(with_post(request.participant, kind)))


def with_post(session: Session, kind: Kind) -> Session:
    if kind is Kind.IDEA:
        return replace(session, ideas=session.ideas + 1)
    return replace(session, comments=session.comments + 1)


def is_good(session: Session, conversation: Conversation) -> bool:
    """Whether a session is one of this conversation, and not over."""
    is_young = time.time() - session.signed_in < LONGEST_SECONDS
    return session.conversation == conversation.pk and is_young


def _read_session(token: str, conversation: Conversation) -> Session | None:
    record = _sessions.read(token) if token else None
    if record is None:
        return None
    try:
        session = msgspec.msgpack.decode(record, type=Session)
    except msgspec.ValidationError:  # written by an older release: sign in again
        return None
    return session if is_good(session, conversation) else None


# Asking for a code ----------------------------------------------------------------------


def start_asking(request: ConversationRequest, response: HttpResponse, asking: Asking) -> None:
    token = _askings.create(msgspec.msgpack.encode(asking))
    _set_cookie(response, _cookie("door", request.conversation), token)


def asking_of(request: ConversationRequest) -> Asking | None:
    token = request.COOKIES.get(_cookie("door", request.conversation), "")
    record = _askings.read(token) if token else None
    return None if record is None else msgspec.msgpack.decode(record, type=Asking)


def _forget_asking(request: ConversationRequest, response: HttpResponse) -> None:
    name = _cookie("door", request.conversation)
    _askings.end(request.COOKIES.get(name, ""))
    response.delete_cookie(name)


def _cookie(what: str, conversation: Conversation) -> str:
    return f"{settings.COOKIE_PREFIX}{what}-{conversation.id.hex[:12]}"


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=not settings.PLAIN_HTTP, httponly=True, samesite="Lax")
