"""Settling a disagreement: which codes hold for a contribution that analysts coded differently."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation
from kernel.errors import DomainError
from privacy.anonymity import Kind
from reporting.coding.models import Code, CodeState, Reading, SettledCode, Settlement
from reporting.coding.permissions import require_may_code
from reporting.coding.queries.desk import text_now
from reporting.coding.services.holding import CodeGone, share_frame, today
from tenants.permissions import Staff


class NothingToSettle(DomainError):
    code = "nothing_to_settle"
    message = "Fewer than two analysts have read this, so there is nothing to settle."


def settle(
    *, conversation: Conversation, post: UUID, codes: frozenset[UUID], by: Staff, at: datetime
) -> Settlement:
    """
    These codes hold, none included; what each analyst gave stays as it is.

    Raises RoleMissing, CodingIsOver, NotFound, NothingToSettle, CodeGone.
    """
    require_may_code(by, conversation, at=at)
    with transaction.atomic():
        share_frame(conversation)
        text = text_now(conversation, post)
        if Reading.objects.filter(post=post).count() < 2:
            raise NothingToSettle
        known = Code.objects.filter(pk__in=codes, frame=conversation.pk, state=CodeState.ACTIVE).count()
        if known != len(codes):
            raise CodeGone
        Settlement.objects.filter(post=post).delete()
        about = {"idea_id": post} if text.kind == Kind.IDEA else {"comment_id": post}
        made = Settlement.objects.create(post=post, by=by.id, day=today(conversation, at), **about)
        SettledCode.objects.bulk_create([SettledCode(settlement=made, code_id=code) for code in codes])
    return made
