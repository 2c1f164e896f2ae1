"""
Having opinion groups found: once for a conversation, inside the vault, from the snapshot of a day.

Nothing is lost when something dies on the way: the row stays under way, and the schedule goes on with it.
"""

from datetime import datetime

import msgspec
from django.db import transaction

from conversations.models import Conversation
from kernel.tasks import after_commit
from privacy.stores import Described
from privacy.vault.interface import vault
from privacy.vault.shapes import OpinionsReport
from reporting.figures.services import freezing
from reporting.findings import permissions
from reporting.findings.models import OpinionRun
from tenants.permissions import Staff

_FAILED = "failed"


@transaction.atomic
def ask_for_groups(*, conversation: Conversation, by: Staff, at: datetime) -> OpinionRun:
    """
    Begin, or begin again after it failed. Asking twice changes nothing.

    Raises RoleMissing, NotClosedYet, FindingIsOver.
    """
    permissions.require_may_find_groups(by, conversation, at=at)
    today = at.astimezone(conversation.zone).date()
    run, is_new = OpinionRun.objects.get_or_create(
        conversation=conversation, defaults={"by": by.id, "asked_on": today}
    )
    if run.has_failed:
        OpinionRun.objects.filter(pk=run.pk).update(
            has_failed=False, is_asked=False, by=by.id, asked_on=today
        )
    if is_new or run.has_failed:
        after_commit("findings.go_on", conversation=str(conversation.pk))
    run.refresh_from_db()
    return run


def progress_of(run: OpinionRun) -> OpinionsReport:
    """How far the vault is."""
    return vault().opinion_groups(conversation=run.conversation_id)


def go_on(*, run: OpinionRun, at: datetime) -> None:
    """
    The next step, whichever that is: freeze and ask the vault, or take over what it found.

    May be called at any moment. Raises what the vault raises; the next call tries again.
    """
    if run.found_on is not None or run.has_failed:
        return
    report = progress_of(run)
    mine = OpinionRun.objects.filter(pk=run.pk, found_on=None)
    if report.found is not None:
        found = msgspec.to_builtins(report.found)
        mine.update(found=found, found_on=at.astimezone(run.conversation.zone).date())
    elif report.state == _FAILED and run.is_asked:
        mine.update(has_failed=True)
    elif report.state in ("", _FAILED):
        snapshot = freezing.freeze_today(conversation=run.conversation)
        vault().opinions(conversation=run.conversation_id, snapshot=snapshot.id)
        mine.update(is_asked=True)


OPINIONS = Described(
    name="Opinion groups",
    holds="rounded figures about groups of people who voted alike, by idea; nothing about anybody in them",
    where="the organisation's own schema",
    covers=frozenset({"model:findings.OpinionRun"}),
    stays="the figures, as they were released",
)
