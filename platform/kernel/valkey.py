"""
Connections to Valkey (or Redis): nothing that matters lives there alone.

Two users share the server. `web` sees keys under `web:`, the vault keys under `vault:` and,
to end sessions, the sealed session records. Keys of a tenant start with its schema.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import redis
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.errors import Unavailable

# A page must not hang on a store that is gone: fail in seconds, with a sentence.
_TIMEOUT_SECONDS = 3


class ValkeyDown(Unavailable):
    code = "valkey_down"
    message = _(
        "Sign-in is not answering at the moment. Nothing that was posted is lost. Please try again in a minute."
    )


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        health_check_interval=30,
    )


def web_client() -> redis.Redis:
    return _client(settings.VALKEY_URL)


def vault_client() -> redis.Redis:
    return _client(settings.VAULT_VALKEY_URL)


@contextmanager
def answering() -> Iterator[None]:
    """Turn a store that is away into a sentence. Raises ValkeyDown."""
    try:
        yield
    except (redis.ConnectionError, redis.TimeoutError) as reason:
        raise ValkeyDown from reason
