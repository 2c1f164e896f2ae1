"""Reminders to privacy officers: a deletion that is not over on a day by which it should be. Each leaves once."""

from uuid import UUID

import structlog
from django.core.mail import EmailMessage, get_connection

from kernel.addresses import on_console
from kernel.tenancy import control_plane
from privacy.deletion.services import ledger
from tenants.models import Role
from tenants.queries import staff

log = structlog.get_logger("privacy.deletion")

# After completion. The first is a reminder, the others are alarms.
SUBJECTS = {
    14: "A deletion is not finished",
    21: "A deletion is late: look at it today",
    25: "A deletion has five days left: look at it now",
}


def remind() -> int:
    """Mail what is due to the officers of each organisation, or to operators where it has none. How many left."""
    return sum(_remind(*due) for due in ledger.due_reminders(tuple(SUBJECTS)))


def _remind(project: UUID, organisation: UUID, day: int) -> int:
    if not ledger.claim_reminder(project, day):
        return 0
    log.critical("deletion_late", project=str(project), day=day)
    with control_plane():
        to = staff.assigned(organisation, Role.PRIVACY_OFFICER) or staff.assigned(organisation, Role.OPERATOR)
    left = sum(_sent(officer.email, SUBJECTS[day], f"{_link(project)}\n") for officer in to)
    if to and not left:
        ledger.unclaim_reminder(project, day, max((before for before in SUBJECTS if before < day), default=0))
    return left


def _sent(address: str, subject: str, text: str) -> int:
    """What fails for one keeps no other from hearing."""
    try:
        EmailMessage(subject, text, to=[address], connection=get_connection()).send()
    except OSError as reason:  # smtplib's errors are OSErrors
        log.error("officer_not_reminded", reason=type(reason).__name__)  # noqa: TRY400
        return 0
    return 1


def _link(project: UUID) -> str:
    """Where the console tells more. A mail holds this and nothing else."""
    return on_console(f"/deletions/{project}/")
