"""Freezing an analysis: once frozen, a report made from it is the same on any later day."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation
from kernel import audit
from kernel.tasks import after_commit
from kernel.tenancy import current_tenant
from reporting.documents import permissions, queries
from reporting.documents.measures import canonical, digest_of
from reporting.documents.models import Freezing, Report, Snapshot
from reporting.documents.services import gathering
from tenants.models import Role
from tenants.permissions import Staff, require_role


@transaction.atomic
def ask_to_freeze(*, conversation: Conversation, by: Staff, at: datetime, report: UUID | None = None) -> None:
    """
    Have a snapshot taken in the background; asked twice it is taken once. A report that is named goes on from it.

    Raises RoleMissing, NotToFreeze, and NotFound for a report of another conversation.
    """
    require_role(by, Role.ANALYST)
    permissions.require_may_freeze(conversation, at=at)
    if report is not None:
        queries.report_of(conversation, report)
    Freezing.objects.update_or_create(conversation=conversation, defaults={"by": by.id, "report": report})
    after_commit("documents.freeze", conversation=str(conversation.pk))


@transaction.atomic
def freeze_asked(*, conversation: UUID, at: datetime) -> None:
    """What was asked for, unless somebody else is at it or the project is complete by now. Run twice, it is done once."""
    held = Freezing.objects.select_for_update(skip_locked=True, of=("self",)).select_related("conversation")
    asked = held.filter(pk=conversation).first()
    if asked is None:
        return
    try:
        permissions.require_may_freeze(asked.conversation, at=at)
    except permissions.NotToFreeze:
        asked.delete()
        return
    kept = _frozen(asked.conversation, by=asked.by, at=at)
    if asked.report is not None:
        Report.objects.filter(conversation=conversation, pk=asked.report).update(snapshot=kept)
    asked.delete()


@transaction.atomic
def freeze_analysis(*, conversation: Conversation, by: Staff, at: datetime) -> Snapshot:
    """
    A snapshot of everything found so far, now; the same one again where nothing has changed since.

    Raises RoleMissing and NotToFreeze.
    """
    require_role(by, Role.ANALYST)
    permissions.require_may_freeze(conversation, at=at)
    return _frozen(conversation, by=by.id, at=at)


def _frozen(conversation: Conversation, *, by: UUID, at: datetime) -> Snapshot:
    content = canonical(gathering.analysis_of(conversation, at=at))
    digest = digest_of(content)
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    kept = Snapshot.objects.filter(pk=digest).first()
    if kept is not None:
        return kept
    newest = queries.newest_snapshot(conversation)
    kept = Snapshot.objects.create(
        digest=digest,
        conversation=conversation,
        content=content,
        taken_on=at.astimezone(conversation.zone).date(),
        number=newest.number + 1 if newest else 1,
    )
    audit.record(
        "analysis frozen",
        by=by,
        organisation=current_tenant().organisation,
        about={"project": str(conversation.pk), "snapshot": kept.number, "digest": digest},
    )
    return kept
