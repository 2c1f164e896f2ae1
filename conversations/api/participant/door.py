"""Conversations as everybody may know them, and coming in with a code."""

import secrets

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.participant import seats
from conversations.api.participant.base import AtTheDoor, InConversation
from conversations.api.participant.seats import Seat
from conversations.api.participant.shapes import (
    Address,
    Answers,
    AskedForCode,
    ConversationShape,
    Standing,
    SurveyShape,
    TokenShape,
    TypedCode,
)
from conversations.auth import Asking, ConversationComplete
from conversations.forms import CodeForm
from conversations.permissions import CODES_PER_NETWORK, TRIES_PER_NETWORK
from conversations.queries import conversations
from conversations.queries import surveys as survey_queries
from conversations.services import surveys
from conversations.services.surveys import AreaMissing
from kernel import limits
from privacy.vault.interface import vault
from privacy.vault.refusals import CodeRefused
from web.api.endpoint import Endpoint, operation
from web.api.scopes import Scope
from web.api.shapes import list_of
from web.network import address_of

_EXAMPLE = {
    "slug": "a-better-place",
    "name": "A better place to work",
    "introduction": "Say what you think.",
    "time_zone": "Europe/London",
    "opens_at": "2026-06-01T08:00:00Z",
    "closes_at": "2026-06-22T17:00:00Z",
}


class Conversations(Endpoint):
    tag = "Conversations"
    needs_token = False

    @operation("list_conversations", gives=list_of(ConversationShape), got={"items": [_EXAMPLE]})
    def get(self, request: Request) -> Response:  # noqa: ARG002  (the framework's signature)
        """The organisation's conversations, newest first. Drafts are not among them."""
        return self.given(list_of(ConversationShape), {"items": conversations.listed()})


class OneConversation(InConversation):
    @operation("get_conversation", gives=ConversationShape, got=_EXAMPLE)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """One conversation."""
        return self.given(ConversationShape, self.conversation)


class SignIn(InConversation):
    tag = "Sign-in"

    @operation(
        "ask_for_code",
        takes=Address,
        gives=AskedForCode,
        status=202,
        scope=Scope.WRITE,
        repeatable=False,
        sent={"address": "ash@example.org"},
        got={"asking": "qMm0…"},
    )
    def post(self, request: Request) -> Response:
        """
        Have a code sent to an address.

        It arrives if the address is on the list of those who can take part; the answer is the same in any case.
        """
        asking = Asking(address=self.taken(Address)["address"], browser=secrets.token_urlsafe(24))
        _count_by_network(request, "code asked", CODES_PER_NETWORK)
        vault().send_code(conversation=self.conversation.pk, address=asking.address, browser=asking.browser)
        return self.given(AskedForCode, {"asking": seats.start_asking(asking)}, status=202)


class SignInCode(InConversation):
    tag = "Sign-in"

    @operation(
        "sign_in",
        takes=TypedCode,
        gives=TokenShape,
        status=201,
        scope=Scope.WRITE,
        repeatable=False,
        refuses=[CodeRefused],
        sent={"asking": "qMm0…", "code": "12345678", "scopes": ["read", "write"]},
        got={
            "token": "Vd0…",
            "scopes": ["read", "write"],
            "area": "everybody",
            "may_write": True,
            "must_answer": False,
        },
    )
    def post(self, request: Request) -> Response:
        """
        Come in with the code. What comes back is the only place where the token ever stands.

        Asking and code are good once.
        """
        typed = self.taken(TypedCode)
        _count_by_network(request, "code tried", TRIES_PER_NETWORK)
        asking, form = seats.asking_of(typed["asking"]), CodeForm({"code": typed["code"]})
        if asking is None or not form.is_valid():
            raise CodeRefused
        ticket = vault().redeem(
            conversation=self.conversation.pk,
            address=asking.address,
            code=form.cleaned_data["code"],
            browser=asking.browser,
        )
        seats.end_asking(typed["asking"])
        seat = seats.start(self.conversation, ticket, sorted(set(typed["scopes"])))
        return self.given(TokenShape, _told(self, seat), status=201)


class OwnToken(AtTheDoor):
    tag = "Sign-in"

    @operation("get_own_token", gives=Standing)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """What this token is good for."""
        told = _told(self, self.seat)
        del told["token"]
        return self.given(Standing, told)

    @operation("sign_out", status=204)
    def delete(self, request: Request) -> Response:  # noqa: ARG002
        """End this token. Any token may."""
        seats.end(self.seat)
        return self.nothing()


class Survey(AtTheDoor):
    tag = "Sign-in"

    @operation("get_survey", gives=SurveyShape)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """The questions before access. Answers go to the vault, and nobody else ever sees whose they are."""
        found = survey_queries.survey_of(self.conversation)
        asked = [
            {
                "code": one.code,
                "question": one.question,
                "reason": one.reason,
                "answers": _choices(one.buckets),
            }
            for one in found.questions
        ]
        return self.given(SurveyShape, {"questions": asked, "areas": _choices(found.areas)})

    @operation(
        "answer_survey",
        takes=Answers,
        gives=TokenShape,
        scope=Scope.WRITE,
        repeatable=False,
        refuses=[AreaMissing, ConversationComplete],
        sent={"answers": {"grade": "band-5"}},
    )
    def post(self, request: Request) -> Response:  # noqa: ARG002
        """
        Answer them, or pass them by with no answers at all.

        A new token comes back, and the one that was sent ends.
        """
        given = self.taken(Answers)
        if self.conversation.is_complete(at=self.now):
            raise ConversationComplete
        ticket = surveys.answer_survey(
            conversation=self.conversation,
            survey=survey_queries.survey_of(self.conversation),
            by=self.ticket,
            answers=given.get("answers", {}),
            area=given.get("area", ""),
        )
        seats.end(self.seat)
        return self.given(TokenShape, _told(self, seats.start(self.conversation, ticket, self.seat.scopes)))


def _told(endpoint: InConversation, seat: Seat) -> dict[str, object]:
    return {
        "token": seat.token,
        "scopes": seat.scopes,
        "area": seat.ticket.area,
        "may_write": seat.ticket.may_write and Scope.WRITE in seat.scopes,
        "must_answer": conversations.must_answer(endpoint.conversation, seat.ticket),
    }


def _choices(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "label": label} for code, label in pairs]


def _count_by_network(request: Request, what: str, rate: str) -> None:
    limits.count(what=what, who=address_of(request._request), rate=rate, today=timezone.localdate())  # noqa: SLF001  (the framework's own name for Django's request)
