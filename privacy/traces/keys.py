"""Reading every key of one user's space in Valkey, with all it holds."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import redis

from privacy.traces.forms import BETWEEN
from privacy.traces.looking import Eye

_BATCH = 500
_SECONDS_PLANTED = 3600


def look_with_example(client: Any, space: str, content: bytes, eye: Eye) -> None:  # noqa: ANN401  (redis types are loose)
    """All keys of one user's space, with a planted example among them that is taken away again."""
    planted = f"{space}:planted:{uuid4().hex}"
    client.set(planted, content, ex=_SECONDS_PLANTED)
    try:
        look_through_keys(client, f"{space}:*", eye)
    finally:
        client.delete(planted)


def look_through_keys(client: Any, pattern: str, eye: Eye) -> None:  # noqa: ANN401  (redis types are loose)
    """Names and values of all keys a pattern fits. What ends meanwhile has ended."""
    for name in client.scan_iter(match=pattern, count=_BATCH):
        kind = client.type(name)
        eye.looked.read += 1
        for part in _parts(client, name, kind):
            eye.looked.size += len(part)
            eye.look(part)


def _parts(client: Any, name: bytes, kind: bytes) -> Iterator[bytes]:  # noqa: ANN401  (redis types are loose)
    yield name
    try:
        if kind in _READ:
            yield from _READ[kind](client, name)
    except redis.ResponseError:
        # It ended between two questions and came back as another kind: the next run reads it.
        return


def _string(client: Any, name: bytes) -> Iterator[bytes]:  # noqa: ANN401
    yield client.get(name) or b""


def _hash(client: Any, name: bytes) -> Iterator[bytes]:  # noqa: ANN401
    return (field + BETWEEN + value for field, value in client.hscan_iter(name, count=_BATCH))


def _set(client: Any, name: bytes) -> Iterator[bytes]:  # noqa: ANN401
    return iter(client.sscan_iter(name, count=_BATCH))


def _sorted(client: Any, name: bytes) -> Iterator[bytes]:  # noqa: ANN401
    return (value for value, _score in client.zscan_iter(name, count=_BATCH))


def _list(client: Any, name: bytes) -> Iterator[bytes]:  # noqa: ANN401
    for start in range(0, client.llen(name), _BATCH):
        yield from client.lrange(name, start, start + _BATCH - 1)


def _stream(client: Any, name: bytes) -> Iterator[bytes]:  # noqa: ANN401
    for _entry, fields in client.xrange(name):
        yield BETWEEN.join(part for pair in fields.items() for part in pair)


_READ: dict[bytes, Callable[[Any, bytes], Iterator[bytes]]] = {
    b"string": _string,
    b"hash": _hash,
    b"set": _set,
    b"zset": _sorted,
    b"list": _list,
    b"stream": _stream,
}
