"""Votes, and telling the facilitators that something should be looked at."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from conversations.api.participant.base import SignedIn
from conversations.api.participant.shapes import VALUES, NewReport, NewVote, VoteStanding
from conversations.permissions import REPORTS, VOTES, ConversationClosed, NotOpenYet, ReadOnly
from conversations.services import reporting, voting
from conversations.services.reporting import NothingToReport, WordsTooLong
from conversations.services.voting import CannotVoteHere
from privacy.anonymity import Kind
from web.api.endpoint import operation
from web.api.scopes import Scope


class Vote(SignedIn):
    tag = "Votes"

    @operation(
        "vote",
        takes=NewVote,
        gives=VoteStanding,
        scope=Scope.WRITE,
        refuses=[ReadOnly, NotOpenYet, ConversationClosed, CannotVoteHere],
        sent={"vote": "like"},
        got={"likes": 13, "dislikes": 3, "own_vote": "like"},
    )
    def put(self, request: Request, idea: UUID) -> Response:  # noqa: ARG002  (the framework's signature)
        """Like an idea, dislike it, or take the vote back. The same again changes nothing."""
        value = VALUES[self.taken(NewVote)["vote"]]
        self.count_here("vote", VOTES)
        if value:
            standing = voting.cast_vote(
                conversation=self.conversation, idea=idea, by=self.ticket, value=value, at=self.now
            )
        else:
            standing = voting.withdraw_vote(
                conversation=self.conversation, idea=idea, by=self.ticket, at=self.now
            )
        return self.given(VoteStanding, standing)


class _Report(SignedIn):
    """A report of one contribution; the same person reporting it again changes nothing."""

    tag = "Reports"

    def report(self, kind: Kind, contribution: UUID) -> Response:
        said = self.taken(NewReport)
        self.count("report", REPORTS)
        reporting.report_contribution(
            conversation=self.conversation,
            kind=kind,
            contribution=contribution,
            by=self.ticket,
            reason=said["reason"],
            words=said["words"],
            at=self.now,
        )
        return self.nothing()


_ABOUT: dict[str, Any] = {
    "takes": NewReport,
    "status": 204,
    "scope": Scope.WRITE,
    "refuses": [NothingToReport, WordsTooLong],
    "sent": {"reason": "person", "words": "It names my colleague."},
    "repeatable": False,
}


class ReportIdea(_Report):
    @operation("report_idea", **_ABOUT)
    def post(self, request: Request, idea: UUID) -> Response:  # noqa: ARG002
        """Put an idea before the facilitators. Nobody learns who did."""
        return self.report(Kind.IDEA, idea)


class ReportComment(_Report):
    @operation("report_comment", **_ABOUT)
    def post(self, request: Request, comment: UUID) -> Response:  # noqa: ARG002
        """Put a comment before the facilitators. Nobody learns who did."""
        return self.report(Kind.COMMENT, comment)
