"""
What the running parts say of themselves: when a schedule last did its work, which workers there are, how much
is stored. Kept in Valkey for the operations page; lost with it, and said again at the next tick.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import redis
import structlog
from celery import current_app
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from kernel.errors import Unavailable
from kernel.valkey import answering, web_client

log = structlog.get_logger("kernel.pulse")

_TICKS, _WORKERS, _STORED = "web:pulse:ticks", "web:pulse:workers", "web:pulse:stored"
_TICKS_LATE = 3
_HOURS_OF_A_DAY = 25
# What runs every minute must have been heard of by now; the others may simply not have had their turn.
_SECONDS_UNHEARD = 300
_SECONDS_FOR_BROKER = 3


class BrokerDown(Unavailable):
    code = "broker_down"
    message = _("Part of this site is not answering at the moment. Please try again in a minute.")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule and when its task last ended, as far as anybody remembers; `is_late` where that is too long ago."""

    name: str
    task: str
    every: str
    last_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """The files of one organisation, as they were counted. `is_all` is False where counting stopped early."""

    files: int
    size: int
    is_all: bool
    at: float


def note_work(worker: str | None) -> None:
    _note(_WORKERS, worker or "", str(time.time()))


def note_tick(task: str) -> None:
    _note(_TICKS, task, str(time.time()))


def note_stored(organisation: UUID, files: int, size: int, *, is_all: bool) -> None:
    counted = Stored(files=files, size=size, is_all=is_all, at=time.time())
    _note(_STORED, str(organisation), msgspec.json.encode(asdict(counted)).decode())


def schedules(*, at: datetime) -> list[Schedule]:
    """Every schedule of the running application. Raises ValkeyDown."""
    seen = _read(_TICKS)
    return [
        _schedule(name, str(entry["task"]), entry["schedule"], seen, at)
        for name, entry in current_app.conf.beat_schedule.items()
    ]


def workers() -> dict[str, datetime]:
    """When each worker last ended a task. Raises ValkeyDown."""
    return {name: _moment(seen) for name, seen in sorted(_read(_WORKERS).items())}


def stored() -> dict[UUID, Stored]:
    """By organisation, as far as it was counted. Raises ValkeyDown."""
    return {UUID(name): msgspec.json.decode(said, type=Stored) for name, said in _read(_STORED).items()}


def queue_lengths() -> dict[str, int]:
    """How many tasks wait in each queue. Raises BrokerDown."""
    conf = current_app.conf
    routed = {route["queue"] for route in (conf.task_routes or {}).values() if "queue" in route}
    names = {str(conf.task_default_queue), *(queue.name for queue in conf.task_queues or ()), *routed}
    limits = {"socket_timeout": _SECONDS_FOR_BROKER, "socket_connect_timeout": _SECONDS_FOR_BROKER}
    try:
        with current_app.connection_for_read(transport_options=limits) as connection:
            # Not asked passively: an empty queue is none for the broker.
            declare: Callable[..., Any] = connection.default_channel.queue_declare  # type: ignore[attr-defined]  # every transport's channel has it
            return {name: int(declare(queue=name).message_count) for name in sorted(names)}
    except (OperationalError, redis.RedisError, OSError) as away:
        raise BrokerDown from away


def _schedule(name: str, task: str, rhythm: object, seen: dict[str, str], at: datetime) -> Schedule:
    last = _moment(seen[task]) if task in seen else None
    if isinstance(rhythm, crontab):
        every, patience = "day", _HOURS_OF_A_DAY * 3600.0
    else:
        seconds = rhythm.total_seconds() if isinstance(rhythm, timedelta) else float(str(rhythm))
        every, patience = _in_words(seconds), _TICKS_LATE * seconds
    # What comes round rarely may not have come since Valkey started.
    is_late = patience < _SECONDS_UNHEARD if last is None else (at - last).total_seconds() > patience
    return Schedule(name=name, task=task, every=every, last_at=last, is_late=is_late)


def _in_words(seconds: float) -> str:
    if seconds % 3600 == 0:
        return "hour" if seconds == 3600 else f"{seconds / 3600:.0f} hours"
    return (
        "minute"
        if seconds == 60
        else f"{seconds / 60:.0f} minutes"
        if seconds > 60
        else f"{seconds:.0f} seconds"
    )


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), tz=UTC)


def _note(key: str, name: str, said: str) -> None:
    """What cannot be noted is not worth failing for: the work itself is done."""
    try:
        web_client().hset(key, name, said)
    except redis.RedisError:
        log.warning("pulse_not_noted")


def _read(key: str) -> dict[str, str]:
    with answering():
        found = web_client().hgetall(key)
    return {bytes(name).decode(): bytes(said).decode() for name, said in dict(found).items() if name}  # type: ignore[arg-type]  # the client is not asynchronous
