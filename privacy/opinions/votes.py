"""Votes as a sparse matrix of people and ideas. Almost all of it is missing: nobody votes on everything."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# Whoever voted on fewer ideas stands nowhere in particular: the same bound as in Polis.
FEWEST_VOTES_OF_A_PERSON = 7
# An idea with fewer voters says nothing about groups of at least as many.
FEWEST_VOTERS_OF_AN_IDEA = 11

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """`standing` holds 1 for a like and -1 for a dislike; what is not stored was not voted on."""

    standing: sparse.csr_array
    ideas: list[UUID]
    # Voters who voted too little to stand anywhere. Their votes are not in the matrix.
    left_out: int

    @property
    def people(self) -> int:
        return int(self.standing.shape[0])


def matrix_of(votes: Iterable[tuple[int, UUID, int]]) -> Votes:
    """
    The matrix of (person, idea, 1 or -1), each pair at most once.

    The order in which votes come makes no difference. People and ideas with too few votes are left out; leaving
    out an idea may leave a person with too few, so that is repeated until it stands.
    """
    numbers: dict[UUID, int] = {}
    people, ideas, values = array("q"), array("q"), array("b")
    for person, idea, value in votes:
        people.append(person)
        ideas.append(numbers.setdefault(idea, len(numbers)))
        values.append(value)
    named = sorted(numbers)
    place = np.empty(len(named), dtype=np.int64)
    place[[numbers[idea] for idea in named]] = np.arange(len(named))
    voters, rows = np.unique(np.frombuffer(people, dtype=np.int64), return_inverse=True)
    columns = place[np.frombuffer(ideas, dtype=np.int64)] if named else np.empty(0, dtype=np.int64)
    entries = np.frombuffer(values, dtype=np.int8).astype(np.float64)
    shape = (len(voters), len(named))
    return _thinned(sparse.csr_array((entries, (rows, columns)), shape=shape), named)


def _thinned(standing: sparse.csr_array, ideas: list[UUID]) -> Votes:
    voters = standing.shape[0]
    kept = np.arange(len(ideas))
    while standing.nnz:
        enough = np.diff(standing.tocsc().indptr) >= FEWEST_VOTERS_OF_AN_IDEA
        standing, kept = standing[:, enough], kept[enough]
        many = np.diff(standing.indptr) >= min(FEWEST_VOTES_OF_A_PERSON, max(standing.shape[1], 1))
        if enough.all() and many.all():
            break
        standing = standing[many]
    return Votes(standing=standing, ideas=[ideas[n] for n in kept], left_out=voters - standing.shape[0])


def shuffled(standing: sparse.csr_array, seed: int) -> sparse.csr_array:
    """
    The same votes on each idea, dealt anew among those who voted on it.

    Each idea keeps its likes and dislikes, each person the ideas they voted on; whoever votes alike now does so
    by chance.
    """
    dice = np.random.default_rng(seed)
    columns = standing.tocsc(copy=True)
    within = np.repeat(np.arange(columns.shape[1]), np.diff(columns.indptr))
    order = np.lexsort((dice.random(columns.nnz), within))
    columns.data = columns.data[order]
    return columns.tocsr()
