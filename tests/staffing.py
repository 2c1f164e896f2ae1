"""Staff for tests: made by the real services, and signed in on the console with a second factor."""

import secrets
import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client

from accounts.models import Account
from accounts.places import note_session
from conversations.models import Conversation
from kernel.tenancy import Tenant, control_plane, tenant_context
from tenants.models import Organisation, Role
from tenants.permissions import Staff
from tenants.services import staff as staff_services

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def make_staff(*roles: Role, organisation: Organisation | None = None) -> Staff:
    """Somebody with these roles, in one organisation or everywhere, and with an authenticator app."""
    made = staff_services.create_staff(
        email=f"{secrets.token_hex(6)}@staff.example", name=f"Sam {secrets.token_hex(3)}", by=None
    )
    for role in roles:
        place = None if role is Role.OPERATOR else organisation
        staff_services.assign(account=made.pk, role=role, organisation=place, by=None)
    with control_plane():
        TOTP.activate(made, generate_totp_secret())
    return Staff(id=made.pk, name=made.name, roles=frozenset(roles))


def desk_of(staff: Staff, *, is_fresh: bool = True) -> Client:
    """Their browser on the console. Fresh: the second factor was given again just now."""
    client = Client(headers={"host": settings.CONSOLE_HOST})
    with control_plane():
        return _signed_in(Account.objects.get(pk=staff.id), client, is_fresh=is_fresh)


def signed_in_as(account: Account, client: Client, tenant: Tenant) -> Client:
    """A client user's browser at their organisation."""
    with tenant_context(tenant):
        browser = _signed_in(account, client, is_fresh=True)
        note_session(account.pk, browser.cookies[settings.SESSION_COOKIE_NAME].value, "Netscape 4")
    return browser


def _signed_in(account: Account, client: Client, *, is_fresh: bool) -> Client:
    client.force_login(account, backend=_BACKEND)
    session = client.session
    given = {"method": "mfa", "type": "totp", "at": time.time()}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [given, *([{**given, "reauthenticated": True}] * is_fresh)]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(account.pk)
    session.save()
    return client


def place_of(organisation: Organisation, talk: Conversation) -> str:
    """Where the console has a project."""
    return f"/organisations/{organisation.pk}/projects/{talk.pk}/"
