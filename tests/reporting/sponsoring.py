"""Client users for tests: made by the real services, and signed in at their organisation with a second factor."""

import secrets

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import Account
from kernel.tenancy import tenant_context
from tenants.models import Organisation
from tenants.permissions import ClientUser
from tenants.services.client_users import create_accounts
from tests.making import client_of
from tests.staffing import signed_in_as


def make_sponsor(organisation: Organisation, *, has_factor: bool = True) -> Account:
    address = f"{secrets.token_hex(6)}@client.example"
    with tenant_context(organisation.tenant):
        create_accounts([address])
        made = Account.objects.get(email=address)
        if has_factor:
            TOTP.activate(made, generate_totp_secret())
    return made


def portal_of(organisation: Organisation, account: Account | None = None) -> Client:
    """Their browser at their organisation."""
    account = account or make_sponsor(organisation)
    return signed_in_as(account, client_of(organisation), organisation.tenant)


def client_user(account: Account) -> ClientUser:
    return ClientUser(id=account.pk, name=account.name)
