"""
People in a plane, so that those who voted alike stand close together.

Principal components as Polis takes them (Small, Bjorkegren, Erkkila, Shaw, Megill 2021, "Polis: Scaling
deliberation by mapping high dimensional opinion spaces", Recerca 26(2)): a missing vote stands at the mean of the
votes on that idea, and whoever voted on few ideas, and so would stand near the middle, is moved outwards by the
root of the share of ideas they voted on. Centred, a missing vote is a zero, so the matrix stays sparse.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from privacy.opinions.votes import Floats

_DIMENSIONS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A point for each person, and how much of all that sets people apart the plane shows, from 0 to 1."""

    points: Floats
    explained: float


def plane_of(standing: sparse.csr_array) -> Plane:
    """Where each person stands. Needs at least three people and three ideas."""
    centred = _centred(standing)
    whole = float((centred.data**2).sum())
    if not whole:
        return Plane(points=np.zeros((standing.shape[0], _DIMENSIONS)), explained=0.0)
    # A start of our own: the same votes give the same plane.
    start = np.linspace(1.0, 2.0, min(centred.shape))
    _left, strengths, axes = svds(centred, k=_DIMENSIONS, v0=start, solver="arpack")
    order = np.argsort(strengths)[::-1]
    axes = _facing(axes[order])
    counts = np.diff(standing.indptr)
    outwards = np.sqrt(standing.shape[1] / np.maximum(counts, 1))
    points = np.asarray(centred @ axes.T) * outwards[:, None]
    return Plane(points=points, explained=float((strengths**2).sum()) / whole)


def _centred(standing: sparse.csr_array) -> sparse.csr_array:
    counts = np.diff(standing.tocsc().indptr)
    means = np.asarray(standing.sum(axis=0)).ravel() / np.maximum(counts, 1)
    centred = standing.copy()
    centred.data = standing.data - means[standing.indices]
    return centred


def _facing(axes: Floats) -> Floats:
    """A component has no direction of its own: the idea that weighs most in it points to the right."""
    heaviest = np.abs(axes).argmax(axis=1)
    signs = np.sign(axes[np.arange(len(axes)), heaviest])
    return np.asarray(axes * np.where(signs == 0, 1, signs)[:, None])
