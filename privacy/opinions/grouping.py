"""
Which people stand together: 100 small clusters first, then two to five groups of those, as in Polis.

Taking the small clusters as equals keeps a small but distinct opinion from being drowned by a large crowd; k-means
on the people themselves cuts the crowd in halves instead. How many groups there are is decided by the silhouette
(Rousseeuw 1987).
"""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score

from privacy.opinions.votes import Floats, Whole

FEWEST_PEOPLE = 11
_SMALL_CLUSTERS = 100
_MOST_GROUPS = 5
_STARTS = 10
_SEED = 20_210_601
_MOST_COMPARED = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """A label for each person, 0 for the largest group; silhouettes by number of groups, before folding."""

    labels: Whole
    silhouettes: dict[int, float]

    @property
    def count(self) -> int:
        return int(self.labels.max()) + 1 if len(self.labels) else 0

    @property
    def sizes(self) -> list[int]:
        return [int(size) for size in np.bincount(self.labels, minlength=self.count)]

    @property
    def silhouette(self) -> float:
        return max(self.silhouettes.values(), default=0.0)


def group(points: Floats) -> Grouping:
    """
    Groups of at least eleven people; a smaller one is folded into the one beside it. One group where there
    are no two. In which order people stand makes no difference.
    """
    order = np.lexsort(points.round(9).T)
    found = _grouped(points[order])
    labels = np.empty_like(found.labels)
    labels[order] = found.labels
    return Grouping(labels=labels, silhouettes=found.silhouettes)


def _grouped(points: Floats) -> Grouping:
    different = len(np.unique(points.round(9), axis=0))
    small = _clusters(points, min(_SMALL_CLUSTERS, different, max(len(points) // 2, 1)))
    found: dict[int, tuple[float, Whole]] = {}
    for count in range(2, min(_MOST_GROUPS, len(small.cluster_centers_) - 1) + 1):
        labels = _clusters(small.cluster_centers_, count).labels_[small.labels_]
        if len(np.unique(labels)) > 1:
            found[count] = (_silhouette(points, labels), labels)
    if not found:
        return Grouping(labels=np.zeros(len(points), dtype=np.int64), silhouettes={})
    best = max(found, key=lambda count: (found[count][0], -count))
    labels = _by_size(_folded(points, found[best][1]))
    return Grouping(labels=labels, silhouettes={count: score for count, (score, _) in found.items()})


def _clusters(points: Floats, count: int) -> KMeans:
    with warnings.catch_warnings():
        # People who voted exactly alike stand on one point; then there are fewer clusters, which is right.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(n_clusters=count, n_init=_STARTS, random_state=_SEED).fit(points)


def _silhouette(points: Floats, labels: Whole) -> float:
    """Of all people, or of a fixed sample of many: comparing everybody with everybody takes too long."""
    step = -(-len(points) // _MOST_COMPARED)
    sample, sampled = points[::step], labels[::step]
    if len(np.unique(sampled)) < 2:
        return -1.0
    return float(silhouette_score(sample, sampled))


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
