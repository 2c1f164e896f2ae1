"""
Which organisation the running code works for. The only module that moves the connection.

Nobody enters a tenant by hand: the middleware, `tenant_context`, `tenant_task` and
`each_tenant` do. Never use `with tenant:` of django-tenants: its stack is shared by threads.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from django.db import connections

from kernel.postgresql.base import CONTROL_PLANE, DatabaseWrapper, NoTenant, Place


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation as far as the database cares: its schema (also its role) and its id."""

    schema_name: str
    organisation: UUID


class Directory(Protocol):
    """Who knows the tenants. The package `tenants` registers itself here when it is ready."""

    def serving(self, *, or_paused: bool = False) -> list[Tenant]: ...

    def by_schema(self, schema_name: str, *, or_paused: bool = False) -> Tenant | None: ...


_directory: list[Directory] = []


def register_directory(directory: Directory) -> None:
    _directory[:] = [directory]


def directory() -> Directory:
    return _directory[0]


def default_connection() -> DatabaseWrapper:
    return cast("DatabaseWrapper", connections["default"])


def current_tenant() -> Tenant:
    """
    The tenant this thread works for.

    Raises NoTenant: there is no default tenant.
    """
    tenant = default_connection().tenant
    if not isinstance(tenant, Tenant):
        raise NoTenant("No tenant is set. Use tenant_context() or tenant_task().")
    return tenant


def enter(tenant: Tenant) -> None:
    """For the middleware, whose entering and leaving are two moments of one request."""
    default_connection().set_tenant(tenant)


def enter_control_plane() -> None:
    """For the middleware, on the console's host."""
    connection = default_connection()
    connection.tenant = None
    connection.go(CONTROL_PLANE)


def leave() -> None:
    """The middleware's way out: verifies on the server that nobody moved the connection."""
    default_connection().leave()


@contextmanager
def tenant_context(tenant: Tenant) -> Iterator[Tenant]:
    """Work for this tenant; afterwards for whoever it was before."""
    connection = default_connection()
    before: Tenant | None = connection.tenant
    place = connection.place
    connection.set_tenant(tenant)
    try:
        yield tenant
    finally:
        connection.tenant = before
        connection.go(place)


@contextmanager
def control_plane() -> Iterator[None]:
    """Step to the control plane and back, also in the middle of a transaction."""
    connection = default_connection()
    place = connection.place
    connection.go(CONTROL_PLANE)
    try:
        yield
    finally:
        connection.go(place)


def is_in_control_plane() -> bool:
    return default_connection().place == CONTROL_PLANE


@contextmanager
def login_as(tenant: Tenant) -> Iterator[Tenant]:
    """
    Work for this tenant on a connection whose login is the tenant's own role.

    For imports and exports: on such a connection no role of another tenant can be taken,
    whatever text reaches the database. Needs TENANT_ROLES_LOG_IN (see decision 004); where
    that is off the role is taken from the common login instead.
    """
    from django.conf import settings

    connection = default_connection()
    if connection.in_atomic_block:
        raise RuntimeError("A login cannot change inside a transaction.")
    login = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = tenant.schema_name if settings.TENANT_ROLES_LOG_IN else login
    try:
        with tenant_context(tenant):
            yield tenant
    finally:
        connection.close()
        connection.settings_dict["USER"] = login


@contextmanager
def owner_in(schema: str) -> Iterator[DatabaseWrapper]:
    """The owner's connection standing in one schema. Only `manage` and provisioning have it."""
    connection = cast("DatabaseWrapper", connections["owner"])
    place, before = connection.place, connection.tenant
    connection.go(Place(role="none", schema=schema))
    try:
        yield connection
    finally:
        connection.tenant = before
        connection.go(place)


def each_tenant(work: Callable[[Tenant], None]) -> None:
    """Run the work once inside every tenant that is being served, one after the other."""
    for tenant in directory().serving():
        with tenant_context(tenant):
            work(tenant)
