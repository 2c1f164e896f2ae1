"""
What is kept of an unexpected error: its kinds and the lines of our code it came through, never a value.

A message, a local variable, a form or a header may hold what somebody wrote, so none of them is ever looked at.
"""

import traceback
from typing import Any

import structlog
from celery.signals import task_failure
from django.core.signals import got_request_exception

log = structlog.get_logger("kernel.faults")

_OURS = ("config", "reporting", "conversations", "privacy", "tenants", "accounts", "web", "kernel")
_MOST_KINDS, _MOST_PLACES = 5, 12


def described(error: BaseException) -> dict[str, list[str]]:
    """Kinds, from what was raised down to its causes, and places in our code, the innermost last."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < _MOST_KINDS:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return {"kinds": kinds, "places": _places(error)[-_MOST_PLACES:]}


def report(error: BaseException, *, where: str) -> None:
    """Log a fault and, where somebody asked for it, tell the service that collects them. `where` names code."""
    from kernel import telemetry

    found = described(error)
    log.error("fault", where=where, **found)
    telemetry.send_fault(where=where, **found)


def listen() -> None:
    """Hear of every fault that a page or a task did not expect."""
    got_request_exception.connect(_in_request, dispatch_uid="kernel.faults")
    task_failure.connect(_in_task, dispatch_uid="kernel.faults", weak=False)


def _in_request(**_unused: Any) -> None:  # noqa: ANN401  (Django's signal)
    import sys

    error = sys.exc_info()[1]
    if error is not None:
        report(error, where="request")


def _in_task(sender: Any, exception: BaseException, **_unused: Any) -> None:  # noqa: ANN401  (Celery's signal)
    report(exception, where=f"task {sender.name}")


def _places(error: BaseException) -> list[str]:
    return [
        f"{module}:{frame.f_code.co_name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (module := str(frame.f_globals.get("__name__", ""))).split(".")[0] in _OURS
    ]
