"""
What groups share and what sets them apart, idea by idea.

Three questions, each asked of all ideas at once, so the p-values of each are corrected after Benjamini and
Hochberg (1995) to one false find in twenty:

- dividing: do the groups like it equally often? Chi-squared test of homogeneity.
- common ground: do most like it in every group (or dislike it in every group)? The largest of the groups' p-values
  against one half, an intersection-union test (Berger 1982).
- typical of a group: does it like the idea more often, or less often, than everybody else? Two proportions.

The groups were found in the same votes, so these tests describe them; they do not prove that the groups exist.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.stats import chi2, false_discovery_control, norm

from privacy.opinions.votes import Floats, Votes, Whole

LEVEL = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """One row for each group and one column for each idea, exact: this never leaves the vault."""

    likes: Whole
    voters: Whole
    # Corrected p-values, by idea and, for `typical`, by group and idea.
    dividing: Floats
    liked_by_all: Floats
    disliked_by_all: Floats
    typical: Floats


def contrasts_of(votes: Votes, labels: Whole) -> Contrasts:
    """Counts and tests for groups labelled 0, 1, ..."""
    count = int(labels.max()) + 1
    people = np.arange(len(labels))
    membership = sparse.csr_array((np.ones(len(labels)), (labels, people)), shape=(count, len(labels)))
    liked, voted = votes.standing.copy(), votes.standing.copy()
    liked.data = (liked.data > 0).astype(np.float64)
    voted.data = np.ones_like(voted.data)
    likes = np.asarray((membership @ liked).todense()).astype(np.int64)
    voters = np.asarray((membership @ voted).todense()).astype(np.int64)
    return Contrasts(
        likes=likes,
        voters=voters,
        dividing=_corrected(_homogeneity(likes, voters)),
        liked_by_all=_corrected(_against_half(likes, voters).max(axis=0)),
        disliked_by_all=_corrected(_against_half(voters - likes, voters).max(axis=0)),
        typical=_corrected(_against_others(likes, voters).ravel()).reshape(likes.shape),
    )


def group_informed(likes: Whole, voters: Whole) -> Floats:
    """
    Group-informed consensus of each idea (Small et al. 2021): the product of the chances that somebody of each
    group likes it, each with one like and one dislike added. A large group cannot outvote a small one.
    """
    return np.asarray(((likes + 1) / (voters + 2)).prod(axis=0))


def _homogeneity(likes: Whole, voters: Whole) -> Floats:
    whole = voters.sum(axis=0)
    share = likes.sum(axis=0) / np.maximum(whole, 1)
    spread = voters * share * (1 - share)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(spread > 0, (likes - voters * share) ** 2 / spread, 0.0)
    degrees = np.maximum((voters > 0).sum(axis=0) - 1, 1)
    return np.asarray(chi2.sf(terms.sum(axis=0), degrees))


def _against_half(agreeing: Whole, voters: Whole) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.where(voters > 0, (agreeing - voters / 2) / np.sqrt(voters / 4), 0.0)
    return np.asarray(norm.sf(scores))


def _against_others(likes: Whole, voters: Whole) -> Floats:
    others, liked = voters.sum(axis=0) - voters, likes.sum(axis=0) - likes
    share = likes.sum(axis=0) / np.maximum(voters.sum(axis=0), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(share * (1 - share) * (1 / voters + 1 / others))
        scores = np.where(spread > 0, np.abs(likes / voters - liked / others) / spread, 0.0)
    return np.asarray(2 * norm.sf(np.where(np.isfinite(scores), scores, 0.0)))


def _corrected(values: Floats) -> Floats:
    return np.asarray(false_discovery_control(values)) if values.size else values
