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

from django.apps import AppConfig, apps


class Zone(StrEnum):
    CONTROL = "control plane"
    TENANT = "tenant"
    VAULT = "vault"


# Apps of libraries cannot declare a zone themselves. Content types are needed by the database
# backend of django-tenants as an import; nothing of ours reads the table.
ZONES_OF_LIBRARIES = {"contenttypes": Zone.CONTROL}

_inside_vault: ContextVar[bool] = ContextVar("inside_vault", default=False)


def zone_of(app_label: str) -> Zone | None:
    """The declared zone of an app, or None for an app that declares none."""
    zone = getattr(apps.get_app_config(app_label), "zone", ZONES_OF_LIBRARIES.get(app_label))
    return None if zone is None else Zone(zone)


def apps_in(zone: Zone) -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if zone_of(app.label) is zone]


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
