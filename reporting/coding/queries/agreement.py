"""How far the analysts of a conversation agree, over everything that two or more of them read."""

from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from conversations.models import Conversation
from reporting.coding.measures.agreement import (
    alpha,
    alpha_of_coincidences,
    coincidences_of_yes,
    kappa_of_table,
    masi,
    mean_by_weight,
    nominal,
    yes_or_no,
)
from reporting.coding.queries.frames import CodeLine, code_lines
from reporting.coding.queries.settled import readers_of


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """Given or not given, over all that several read. `given` counts contributions where anybody gave it."""

    line: CodeLine
    given: int
    differ: int
    kappa: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    `same` of `contributions` got the very same codes. `kappa` takes each code on each of them as one
    judgement; `alpha` takes the set of codes as one, and sets that share something as closer (MASI).
    """

    contributions: int
    same: int
    analysts: int
    kappa: float | None
    alpha: float | None
    codes: list[CodeAgreement]


def agreement_of(conversation: Conversation) -> Agreement:
    lines = code_lines(conversation)
    several = [readers for readers in readers_of(conversation).values() if len(readers) > 1]
    given = _Given(several, [line.id for line in lines])
    pairs = [
        (one, other, given.was_read[one] & given.was_read[other])
        for one, other in combinations(range(len(given.was_read)), 2)
    ]
    return Agreement(
        contributions=len(several),
        same=sum(len(set(readers.values())) == 1 for readers in several),
        analysts=len(given.was_read),
        kappa=mean_by_weight(
            [
                (kappa_of_table(yes_or_no(given.yes[one][both], given.yes[other][both])), int(both.sum()))
                for one, other, both in pairs
            ]
        ),
        alpha=alpha([list(readers.values()) for readers in several], masi),
        codes=[_of_code(line, place, given, pairs) for place, line in enumerate(lines)],
    )


class _Given:
    """Who read which contribution, and which codes they gave to it, as tables."""

    def __init__(self, several: list[dict[UUID, frozenset[UUID]]], codes: list[UUID]) -> None:
        analysts = {by: place for place, by in enumerate(sorted({by for unit in several for by in unit}))}
        places = {code: place for place, code in enumerate(codes)}
        self.was_read = np.zeros((len(analysts), len(several)), dtype=bool)
        self.yes = np.zeros((len(analysts), len(several), len(codes)), dtype=bool)
        for row, readers in enumerate(several):
            for by, held in readers.items():
                self.was_read[analysts[by], row] = True
                self.yes[analysts[by], row, [places[code] for code in held]] = True


def _of_code(
    line: CodeLine, place: int, given: _Given, pairs: list[tuple[int, int, NDArray[np.bool_]]]
) -> CodeAgreement:
    yes = given.yes[:, :, place]
    judges, said_yes = given.was_read.sum(axis=0), yes.sum(axis=0)
    return CodeAgreement(
        line=line,
        given=int((said_yes > 0).sum()),
        differ=int(((said_yes > 0) & (said_yes < judges)).sum()),
        kappa=mean_by_weight(
            [
                (kappa_of_table(yes_or_no(yes[one][both], yes[other][both])), int(both.sum()))
                for one, other, both in pairs
            ]
        ),
        alpha=alpha_of_coincidences(coincidences_of_yes(judges, said_yes), nominal([False, True])),
    )
