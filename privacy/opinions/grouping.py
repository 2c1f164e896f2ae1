"""
Which people stand together: 100 small clusters first, then two to five groups of those, as in Polis.

Taking the small clusters as equals keeps a small but distinct opinion from being drowned by a large crowd; k-means
on the people themselves cuts the crowd in halves instead. Small clusters depend on where the search for them begins,
so they are looked for ten times. The silhouette (Rousseeuw 1987) decides which groups are best, and how many there
are: fewer, where more are not better by a hundredth.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import pairwise_distances, silhouette_score

from privacy.opinions.votes import Floats, Whole

FEWEST_PEOPLE = 11
_SMALL_CLUSTERS = 100
_MOST_GROUPS = 5
_ROUNDS = 10
_STARTS = 10
_SEED = 20_210_601
_MOST_COMPARED = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """A label for each person, 0 for the largest group; silhouettes by number of groups, before folding."""

    labels: Whole
    silhouettes: dict[int, float]
    silhouette: float = 0.0

    @property
    def count(self) -> int:
        return int(self.labels.max()) + 1 if len(self.labels) else 0

    @property
    def sizes(self) -> list[int]:
        return [int(size) for size in np.bincount(self.labels, minlength=self.count)]


def group(points: Floats) -> Grouping:
    """
    Groups of at least eleven people; a smaller one is folded into the one beside it. One group where there
    are no two. In which order people stand makes no difference.
    """
    order = np.lexsort(points.round(9).T)
    found = _grouped(points[order])
    labels = np.empty_like(found.labels)
    labels[order] = found.labels
    return replace(found, labels=labels)


def _grouped(points: Floats) -> Grouping:
    found = _best_of_each_count(points)
    if not found:
        return Grouping(labels=np.zeros(len(points), dtype=np.int64), silhouettes={})
    best = max(found, key=lambda count: (round(found[count][0], 2), -count))
    labels = _by_size(_folded(points, found[best][1]))
    return Grouping(
        labels=labels,
        silhouettes={count: score for count, (score, _) in found.items()},
        silhouette=found[best][0],
    )


def _best_of_each_count(points: Floats) -> dict[int, tuple[float, Whole]]:
    """For each number of groups the best that was met, with its silhouette."""
    different = len(np.unique(points.round(9), axis=0))
    small_ones = min(_SMALL_CLUSTERS, different, max(len(points) // 2, 1))
    score = _Scale(points)
    found: dict[int, tuple[float, Whole]] = {}
    for turn in range(_ROUNDS):
        small = _clusters(points, small_ones, starts=1, seed=_SEED + turn)
        for count in range(2, min(_MOST_GROUPS, len(small.cluster_centers_)) + 1):
            groups = _clusters(small.cluster_centers_, count, starts=_STARTS, seed=_SEED + turn)
            labels = groups.labels_[small.labels_]
            silhouette = score.of(labels)
            if silhouette > found.get(count, (-1.0, labels))[0]:
                found[count] = (silhouette, labels)
    return found


def _clusters(points: Floats, count: int, *, starts: int, seed: int) -> KMeans:
    with warnings.catch_warnings():
        # People who voted exactly alike stand on one point; then there are fewer clusters, which is right.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(n_clusters=count, n_init=starts, random_state=seed).fit(points)


class _Scale:
    """The silhouette, of all people or of a fixed part of many: comparing everybody takes too long."""

    def __init__(self, points: Floats) -> None:
        self._step = -(-len(points) // _MOST_COMPARED)
        self._distances = pairwise_distances(points[:: self._step])

    def of(self, labels: Whole) -> float:
        """-1 where fewer than two groups are met."""
        met = labels[:: self._step]
        if len(np.unique(met)) < 2:
            return -1.0
        return float(silhouette_score(self._distances, met, metric="precomputed"))


def _folded(points: Floats, labels: Whole) -> Whole:
    labels = labels.copy()
    while True:
        present, sizes = np.unique(labels, return_counts=True)
        smallest = int(sizes.argmin())
        if len(present) == 1 or sizes[smallest] >= FEWEST_PEOPLE:
            return labels
        middles = np.array([points[labels == label].mean(axis=0) for label in present])
        distances = np.linalg.norm(middles - middles[smallest], axis=1)
        distances[smallest] = np.inf
        labels[labels == present[smallest]] = present[int(distances.argmin())]


def _by_size(labels: Whole) -> Whole:
    present, sizes = np.unique(labels, return_counts=True)
    order = present[np.lexsort((present, -sizes))]
    place = {int(label): n for n, label in enumerate(order)}
    return np.array([place[int(label)] for label in labels], dtype=np.int64)
