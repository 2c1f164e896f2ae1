"""People of a client organisation who get an account at its own site: made, and told where it is."""

from collections.abc import Sequence
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction

from accounts import places
from accounts.models import Account, Kind
from kernel import audit
from kernel.errors import DomainError, Unavailable
from kernel.tenancy import current_tenant
from kernel.text import one_line
from tenants.models import Organisation, Role
from tenants.permissions import Staff, require_role
from tenants.queries.client_users import client_user
from tenants.services.sites import own_address

MOST_AT_ONCE = 20


class ClientAddressNotReadable(DomainError):
    code = "client_address_not_readable"
    status = 422
    message = (
        "Line %(line)s is not an e-mail address. Write one address in each line, such as sam@example.org."
    )


class TooManyClientUsers(DomainError):
    code = "too_many_client_users"
    status = 422
    message = "These are more than 20 addresses. Begin with the first 20; the others are added later."


class MailServerAway(Unavailable):
    code = "mail_server_away"
    message = (
        "The mail server does not answer. The accounts are there; send the mail again from this page later."
    )


def readable_addresses(text: str) -> list[str]:
    """One address from each line, in lower case, each once. Raises ClientAddressNotReadable, TooManyClientUsers."""
    found: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        address = one_line(line).lower()
        if not address:
            continue
        try:
            validate_email(address)
        except ValidationError as reason:
            raise ClientAddressNotReadable(line=number) from reason
        found.append(address)
    found = list(dict.fromkeys(found))
    if len(found) > MOST_AT_ONCE:
        raise TooManyClientUsers
    return found


def add_client_users(*, by: Staff, organisation: Organisation, text: str) -> list[str]:
    """
    Accounts for those who have none yet, and a mail to each; returns whom.

    Raises RoleMissing, ClientAddressNotReadable, TooManyClientUsers, MailServerAway.
    """
    require_role(by, Role.OPERATOR)
    with transaction.atomic():
        made = create_accounts(readable_addresses(text))
        about: dict[str, str | int] = {"accounts": len(made)}
        audit.record("client users added", by=by.id, organisation=organisation.pk, about=about)
    try:
        invite(made, organisation)
    except OSError as reason:
        raise MailServerAway from reason
    return made


def invite_again(*, by: Staff, organisation: Organisation, account: UUID) -> str:
    """The mail once more to somebody who lost it; returns to whom. Raises RoleMissing, NotFound, MailServerAway."""
    require_role(by, Role.OPERATOR)
    address = client_user(account).email
    try:
        invite([address], organisation)
    except OSError as reason:
        raise MailServerAway from reason
    return address


def switch_off(*, by: Staff, organisation: Organisation, account: UUID) -> None:
    """They leave the organisation: their sessions and tokens end, and no code lets them in. Raises RoleMissing, NotFound."""
    _change(by, organisation, account, "client user switched off", is_active=False)


def switch_on(*, by: Staff, organisation: Organisation, account: UUID) -> None:
    """Raises RoleMissing, NotFound."""
    _change(by, organisation, account, "client user switched on", is_active=True)


def sign_out_everywhere(*, by: Staff, organisation: Organisation, account: UUID) -> None:
    """All their sessions end; they may come in again. Raises RoleMissing, NotFound."""
    _change(by, organisation, account, "client user signed out")


def reset_second_factor(*, by: Staff, organisation: Organisation, account: UUID) -> None:
    """For somebody who lost theirs: all factors and sessions go, and they set up a new one. Raises RoleMissing, NotFound."""
    _change(by, organisation, account, "client user's second factor reset", forgets_factors=True)


def _change(
    by: Staff,
    organisation: Organisation,
    account: UUID,
    what: str,
    *,
    is_active: bool | None = None,
    forgets_factors: bool = False,
) -> None:
    require_role(by, Role.OPERATOR)
    found = client_user(account)
    with transaction.atomic():
        if is_active is not None:
            Account.objects.filter(pk=found.pk).update(is_active=is_active)
        if forgets_factors:
            Authenticator.objects.filter(user_id=found.pk).delete()
        audit.record(what, by=by.id, organisation=organisation.pk, about={"account": str(found.pk)})
    places.end_places(found.pk)


def create_accounts(addresses: Sequence[str]) -> list[str]:
    """Inside the organisation: an account for each address that has none. Returns for which it made one."""
    known = set(Account.objects.filter(email__in=addresses).values_list("email", flat=True))
    fresh = [address for address in addresses if address not in known]
    Account.objects.bulk_create(
        Account(kind=Kind.CLIENT, email=address, name=address.partition("@")[0], password="!")  # noqa: S106
        for address in fresh
    )
    return fresh


def invite(addresses: Sequence[str], organisation: Organisation) -> None:
    """
    Tell people where their organisation's pages are. The mail carries no link that signs in.

    It leaves once the accounts are safe and is never repeated by itself: a mail twice is worse than
    one that a colleague asks for again.
    """
    assert current_tenant() == organisation.tenant  # noqa: S101  (its own address is meant)
    text = _INVITATION.format(name=organisation.name, address=f"{own_address()}organisation/")
    for address in addresses:
        EmailMessage(subject=f"Your account: {organisation.name}", body=text, to=[address]).send()


_INVITATION = """\
Hello,

you now have an account for {name} at Clever Together. Its pages are at

    {address}

Ask there for a code with the address this message came to, and type it. After the first code you set up a second factor, a passkey or an authenticator app.

We never send a link that signs you in.
"""
