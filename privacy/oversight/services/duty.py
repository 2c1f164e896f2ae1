"""Who is called when a life may be in danger, and calling them."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from kernel import audit
from kernel.errors import DomainError, NotFound
from kernel.messages import text_sender
from kernel.tenancy import Tenant, control_plane, current_tenant
from kernel.text import one_line
from privacy.oversight import queries
from privacy.oversight.models import OnDuty
from privacy.vault.addresses import read_email, read_phone
from tenants.models import Role
from tenants.permissions import Staff, require_role

log = structlog.get_logger("privacy.duty")

_LONGEST_NAME = 80
SUBJECT = "Look at this now"


class CannotBeReached(DomainError):
    code = "cannot_be_reached"
    status = 422
    message = "Give a name, and an e-mail address or a telephone number that works, so that an alert arrives."


class OnDutyAlready(DomainError):
    code = "on_duty_already"
    message = "Somebody is on duty with this address and number already."


class NobodyCalled(DomainError):
    """The alert reached nobody. It is tried again."""

    code = "nobody_called"
    status = 503
    message = "Nobody on duty could be reached. Call somebody, and look at the duty list."


def put_on_duty(*, name: str, email: str, phone: str, by: Staff) -> UUID:
    """Raises RoleMissing, CannotBeReached, OnDutyAlready."""
    require_role(by, Role.OPERATOR, Role.FACILITATOR, Role.PRIVACY_OFFICER)
    name, mail, number = one_line(name)[:_LONGEST_NAME], read_email(email), read_phone(phone)
    is_wrong = (email.strip() and mail is None) or (phone.strip() and number is None)
    if not name or is_wrong or (mail is None and number is None):
        raise CannotBeReached
    organisation = current_tenant().organisation
    reached = {"email": mail.text if mail else "", "phone": number.text if number else ""}
    with transaction.atomic(), control_plane():
        made, is_new = OnDuty.objects.get_or_create(
            organisation=organisation, **reached, defaults={"name": name}
        )
        if not is_new:
            raise OnDutyAlready
        audit.record("put on duty", by=by.id, organisation=organisation, about={"duty": str(made.pk)})
    return made.pk


def take_off_duty(*, duty: UUID, by: Staff) -> None:
    """Raises RoleMissing, NotFound."""
    require_role(by, Role.OPERATOR, Role.FACILITATOR, Role.PRIVACY_OFFICER)
    organisation = current_tenant().organisation
    with transaction.atomic(), control_plane():
        if not OnDuty.objects.filter(pk=duty, organisation=organisation).delete()[0]:
            raise NotFound
        audit.record("taken off duty", by=by.id, organisation=organisation, about={"duty": str(duty)})


def call(link: str) -> None:
    """
    Mail and text everybody on the current organisation's duty list: one link, nothing else.

    Raises NobodyCalled where not a single message could be handed over.
    """
    reached = sum(_reached(person, link) for person in queries.on_duty())
    if not reached:
        log.critical("nobody_called")
        raise NobodyCalled


def forget_duty(tenant: Tenant) -> None:
    """At the deletion of an organisation."""
    with control_plane():
        OnDuty.objects.filter(organisation=tenant.organisation).delete()


def _reached(person: OnDuty, link: str) -> int:
    """How many messages to one person left. What fails for one must not keep the others from hearing."""
    left = 0
    if person.email:
        left += _handed_over(person, partial(_mail, person.email, link))
    if person.phone:
        left += _handed_over(
            person, partial(text_sender().send, number=person.phone, text=f"{SUBJECT}: {link}")
        )
    return left


def _handed_over(person: OnDuty, send: Callable[[], None]) -> bool:
    try:
        send()
    except OSError as reason:  # smtplib's errors and those of text messages are OSErrors
        log.error("not_called", duty=str(person.pk), reason=type(reason).__name__)  # noqa: TRY400
        return False
    return True


def _mail(address: str, link: str) -> None:
    EmailMessage(SUBJECT, link, to=[address], connection=get_connection()).send()
