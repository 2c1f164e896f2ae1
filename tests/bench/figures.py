"""
Figures about groups: the audit with many withheld cells, and one breakdown over many votes (G10).

`python -m tests.bench.figures audit` decides 40 measures of 5,000 people; `... votes 200000` opens a snapshot of
so many votes inside the test databases (the floor is opening their routes with libsodium alone).
"""

import resource
import sys
import time

import numpy as np

from privacy.disclosure.deciding import decide
from privacy.disclosure.problem import Group, Inside, Problem
from privacy.disclosure.rules import Rules


def many_cells(people: int, dimensions: tuple[int, ...], streams: int, seed: int = 0) -> Problem:
    """People with uneven groups, who take part and write unevenly."""
    random = np.random.default_rng(seed)
    given = [random.choice(size, size=people, p=random.dirichlet(np.ones(size) * 1.5)) for size in dimensions]
    kinds, of = np.unique(np.stack(given, 1), axis=0, return_inverse=True)
    of = of.ravel()
    sizes = np.bincount(of, minlength=len(kinds))
    part = random.random(people) < 0.4 * random.uniform(0.3, 1.5, size=len(kinds))[of]
    did = [part, *(part & (random.random(people) < random.uniform(0.02, 0.5)) for _stream in range(streams))]
    groups = [Group("all", "all", np.ones(len(kinds), bool), people, people)]
    for dimension, size in enumerate(dimensions):
        for code in range(size):
            members = kinds[:, dimension] == code
            there = int(sizes[members].sum())
            groups.append(Group(f"{dimension}:{code}", str(dimension), members, there, there, ("all",)))
    return Problem(
        measures=["part", *(f"stream:{n}" for n in range(streams))],
        counts=np.array([np.bincount(of[who], minlength=len(kinds)) for who in did]),
        pools=np.arange(len(kinds)),
        pool_sizes=sizes,
        groups=groups,
        inside=[Inside(n, (0,)) for n in range(1, streams + 1)],
        menu=np.ones((streams + 1, len(groups)), dtype=bool),
    )


def audit(people: int = 5_000, streams: int = 40) -> None:
    problem = many_cells(people, (20, 10, 6), streams)
    started = time.monotonic()
    decision = decide(problem, Rules(), seconds=900)
    took = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{len(decision.hidden)} cells withheld of {int(problem.menu.sum())}, {problem.counts.shape[1]} kinds of"
        f" people, {len(problem.measures)} measures: {took:.1f} s, {decision.programs} programs, {peak} MiB"
    )


def votes(count: int = 100_000, people: int = 5_000) -> None:
    """The cost of reading a snapshot beside that of opening its routes. No database: parts are decoded from memory."""
    from uuid import uuid4

    import msgspec
    from nacl.public import PrivateKey, SealedBox

    from privacy import anonymity
    from privacy.vault.groups import MOST_ROWS, FrozenVote

    private = PrivateKey.generate()
    public = bytes(private.public_key)
    everybody = [uuid4() for _person in range(people)]
    ideas = [uuid4() for _idea in range(500)]
    random = np.random.default_rng(0)
    rows = [
        FrozenVote(idea, "one", 1, anonymity.route(public, person=who, contribution=idea))
        for idea, who in zip(
            (ideas[n] for n in random.integers(len(ideas), size=count)),
            (everybody[n] for n in random.integers(people, size=count)),
            strict=True,
        )
    ]
    parts = [msgspec.msgpack.encode(rows[n : n + MOST_ROWS]) for n in range(0, count, MOST_ROWS)]
    box = SealedBox(private)
    started = time.monotonic()
    for row in rows:
        box.decrypt(row.route)
    floor = time.monotonic() - started
    counted = count_parts(parts, private)
    print(
        f"{count} votes: libsodium {floor:.1f} s ({floor / count * 1e6:.0f} us each), read, opened and counted"
        f" {counted:.1f} s, ratio {counted / floor:.2f}, {len(parts)} parts"
    )


def count_parts(parts: list[bytes], private: object) -> float:
    """As the runner does it: decode, open, give numbers, set bits, count per idea."""
    from types import SimpleNamespace
    from unittest.mock import patch

    from kernel import sealing
    from privacy.keys.store import ConversationKeys
    from privacy.vault import counting, frozen
    from privacy.vault.frozen import People
    from privacy.vault.opened import Opened

    keys = Opened(
        conversation=SimpleNamespace(id=0, organisation=0),  # type: ignore[arg-type]
        keys=ConversationKeys(1, sealing.random_key(), sealing.random_key(), bytes(private)),  # type: ignore[call-overload]
    )
    seen = counting._Seen()
    started = time.monotonic()
    with patch.object(frozen, "_parts", lambda *_args, **_more: iter(parts)):
        counting._read_votes(keys, None, People(), seen, bool)  # type: ignore[arg-type]
    return time.monotonic() - started


if __name__ == "__main__":
    import django

    django.setup()
    what, *numbers = sys.argv[1:] or ["audit"]
    {"audit": audit, "votes": votes}[what](*(int(number) for number in numbers))
