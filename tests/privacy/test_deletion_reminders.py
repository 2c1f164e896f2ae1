"""Privacy officers are told of a deletion that takes long: on days 14, 21 and 25 (R62)."""

import re
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from uuid import UUID

from config.celery import app
from privacy.deletion.services import ledger, reminders
from privacy.vault import ledger as vault_ledger
from tenants.models import Organisation, Role
from tests.deleting import as_owner, let_days_pass, make_ended, take_further
from tests.making import make_organisation
from tests.postbox import Postbox
from tests.staffing import make_staff


def test_officers_are_reminded_once_on_each_day(postbox: Postbox) -> None:
    """D+14, D+21, D+25: a link and nothing else."""
    made = make_organisation()
    make_staff(Role.PRIVACY_OFFICER, organisation=made)
    project = make_ended(made).project
    postbox.taken.clear()

    for day in (13, 14, 15, 21, 22, 25, 28):
        let_days_pass(project, day - _days_passed(project))
        reminders.remind()
        reminders.remind()

    sent = [message_from_bytes(raw) for _to, raw in postbox.taken if str(project).encode() in raw]
    texts = {str(mail["Subject"]): str(mail.get_payload()).strip() for mail in sent}
    # Officers of every organisation, whom other tests made, hear of it too: each of them once on each day.
    each = Counter((str(mail["To"]), str(mail["Subject"])) for mail in sent)
    assert set(each.values()) == {1}
    assert set(texts) == set(reminders.SUBJECTS.values())
    assert all(re.fullmatch(rf"http\S+/deletions/{project}/", text) for text in texts.values())


def test_a_killed_worker_is_replaced_within_ten_minutes() -> None:
    """F1: the lease it left, and the longest wait for a tick."""
    between = timedelta(seconds=float(app.conf.beat_schedule["delete what is due"]["schedule"]))

    assert ledger.LEASE + between <= timedelta(minutes=10)
    assert timedelta(minutes=10) > vault_ledger.LEASE


def _days_passed(project: UUID) -> float:
    return round(ledger.days_since_completion(project), 2)


def test_nobody_is_reminded_of_what_only_waits_for_the_backups(acme: Organisation) -> None:
    project = make_ended(acme).project
    take_further(project)
    as_owner(
        "UPDATE deletion_purge SET completed_at = completed_at - interval '15 days' WHERE project = %s",
        str(project),
    )

    assert (project, acme.pk, 14) not in ledger.due_reminders((14,))
