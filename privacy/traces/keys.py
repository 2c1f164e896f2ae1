"""Reading every key of one user's space in Valkey, with all it holds."""

from collections.abc import Iterator
from typing import Any

import redis

from privacy.traces.forms import BETWEEN
from privacy.traces.looking import Eye

_BATCH = 500


def look_through_keys(client: redis.Redis, pattern: str, eye: Eye) -> None:
    """Names and values of all keys a pattern fits. What ends meanwhile has ended."""
    for name in client.scan_iter(match=pattern, count=_BATCH):
        kind = bytes(client.type(name))
        eye.looked.read += 1
        for part in _parts(client, name, kind):
            eye.looked.size += len(part)
            eye.look(part)


def _parts(client: Any, name: bytes, kind: bytes) -> Iterator[bytes]:  # noqa: ANN401  (redis types are loose)
    yield name
    try:
        if kind == b"string":
            yield client.get(name) or b""
        elif kind == b"hash":
            for field, value in client.hscan_iter(name, count=_BATCH):
                yield field + BETWEEN + value
        elif kind == b"set":
            yield from client.sscan_iter(name, count=_BATCH)
        elif kind == b"zset":
            yield from (value for value, _score in client.zscan_iter(name, count=_BATCH))
        elif kind == b"list":
            for start in range(0, client.llen(name), _BATCH):
                yield from client.lrange(name, start, start + _BATCH - 1)
        elif kind == b"stream":
            for _entry, fields in client.xrange(name):
                yield BETWEEN.join(part for pair in fields.items() for part in pair)
    except redis.ResponseError:
        # It ended between two questions and came back as another kind: the next run reads it.
        return
