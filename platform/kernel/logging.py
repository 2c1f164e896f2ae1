"""
Structured logs that know no person: no address, no network address, no path with an id.

Sign-ins and contributions are logged without request id and without anything that could be
joined; see decision 008. A traceback becomes kinds and places: its messages may hold what somebody wrote.
"""

import sys
from typing import Any

import structlog

from kernel import metrics
from kernel.faults import described


def _without_values(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """In place of a traceback: kinds of errors, and lines of our code."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    return {**event, **described(error)} if isinstance(error, BaseException) else event


def _counted(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if event.get("level") == "critical":
        metrics.note_alarm(str(event.get("event")))
    return event


def configure(*, level: str, as_json: bool) -> dict[str, Any]:
    """Wire structlog and the standard library together; returns the dict for Django's LOGGING."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _counted,
                    _without_values,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # django.request logs paths, and a path may hold the id of a post.
            "django.request": {"level": "CRITICAL"},
            "django.security": {"level": "CRITICAL"},
            "django.server": quiet,
            # A failed task would be logged with the words of its exception; kernel.faults logs it without.
            "celery.app.trace": {"level": "CRITICAL"},
            "httpx": quiet,
            "botocore": quiet,
        },
    }
