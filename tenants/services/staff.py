"""Staff: made, assigned, switched off. Nobody can sign in as somebody else, and nobody sets a password."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.models import Account, Kind
from kernel import audit
from kernel.addresses import on_console
from kernel.errors import DomainError
from kernel.tenancy import control_plane
from kernel.text import one_line
from tenants.models import Assignment, Organisation, Role
from tenants.permissions import Staff, require_role

# What Django takes for a password that nothing fits.
_NONE = "!"
_INVITATION = """\
Hello {name},

you can now work at the console: {address}

Ask there for a code with this address. After the first code you set up a second factor, a passkey or an authenticator app; nothing else opens before that.
"""


class AddressTaken(DomainError):
    code = "address_taken"
    message = "Somebody on the staff has this address already. Look for them in the list."


class AddressNotReadable(DomainError):
    code = "address_not_readable"
    status = 422
    message = "Give a name, and an e-mail address such as sam@example.org."


class RoleNeedsPlace(DomainError):
    code = "role_needs_place"
    status = 422
    message = "Operators work everywhere. Choose no organisation for them, or another role."


class LastOperator(DomainError):
    code = "last_operator"
    message = "Nobody else is an operator. Make somebody one first."


def create_staff(*, email: str, name: str, by: Staff | None) -> Account:
    """
    A new member of staff, without any role yet; they are told by mail how to sign in.

    `by` is None for the command of whoever runs the machine. Raises RoleMissing, AddressTaken,
    AddressNotReadable.
    """
    if by is not None:
        require_role(by, Role.OPERATOR)
    address, called = one_line(email).lower(), one_line(name)[:120]
    try:
        validate_email(address)
    except ValidationError as reason:
        raise AddressNotReadable from reason
    if not called:
        raise AddressNotReadable
    try:
        with control_plane(), transaction.atomic():
            made = Account.objects.create(kind=Kind.STAFF, email=address, name=called, password=_NONE)
            audit.record("staff created", by=by.id if by else None, about={"account": str(made.pk)})
    except IntegrityError as clash:
        raise AddressTaken from clash
    text = _INVITATION.format(name=called, address=on_console())
    EmailMessage(subject="Your account at the console", body=text, to=[address]).send()
    return made


def assign(*, account: UUID, role: Role, organisation: Organisation | None, by: Staff | None) -> None:
    """Give somebody a role, in one organisation or everywhere; twice is once. Raises RoleMissing, RoleNeedsPlace."""
    if by is not None:
        require_role(by, Role.OPERATOR)
    if role is Role.OPERATOR and organisation is not None:
        raise RoleNeedsPlace
    place = {} if organisation is None else {"organisation": str(organisation.pk)}
    with control_plane(), transaction.atomic():
        _found, is_new = Assignment.objects.get_or_create(
            account_id=account, organisation=organisation, role=role
        )
        if is_new:
            about = {"account": str(account), "role": str(role), **place}
            audit.record("role given", by=by.id if by else None, about=about)


def unassign(*, assignment: int, by: Staff) -> None:
    """Take a role away; it ends with the next page they ask for. Raises RoleMissing, LastOperator."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        found = Assignment.objects.select_for_update().filter(pk=assignment).first()
        if found is None:
            return
        if found.role == Role.OPERATOR:
            _must_leave_an_operator(found.account_id)
        found.delete()
        about = {"account": str(found.account_id), "role": found.role}
        audit.record("role taken", by=by.id, organisation=found.organisation_id, about=about)


def switch_off(*, account: UUID, by: Staff) -> None:
    """Somebody leaves: their sessions end at once and no code lets them in. Raises RoleMissing, LastOperator."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        _must_leave_an_operator(account)
        Account.objects.filter(pk=account, kind=Kind.STAFF).update(is_active=False)
        end_sessions(account)
        audit.record("staff switched off", by=by.id, about={"account": str(account)})


def switch_on(*, account: UUID, by: Staff) -> None:
    """Raises RoleMissing."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        Account.objects.filter(pk=account, kind=Kind.STAFF).update(is_active=True)
        audit.record("staff switched on", by=by.id, about={"account": str(account)})


def reset_second_factor(*, account: UUID, by: Staff) -> None:
    """For somebody who lost theirs: all factors and sessions go, and they set up a new one. Raises RoleMissing."""
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        Authenticator.objects.filter(user_id=account).delete()
        end_sessions(account)
        audit.record("second factor reset", by=by.id, about={"account": str(account)})


def end_sessions(account: UUID) -> None:
    """Everywhere they are signed in."""
    for place in UserSession.objects.filter(user_id=account):
        place.end()


def _must_leave_an_operator(account: UUID) -> None:
    """Rows are locked, so that two operators cannot remove each other at the same moment."""
    operators = Assignment.objects.select_for_update().filter(role=Role.OPERATOR, account__is_active=True)
    if {found.account_id for found in operators} == {account}:
        raise LastOperator
