"""A project's way from draft to complete, by acts of operators and by the time that passes."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction

from conversations.models import Conversation
from conversations.queries.conversations import forget_conversations
from conversations.services import conversations
from conversations.services.checklist import checklist_of, is_ready
from conversations.services.preparing.drafts import note
from conversations.services.preparing.fixed import FixedOnceComplete, draft_for, running_for
from kernel.errors import DomainError
from kernel.tasks import platform_after_commit
from kernel.tenancy import tenant_context
from kernel.text import one_line
from privacy.deletion.services import ledger
from tenants.permissions import Staff
from tenants.services import projects

log = structlog.get_logger("conversations.lifecycle")

LONGEST_REASON = 300


class ChecklistNotGreen(DomainError):
    code = "checklist_not_green"
    message = "A line of the checklist is red, so nothing was scheduled. Put it right first."


class AlreadyOpen(DomainError):
    code = "already_open"
    message = "The project has opened, so it cannot go back to draft. You can close it early."


class NotOpenNow(DomainError):
    code = "not_open_now"
    message = "The project is not open at the moment. Its dates can be changed while it is."


class NotClosedYet(DomainError):
    code = "not_closed_yet"
    message = "The project has not closed yet. Close it first; then it can be completed."


class AddressDiffers(DomainError):
    code = "address_differs"
    status = 422
    message = "That is not the last part of this project's address, so it was not completed. Type it exactly."


class NotLater(DomainError):
    code = "not_later"
    status = 422
    message = "This is not later than it closes now. Choose a later day, or close it early."


class ReasonMissing(DomainError):
    code = "reason_missing"
    status = 422
    message = (
        "Say in up to 300 characters why, so that participants understand it. They read it beside the dates."
    )


def schedule(*, by: Staff, conversation: UUID, at: datetime) -> None:
    """
    Let it open and close by itself at the planned dates. The only way there for staff.

    Raises RoleMissing, FixedSinceScheduled, ChecklistNotGreen.
    """
    with transaction.atomic():
        found = draft_for(by, conversation)
        opens_at, closes_at = found.planned_opens_at, found.planned_closes_at
        if not is_ready(checklist_of(found, at=at)) or opens_at is None or closes_at is None:
            raise ChecklistNotGreen
        conversations.schedule_conversation(conversation=conversation, opens_at=opens_at, closes_at=closes_at)
        note("project scheduled", by, conversation)
    forget_conversations()


def back_to_draft(*, by: Staff, conversation: UUID, at: datetime) -> None:
    """Before it opens. Its dates stay as the plan. Raises RoleMissing, AlreadyOpen."""
    with transaction.atomic():
        running_for(by, conversation)
        if not projects.unschedule_project(conversation, at=at):
            raise AlreadyOpen
        Conversation.objects.filter(pk=conversation).update(opens_at=None, closes_at=None)
        note("project back to draft", by, conversation)
    forget_conversations()


def close_early(*, by: Staff, conversation: UUID, reason: str, at: datetime) -> None:
    """Now, for a reason that participants read. Raises RoleMissing, NotOpenNow, ReasonMissing."""
    with transaction.atomic():
        _open_for(by, conversation, at)
        _redate(conversation, closes_at=at, reason=reason)
        note("project closed early", by, conversation)
    forget_conversations()


def extend(*, by: Staff, conversation: UUID, closes_at: datetime, reason: str, at: datetime) -> None:
    """Later than it would close, for a reason that participants read. Raises RoleMissing, NotOpenNow, NotLater, ReasonMissing."""
    with transaction.atomic():
        found = _open_for(by, conversation, at)
        assert found.closes_at is not None  # noqa: S101  (it is open)
        if closes_at <= found.closes_at:
            raise NotLater
        _redate(conversation, closes_at=closes_at, reason=reason)
        note("project extended", by, conversation)
    forget_conversations()


def complete(*, by: Staff, conversation: UUID, typed: str, at: datetime) -> None:
    """
    Before its days of analysis are over, confirmed by typing the last part of its address.

    The deadline starts to run and never moves. Raises RoleMissing, NotClosedYet, AddressDiffers.
    """
    with transaction.atomic():
        found = running_for(by, conversation)
        if found.opens_at is None or not found.has_closed(at=at):
            raise NotClosedYet
        if typed != found.slug:
            raise AddressDiffers
        note("project completed early", by, conversation)
        _complete(conversation)


def complete_due() -> int:
    """
    Complete every project whose days are over, in organisations whose sites are paused as well.

    One that cannot be reached stops no other; the next minute tries again. Returns how many.
    """
    done = 0
    for tenant, project in projects.due_for_completion():
        try:
            with tenant_context(tenant), transaction.atomic():
                _complete(project)
            done += 1
        except DatabaseError as reason:
            log.warning("not_completed", project=str(project), reason=type(reason).__name__)
    return done


def _complete(conversation: UUID) -> None:
    since = projects.complete_project(conversation)
    ledger.begin()
    Conversation.objects.filter(pk=conversation, completed_at=None).update(completed_at=since)
    platform_after_commit("privacy.delete_due")
    forget_conversations()


def _open_for(by: Staff, conversation: UUID, at: datetime) -> Conversation:
    try:
        found = running_for(by, conversation)
    except FixedOnceComplete as complete:
        raise NotOpenNow from complete
    if not found.is_open(at=at):
        raise NotOpenNow
    return found


def _redate(conversation: UUID, *, closes_at: datetime, reason: str) -> None:
    """The days of analysis begin anew at the new end; nothing that is complete comes here."""
    reason = one_line(reason)
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ReasonMissing
    kept = Conversation.objects.get(pk=conversation)
    assert kept.opens_at is not None  # noqa: S101  (it is open)
    Conversation.objects.filter(pk=conversation).update(closes_at=closes_at, dates_reason=reason)
    projects.schedule_project(
        conversation,
        opens_at=kept.opens_at,
        closes_at=closes_at,
        completes_at=closes_at + timedelta(days=kept.days_of_analysis),
    )
