"""
Tasks: work that happens later, by name, inside a tenant, with ids as its only arguments.

`tenant_task` declares one, `after_commit` asks for one. The tenant travels in a signed header:
a task without one refuses to run, and a message that somebody forged names no tenant.
The truth of long work lives in PostgreSQL; a lost task is found again by the schedule.
"""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import structlog
from celery import Task, current_app, shared_task
from django.core import signing
from django.db import transaction
from kombu.exceptions import OperationalError

from kernel import pulse, telemetry
from kernel.postgresql.base import NoTenant
from kernel.tenancy import Tenant, current_tenant, directory, tenant_context

log = structlog.get_logger("kernel.tasks")
P = ParamSpec("P")

_HEADER = "tenant"
_SALT = "kernel.tasks.tenant"
_unpaused: set[str] = set()
_MINUTES = 60


class UnknownTask(LookupError):
    """Somebody asked for a task that no package declares."""


def tenant_task(
    name: str, *, minutes: int = 5, or_paused: bool = False
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """
    Declare a task that runs inside the tenant which asked for it.

    `or_paused`: also where the site is suspended or archived, because people's rights do not pause.
    """

    def declare(work: Callable[P, None]) -> Callable[P, None]:
        if or_paused:
            _unpaused.add(name)

        @shared_task(name=name, bind=True, time_limit=minutes * _MINUTES)
        def run(task: Task[Any, Any], /, **ids: Any) -> None:  # noqa: ANN401  (checked by the work's own signature)
            with telemetry.span(f"task {name}"), tenant_context(_tenant_of(task)):
                work(**ids)  # type: ignore[call-arg]  # tasks take named ids only
            pulse.note_work(task.request.hostname)

        return work

    return declare


def platform_task(name: str, *, minutes: int = 5) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Declare a task of the platform itself, such as a dispatcher that visits every tenant."""

    def declare(work: Callable[P, None]) -> Callable[P, None]:
        @shared_task(name=name, bind=True, time_limit=minutes * _MINUTES)
        def run(task: Task[Any, Any], /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  (checked by the work's own signature)
            with telemetry.span(f"task {name}"):
                work(*args, **kwargs)
            pulse.note_work(task.request.hostname)
            pulse.note_tick(name)

        return work

    return declare


def after_commit(name: str, **ids: str) -> None:
    """
    Ask for a task of the current tenant once the transaction has committed.

    Raises UnknownTask at once. A broker that is away is logged, not raised: the post that
    asked for the task is already safe, and the schedule finds the work again.
    """
    if name not in current_app.tasks:
        raise UnknownTask(name)
    transaction.on_commit(functools.partial(_send, name, current_tenant(), ids))


def platform_after_commit(name: str, **ids: str) -> None:
    """The same for a task of the platform itself, which belongs to no tenant."""
    if name not in current_app.tasks:
        raise UnknownTask(name)
    transaction.on_commit(functools.partial(_publish, name, ids))


def send_to_each_tenant(name: str) -> None:
    """What a dispatcher does: one message per tenant, so that one failing tenant stops no other."""
    for tenant in directory().serving(or_paused=name in _unpaused):
        _send(name, tenant, {})


def _send(name: str, tenant: Tenant, ids: dict[str, str]) -> None:
    _publish(name, ids, {_HEADER: signing.dumps([name, tenant.schema_name], salt=_SALT)})


def _publish(name: str, ids: dict[str, str], header: dict[str, str] | None = None) -> None:
    try:
        current_app.tasks[name].apply_async(kwargs=ids, headers=header or {}, retry=False)
    except OperationalError:
        log.warning("task_not_sent", task=name)


def _tenant_of(task: Task[Any, Any]) -> Tenant:
    """The tenant a message was signed for. Raises NoTenant for anything else."""
    header = (task.request.headers or {}).get(_HEADER) or getattr(task.request, _HEADER, None)
    try:
        name, schema_name = signing.loads(header or "", salt=_SALT)
    except signing.BadSignature as reason:
        raise NoTenant("A task came without a tenant that signed for it.") from reason
    found = directory().by_schema(schema_name, or_paused=name in _unpaused)
    tenant = found if name == task.name else None
    if tenant is None:
        raise NoTenant("A task named a tenant that is not being served.")
    return tenant
