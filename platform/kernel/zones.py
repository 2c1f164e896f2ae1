"""
Where data may live. Each Django app with models declares its zone once, on its AppConfig.

The zones are those of the architecture: the control plane (schema `public`), one schema per
tenant, and the vault in a database of its own. `django_tenants` and the routers take their
lists from here, and the tests fail on a model without a zone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from django.apps import apps


class Zone(StrEnum):
    CONTROL = "control plane"
    TENANT = "tenant"
    VAULT = "vault"
    # Tables of both the control plane and every tenant: staff sign in at the one, client users at the others.
    ACCOUNTS = "control plane and tenants"


# Apps of libraries cannot declare a zone themselves. Content types are needed by the database
# backend of django-tenants as an import; nothing of ours reads the table.
ZONES_OF_LIBRARIES = {
    "contenttypes": Zone.CONTROL,
    "auth": Zone.CONTROL,
    "usersessions": Zone.CONTROL,
    "account": Zone.ACCOUNTS,
    "mfa": Zone.ACCOUNTS,
}

_inside_vault: ContextVar[bool] = ContextVar("inside_vault", default=False)


def zone_of(app_label: str) -> Zone | None:
    """The declared zone of an app, or None for an app that declares none."""
    zone = getattr(apps.get_app_config(app_label), "zone", ZONES_OF_LIBRARIES.get(app_label))
    return None if zone is None else Zone(zone)


def is_kept_in(app_label: str, zone: Zone) -> bool:
    """Whether an app has its tables in a zone's places."""
    found = zone_of(app_label)
    return found is zone or (found is Zone.ACCOUNTS and zone is not Zone.VAULT)


def may_refer(one: Zone | None, other: Zone | None) -> bool:
    """A key stays in its zone; the control plane may point at accounts, which it holds too."""
    return one is other or (one is Zone.CONTROL and other is Zone.ACCOUNTS)


@contextmanager
def inside_vault() -> Iterator[None]:
    """Marks that a verb of the vault runs: the only time its tables may be touched."""
    token = _inside_vault.set(True)
    try:
        yield
    finally:
        _inside_vault.reset(token)


def is_inside_vault() -> bool:
    return _inside_vault.get()
