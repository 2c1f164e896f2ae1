"""The bell of the runner: whoever enters something for it rings, and it looks. And its sign of life."""

import time
from contextlib import suppress

import redis
from django.db import connections

from kernel.valkey import vault_client

CHANNEL = "vault_runner"
RUNNER_SEEN = "vault:runner:seen"


def wake_runner() -> None:
    with connections["vault"].cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


def note_runner() -> None:
    """The runner was by. Without Valkey nobody learns it, and it goes on."""
    with suppress(redis.RedisError):
        vault_client().set(RUNNER_SEEN, time.time())
