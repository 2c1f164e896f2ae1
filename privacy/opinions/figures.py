"""
What may leave: figures about groups, rounded, and nothing about anybody in them.

Sizes are rounded to 5. A share of a group is shown where at least eleven of the group and eleven others voted on the
idea; it is made from rounded counts and never says "all" or "nobody". Whether something is clear leaves as yes or
no, since an exact p-value would lead back to exact counts. Lists are ordered by what they show.
"""

from collections.abc import Iterable
from uuid import UUID

import numpy as np
from threadpoolctl import threadpool_limits

from privacy.opinions.contrasts import LEVEL, Contrasts, contrasts_of, group_informed
from privacy.opinions.found import OVER, UNDER, GroupFound, GroupsFound, IdeaFound
from privacy.opinions.grouping import FEWEST_PEOPLE, Grouping, group
from privacy.opinions.space import Plane, plane_of
from privacy.opinions.votes import Votes, Whole, matrix_of, shuffled

_MOST_IDEAS = 12
_MOST_TYPICAL = 6
_SHUFFLES = 19
_FEWEST_POINTS_APART = 20
_FEWEST_IDEAS = 3


def figures_of(opened: Iterable[tuple[int, UUID, int]]) -> GroupsFound:
    """Everything about opinion groups that may leave, from (person, idea, 1 or -1). The same votes, the same figures."""
    return figures_from(matrix_of(opened))


def figures_from(votes: Votes) -> GroupsFound:
    """The same from a matrix."""
    # The work is many small pieces: spread over cores it waits for itself, and takes them from the runner's codes.
    with threadpool_limits(limits=1):
        return _figures(votes)


def _figures(votes: Votes) -> GroupsFound:
    if votes.people < 2 * FEWEST_PEOPLE or len(votes.ideas) < _FEWEST_IDEAS:
        return _nothing()
    plane = plane_of(votes.standing)
    grouping = group(plane.points)
    if grouping.count < 2:
        return _nothing()
    contrasts = contrasts_of(votes, grouping.labels)
    shares = _shares(contrasts)
    return GroupsFound(
        groups=_groups(votes, plane, grouping, contrasts, shares),
        people=_rounded(votes.people),
        left_out=_rounded(votes.left_out) if votes.left_out >= FEWEST_PEOPLE else None,
        silhouette=round(grouping.silhouette, 2),
        explained=round(100 * plane.explained),
        is_clear=_is_clear(votes, plane),
        common=_common(votes, contrasts, shares),
        dividing=_dividing(votes, contrasts, shares),
        typical=_typical(votes, contrasts, shares),
    )


def _nothing() -> GroupsFound:
    """Where no groups were found nothing is said about how many people there were."""
    return GroupsFound([], 0, None, 0.0, 0, is_clear=False, common=[], dividing=[], typical=[])


def _is_clear(votes: Votes, plane: Plane) -> bool:
    """Parallel analysis (Horn 1965): more is explained than in every shuffle, so one chance in twenty."""
    return all(plane_of(shuffled(votes.standing, n)).explained < plane.explained for n in range(_SHUFFLES))


def _rounded(count: int) -> int:
    return 5 * round(count / 5)


def _shares(contrasts: Contrasts) -> Whole:
    """Per cent of each group that likes each idea, from rounded counts; -1 where it is withheld."""
    others = contrasts.voters.sum(axis=0) - contrasts.voters
    shown = (contrasts.voters >= FEWEST_PEOPLE) & ((others >= FEWEST_PEOPLE) | (others == 0))
    likes, voters = 5 * np.rint(contrasts.likes / 5), 5 * np.rint(contrasts.voters / 5)
    shares = np.rint(100 * likes / np.maximum(voters, 5))
    shares = np.where(shares > 90, OVER, np.where(shares < 10, UNDER, shares))
    return np.where(shown, shares, -1).astype(np.int64)


def _found(votes: Votes, shares: Whole, columns: Iterable[int]) -> list[IdeaFound]:
    return [
        IdeaFound(votes.ideas[n], [int(share) if share >= 0 else None for share in shares[:, n]])
        for n in columns
    ]


def _common(votes: Votes, contrasts: Contrasts, shares: Whole) -> list[IdeaFound]:
    """What most like in every group, and what most dislike in every group: the strongest of both."""
    all_shown = (shares >= 0).all(axis=0)
    liked = group_informed(contrasts.likes, contrasts.voters)
    disliked = group_informed(contrasts.voters - contrasts.likes, contrasts.voters)
    is_common = all_shown & ((contrasts.liked_by_all < LEVEL) | (contrasts.disliked_by_all < LEVEL))
    strongest = np.argsort(-np.maximum(liked, disliked), kind="stable")
    chosen = [int(n) for n in strongest if is_common[n]][:_MOST_IDEAS]
    weakest = {n: min(max(int(s), 100 - int(s)) for s in shares[:, n]) for n in chosen}
    return _found(votes, shares, sorted(chosen, key=lambda n: (-weakest[n], votes.ideas[n])))


def _dividing(votes: Votes, contrasts: Contrasts, shares: Whole) -> list[IdeaFound]:
    """What one group likes and another does not, by the distance between the two."""
    apart = _apart(shares)
    divides = (contrasts.dividing < LEVEL) & (apart >= _FEWEST_POINTS_APART)
    chosen = sorted((int(n) for n in np.flatnonzero(divides)), key=lambda n: (-apart[n], votes.ideas[n]))
    return _found(votes, shares, chosen[:_MOST_IDEAS])


def _apart(shares: Whole) -> Whole:
    shown = shares >= 0
    most = np.where(shown, shares, -1).max(axis=0)
    least = np.where(shown, shares, 1000).min(axis=0)
    return np.where(shown.sum(axis=0) >= 2, most - least, 0)


def _typical_of(group: int, votes: Votes, contrasts: Contrasts, shares: Whole) -> list[int]:
    """By how far the group stands from the nearest of the others, in what is shown."""
    others = np.delete(shares, group, axis=0)
    gaps = np.where(others >= 0, np.abs(others - shares[group]), 1000).min(axis=0)
    is_typical = (shares[group] >= 0) & (others >= 0).any(axis=0) & (gaps >= _FEWEST_POINTS_APART)
    chosen = np.flatnonzero(is_typical & (contrasts.typical[group] < LEVEL))
    return sorted((int(n) for n in chosen), key=lambda n: (-gaps[n], votes.ideas[n]))[:_MOST_TYPICAL]


def _typical(votes: Votes, contrasts: Contrasts, shares: Whole) -> list[IdeaFound]:
    columns = {n for g in range(len(shares)) for n in _typical_of(g, votes, contrasts, shares)}
    return _found(votes, shares, sorted(columns, key=lambda n: votes.ideas[n]))


def _groups(
    votes: Votes, plane: Plane, grouping: Grouping, contrasts: Contrasts, shares: Whole
) -> list[GroupFound]:
    middles = np.array([plane.points[grouping.labels == n].mean(axis=0) for n in range(grouping.count)])
    middles = middles / max(float(np.abs(middles).max()), 1e-9)
    return [
        GroupFound(
            people=_rounded(size),
            x=round(float(x), 1),
            y=round(float(y), 1),
            typical=[votes.ideas[k] for k in _typical_of(n, votes, contrasts, shares)],
        )
        for n, (size, (x, y)) in enumerate(zip(grouping.sizes, middles, strict=True))
    ]
