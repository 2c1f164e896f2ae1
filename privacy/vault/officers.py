"""
Privacy officers as the vault knows them: told by mail, before anybody is identified.

The list is kept by `manage privacy-officers` where the vault runs. No verb changes it, so whoever
holds the rest of the system cannot see to it that nobody hears.
"""

import smtplib
from uuid import UUID

import structlog
from django.core.mail import EmailMessage, get_connection

from kernel.addresses import on_console
from privacy.vault.addresses import read_email
from privacy.vault.models import Officer
from privacy.vault.refusals import NoOfficer, OfficersNotReached

log = structlog.get_logger("privacy.officers")

OPENING = "Somebody is being identified now"


def add(organisation: UUID, email: str) -> bool:
    """Whether this was an e-mail address, now on the organisation's list."""
    address = read_email(email)
    if address is not None:
        Officer.objects.get_or_create(organisation=organisation, email=address.text)
    return address is not None


def remove(organisation: UUID, email: str) -> bool:
    return bool(Officer.objects.filter(organisation=organisation, email=email.strip().lower()).delete()[0])


def listed(organisation: UUID) -> list[str]:
    """Raises NoOfficer where there is nobody."""
    found = list(Officer.objects.filter(organisation=organisation).order_by("email"))
    if not found:
        raise NoOfficer
    return [officer.email for officer in found]


def tell_now(organisation: UUID, conversation: UUID) -> None:
    """
    Mail everybody on the organisation's own list that an identification is being opened.

    Raises NoOfficer, and OfficersNotReached where no mail server took a mail for any of them.
    """
    addresses = listed(organisation)
    connection = get_connection()
    reached = 0
    try:
        connection.open()
        for address in addresses:
            try:
                EmailMessage(
                    OPENING, link(organisation, conversation), to=[address], connection=connection
                ).send()
                reached += 1
            except smtplib.SMTPRecipientsRefused:
                log.warning("officer_not_reached")
    except OSError as reason:  # smtplib's errors are OSErrors
        raise OfficersNotReached from reason
    finally:
        connection.close()
    if not reached:
        raise OfficersNotReached


def link(organisation: UUID, conversation: UUID) -> str:
    """Where the console tells more. A mail holds this and nothing else."""
    return on_console(f"/organisations/{organisation}/projects/{conversation}/identifications/\n")
