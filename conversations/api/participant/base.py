"""Who comes in to a conversation with a token, and how far."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from conversations.api.participant import seats
from conversations.api.participant.seats import Seat
from conversations.auth import ConversationComplete
from conversations.models import Conversation
from conversations.queries import conversations
from kernel import limits
from kernel.errors import DomainError
from privacy.anonymity import Ticket
from web.api.endpoint import Endpoint, require_scope
from web.api.scopes import Scope


class SurveyFirst(DomainError):
    code = "survey_first"
    status = 409
    message = _("Answer the questions before access first, or pass them by.")


class InConversation(Endpoint):
    """The address names a conversation; drafts do not exist here."""

    tag = "Conversations"
    needs_token = False
    conversation: Conversation
    now: datetime

    def come_in(self, request: Request, scope: Scope) -> None:  # noqa: ARG002  (for those below)
        self.now = timezone.now()
        self.conversation = conversations.conversation_at(self.kwargs.pop("slug"))

    @property
    def today(self) -> date:
        """By the conversation's own calendar."""
        return self.now.astimezone(self.conversation.zone).date()

    def count(self, what: str, rate: str) -> None:
        """Raises TooMany."""
        limits.count(what=what, who=self.bearer(), rate=rate, today=timezone.localdate())

    def count_here(self, what: str, rate: str) -> None:
        """Raises TooMany."""
        limits.count_here(what=what, who=self.bearer(), rate=rate, today=timezone.localdate())


class AtTheDoor(InConversation):
    """With a token of this conversation, whatever else is still to do."""

    needs_token = True
    seat: Seat

    def come_in(self, request: Request, scope: Scope) -> None:
        super().come_in(request, scope)
        self.seat = seats.seat_of(self.bearer(), self.conversation)
        self.count_here("api", settings.API_REQUESTS)
        require_scope(self.seat.scopes, scope)

    @property
    def ticket(self) -> Ticket:
        return self.seat.ticket


class SignedIn(AtTheDoor):
    """After the survey, and before the conversation is complete."""

    def come_in(self, request: Request, scope: Scope) -> None:
        super().come_in(request, scope)
        if self.conversation.is_complete(at=self.now):
            raise ConversationComplete
        if conversations.must_answer(self.conversation, self.ticket):
            raise SurveyFirst
