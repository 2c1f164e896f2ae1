"""Reporting a contribution to the facilitators. Nobody learns who did."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation, Post, Reason, Report, State
from conversations.models.report import MOST_CHARACTERS_OF_REPORT
from conversations.services.safeguarding import raise_worry
from kernel.database import row
from kernel.errors import DomainError
from kernel.text import plain
from privacy import anonymity
from privacy.anonymity import Kind, Ticket


class ReasonMissing(DomainError):
    code = "reason_missing"
    status = 422
    message = _("Choose what the facilitators should look at.")


class WordsTooLong(DomainError):
    code = "words_too_long"
    status = 422
    message = _("Say it in at most 500 characters.")


class NothingToReport(DomainError):
    code = "nothing_to_report"
    status = 404
    message = _("This is no longer shown, so there is nothing to report.")


def report_contribution(
    *,
    conversation: Conversation,
    kind: Kind,
    contribution: UUID,
    by: Ticket,
    reason: str,
    words: str,
    at: datetime,
) -> None:
    """
    Put a shown contribution of the person's own area before the facilitators.

    The same person reporting it again changes nothing. Also people who may only read can report, and
    after closing too. Somebody's safety is looked at right away. Raises ReasonMissing, WordsTooLong, NothingToReport.
    """
    if reason not in Reason.values:
        raise ReasonMissing
    said = plain(words)
    if len(said) > MOST_CHARACTERS_OF_REPORT:
        raise WordsTooLong
    tag = anonymity.reporter_tag(by.secret, contribution)
    day = at.astimezone(conversation.zone).date()
    identity = anonymity.contribution_id(by.secret, f"report {contribution}")
    values = [contribution, by.area, conversation.id, identity, tag, reason, said, day]
    with transaction.atomic():
        if reason == Reason.WORRY and not Report.objects.filter(reporter_tag=tag).exists():
            raise_worry(conversation, Post(kind, contribution), at=at)
        if row(_REPORT[kind], values) != (1,):
            raise NothingToReport


def _statement(column: str, found: str) -> str:
    """What is found is only read; the one lock is the report's, as the nightly rewrite expects."""
    return f"""
        WITH found AS ({found}), written AS (
            INSERT INTO conversations_report (id, {column}, reporter_tag, reason, words, day)
            SELECT %s, found.id, %s, %s, %s, %s FROM found
            ON CONFLICT (reporter_tag) DO NOTHING
        )
        SELECT count(*) FROM found
    """


_IN_OWN_AREA = f"""
    JOIN conversations_area a ON a.id = i.area_id
    JOIN conversations_conversation k ON k.id = a.conversation_id AND k.completed_at IS NULL
    WHERE {{row}}.id = %s AND a.code = %s AND a.conversation_id = %s AND i.state = '{State.SHOWN}'
"""
_REPORT = {
    Kind.IDEA: _statement("idea_id", f"SELECT i.id FROM conversations_idea i {_IN_OWN_AREA.format(row='i')}"),
    Kind.COMMENT: _statement(
        "comment_id",
        f"SELECT c.id FROM conversations_comment c JOIN conversations_idea i ON i.id = c.idea_id"
        f" {_IN_OWN_AREA.format(row='c')} AND c.state = '{State.SHOWN}'",
    ),
}
