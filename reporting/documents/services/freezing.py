"""Freezing an analysis: once frozen, a report made from it is the same on any later day."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation
from kernel import audit
from kernel.tenancy import current_tenant
from reporting.documents import permissions, queries
from reporting.documents.measures import canonical, digest_of
from reporting.documents.models import Report, Snapshot
from reporting.documents.services import gathering
from tenants.models import Role
from tenants.permissions import Staff, require_role


@transaction.atomic
def freeze_analysis(
    *, conversation: Conversation, by: Staff, at: datetime, report: UUID | None = None
) -> Snapshot:
    """
    A snapshot of everything found so far; the same one again where nothing has changed since.

    A report that is named goes on from it. Raises RoleMissing, NotToFreeze, and NotFound for a report of
    another conversation.
    """
    require_role(by, Role.ANALYST)
    permissions.require_may_freeze(conversation, at=at)
    held = queries.report_of(conversation, report) if report else None
    content = canonical(gathering.analysis_of(conversation, at=at))
    digest = digest_of(content)
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    kept = Snapshot.objects.filter(pk=digest).first()
    if kept is None:
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
            by=by.id,
            organisation=current_tenant().organisation,
            about={"project": str(conversation.pk), "snapshot": kept.number, "digest": digest},
        )
    if held is not None:
        Report.objects.filter(pk=held.pk).update(snapshot=kept)
    return kept
