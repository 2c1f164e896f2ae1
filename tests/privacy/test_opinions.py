"""Opinion groups: found where they are, folded where they are small, and told in figures that give nobody away."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from django.conf import settings
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from privacy.opinions.contrasts import contrasts_of
from privacy.opinions.figures import figures_of
from privacy.opinions.found import OVER, UNDER, GroupsFound
from privacy.opinions.grouping import FEWEST_PEOPLE, group
from privacy.opinions.space import plane_of
from privacy.opinions.votes import matrix_of, shuffled

Cast = tuple[int, UUID, int]
IDEAS = [UUID(int=n) for n in range(1, 41)]
# Everybody likes the first ten; on the others the camps differ.
COMMON = set(IDEAS[:10])


def camps(*sizes: int, part: float = 0.6, seed: int = 1) -> list[Cast]:
    """People of camps with views of their own, each voting on a part of the ideas, some against their camp."""
    dice = random.Random(seed)
    views = [{idea: dice.choice([1, -1]) for idea in IDEAS[10:]} for _size in sizes]
    # The second thinks the opposite of the first, the others as they like.
    views[1:2] = [{idea: -view for idea, view in views[0].items()}] * (len(sizes) > 1)
    cast, person = [], 0
    for camp, size in enumerate(sizes):
        for _person in range(size):
            person += 1
            for idea in IDEAS:
                if dice.random() < part:
                    view = 1 if idea in COMMON else views[camp][idea]
                    cast.append((person, idea, view if dice.random() < 0.93 else -view))
    return cast


def _shares(found: GroupsFound) -> Iterator[int | None]:
    for line in (*found.common, *found.dividing, *found.typical):
        yield from line.likes


def test_people_who_vote_alike_are_found() -> None:
    """R55: three camps, most votes missing."""
    votes = matrix_of(camps(120, 80, 40))
    found = group(plane_of(votes.standing).points)

    truth = [0] * 120 + [1] * 80 + [2] * 40
    assert found.count == 3
    assert adjusted_rand_score(truth, found.labels) > 0.95


def test_the_same_votes_give_the_same_figures_in_any_order_and_under_any_numbers() -> None:
    cast = camps(60, 40)
    numbers = random.Random(5).sample(range(10_000), 101)
    other = [(numbers[person], idea, value) for person, idea, value in cast]
    random.Random(6).shuffle(other)

    assert figures_of(other) == figures_of(cast)


def test_a_group_under_eleven_is_folded_into_the_one_beside_it() -> None:
    """R55, scenario 27: whoever shares an opinion with fewer than ten others stands in no group of their own."""
    for few in (3, 10):
        votes = matrix_of(camps(50, 40, few, seed=few))
        with threadpool_limits(limits=1):
            sizes = group(plane_of(votes.standing).points).sizes

        assert sum(sizes) == 90 + few
        assert min(sizes) >= FEWEST_PEOPLE


def test_common_ground_and_what_divides_are_told_apart() -> None:
    """R55."""
    found = figures_of(camps(100, 70))

    assert found.is_clear
    assert {line.idea for line in found.common} == COMMON
    assert found.dividing
    assert not {line.idea for line in found.dividing} & COMMON
    assert all({UNDER, OVER} & set(line.likes) for line in found.dividing)
    assert [set(group.typical) <= {line.idea for line in found.typical} for group in found.groups] == [
        True
    ] * 2


def test_votes_by_chance_are_said_to_be_no_clear_groups() -> None:
    votes = matrix_of(camps(100, 70))
    by_chance = shuffled(votes.standing, 77).tocoo()
    cast = [
        (int(person), votes.ideas[idea], int(value))
        for person, idea, value in zip(*by_chance.coords, by_chance.data, strict=True)
    ]

    assert not figures_of(cast).is_clear
    assert np.array_equal(by_chance.tocsr().sum(axis=0), votes.standing.sum(axis=0))


def test_nothing_exact_leaves() -> None:
    """R53: sizes in fives, shares never all or nobody, from rounded counts."""
    found = figures_of(camps(53, 38, 21))

    assert [group.people % 5 for group in found.groups] == [0] * len(found.groups)
    assert found.people % 5 == 0
    assert found.left_out is None
    shares = [share for share in _shares(found) if share is not None]
    assert shares
    assert all(UNDER <= share <= OVER for share in shares)


def test_what_fewer_than_eleven_of_a_group_voted_on_is_withheld() -> None:
    """R53: the other group is shown, and its complement is no small one either."""
    cast = camps(60, 40, part=1.0)
    rare = IDEAS[15]
    few = [vote for vote in cast if vote[1] != rare or vote[0] <= 60 or vote[0] > 90]
    found = figures_of(few)

    told = [line.likes for line in (*found.common, *found.dividing, *found.typical) if line.idea == rare]
    assert all(likes == [None, None] for likes in told)
    assert None not in [line.likes for line in found.dividing]


def test_ten_people_or_people_of_one_mind_are_no_groups() -> None:
    assert figures_of(camps(10, 10)).groups == []
    assert figures_of([]).groups == []
    of_one_mind = [(person, idea, 1) for person in range(60) for idea in IDEAS]
    assert figures_of(of_one_mind) == figures_of([])


def test_who_voted_on_little_stands_in_no_group() -> None:
    """Nor does the number of them leave, when it is small."""
    some = [(1000 + n, idea, 1) for n in range(8) for idea in IDEAS[:6]]
    many = [(1000 + n, idea, 1) for n in range(23) for idea in IDEAS[:6]]

    assert figures_of(camps(60, 40) + some).left_out is None
    assert figures_of(camps(60, 40) + many).left_out == 25


def test_likes_are_counted_by_group() -> None:
    cast = camps(30, 20)
    votes = matrix_of(cast)
    labels = np.array([0] * 30 + [1] * 20)
    found = contrasts_of(votes, labels)

    place = votes.ideas.index(IDEAS[12])
    of_second = [value for person, idea, value in cast if person > 30 and idea == IDEAS[12]]
    assert found.voters[1, place] == len(of_second)
    assert found.likes[1, place] == of_second.count(1)


@pytest.mark.parametrize(
    "folder", sorted(Path(settings.POLIS_EXPORTS).glob("*")), ids=lambda folder: folder.name
)
def test_groups_are_those_that_polis_published(folder: Path) -> None:
    """R55: two real conversations, without their passes, which we do not have (decision 032)."""
    published, cast = _exported(folder)
    votes = matrix_of(cast)
    people = sorted({person for person, _idea, _value in cast})
    counts = dict.fromkeys(people, 0)
    for person, idea, _value in cast:
        counts[person] += idea in set(votes.ideas)
    there = [person for person in people if counts[person] >= 7]
    found = group(plane_of(votes.standing).points)

    both = [(published[person], label) for person, label in zip(there, found.labels, strict=True)]
    known = [(theirs, int(ours)) for theirs, ours in both if theirs]
    assert adjusted_rand_score(*zip(*known, strict=True)) > 0.7
    assert found.count == 2
    assert figures_of(cast).is_clear


def _exported(folder: Path) -> tuple[dict[int, str], list[Cast]]:
    with (folder / "comments.csv").open() as file:
        refused = {row["comment-id"] for row in csv.DictReader(file) if int(row["moderated"]) < 0}
    with (folder / "participants-votes.csv").open() as file:
        rows = list(csv.DictReader(file))
    numbers = [name for name in rows[0] if name.isdigit() and name not in refused]
    cast = [
        (int(row["participant"]), UUID(int=int(number)), int(float(row[number])))
        for row in rows
        for number in numbers
        if row[number] and float(row[number])
    ]
    return {int(row["participant"]): row["group-id"] for row in rows}, cast
