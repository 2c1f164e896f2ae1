"""Looking for known people in what is read: bytes by their forms, values of columns as names."""

import json
from collections import Counter
from collections.abc import Callable, Iterable

from privacy.traces.candidates import NAME, Candidate, candidates, names
from privacy.traces.digests import digest
from privacy.traces.forms import OVERLAP
from privacy.traces.report import Kind, Looked

# Answers which of these digests are known.
Compare = Callable[[list[bytes]], Iterable[bytes]]

_MOST_COMPARED = 5_000


class Eye:
    """Looks at one place. What it reads is digested at once; of what is nobody's nothing is kept."""

    def __init__(self, salt: bytes, compare: Compare, planted: frozenset[bytes], looked: Looked) -> None:
        self.looked = looked
        self.seen: set[bytes] = set()
        self._salt = salt
        self._compare = compare
        self._planted = planted
        self._waiting: Counter[tuple[bytes, str]] = Counter()

    def look(self, data: bytes) -> None:
        self._take(candidates(data))

    def look_at_names(self, values: Iterable[str]) -> None:
        self._take(Counter(names(values)))

    def look_at_json(self, values: Iterable[str]) -> None:
        """Each text within, as a name."""
        for value in values:
            self.look_at_names(_texts(json.loads(value)))

    def look_through(self, read: Callable[[int], bytes], chunk: int = 1 << 20) -> int:
        """A stream, in pieces that overlap; returns its length. What stands there often counts once."""
        length, tail = 0, b""
        seen: set[Candidate] = set()
        while part := read(chunk):
            length += len(part)
            seen.update(candidates(tail + part))
            tail = part[-OVERLAP:]
        self._take(Counter(dict.fromkeys(seen, 1)))
        return length

    def close(self) -> Looked:
        """Compare what still waits. Raises whatever comparing raises."""
        waiting, self._waiting = self._waiting, Counter()
        if waiting:
            found = Counter(self.looked.found)
            known = set(self._compare(sorted({digested for digested, _kind in waiting})))
            for (digested, kind), count in waiting.items():
                if digested in known:
                    found[kind] += count
            self.looked.found = dict(found)
        return self.looked

    def _take(self, found: Counter[Candidate]) -> None:
        for candidate, count in found.items():
            digested = digest(self._salt, candidate)
            if digested in self._planted:
                self.seen.add(digested)
            else:
                self._waiting[digested, candidate[0]] += count
        if len(self._waiting) >= _MOST_COMPARED:
            self.close()


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


__all__ = ["NAME", "Compare", "Eye", "Kind"]
