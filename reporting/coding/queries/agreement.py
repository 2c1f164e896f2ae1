"""How far the analysts of a conversation agree, over everything that two or more of them read."""

from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from conversations.models import Conversation
from reporting.coding.measures.agreement import alpha, kappa, kappa_of_all, masi
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
    several = [
        {by: codes & known for by, codes in readers.items()}
        for known in [frozenset(line.id for line in code_lines(conversation))]
        for readers in readers_of(conversation).values()
        if len(readers) > 1
    ]
    lines = code_lines(conversation)
    return Agreement(
        contributions=len(several),
        same=sum(len(set(unit.values())) == 1 for unit in several),
        analysts=len({by for unit in several for by in unit}),
        kappa=_pooled_kappa(several, [line.id for line in lines]),
        alpha=alpha([list(unit.values()) for unit in several], masi),
        codes=[_of_code(line, several) for line in lines],
    )


def _of_code(line: CodeLine, several: list[dict[UUID, frozenset[UUID]]]) -> CodeAgreement:
    units = [{by: line.id in codes for by, codes in unit.items()} for unit in several]
    return CodeAgreement(
        line=line,
        given=sum(any(unit.values()) for unit in units),
        differ=sum(len(set(unit.values())) > 1 for unit in units),
        kappa=kappa_of_all(units),
        alpha=alpha([list(unit.values()) for unit in units]),
    )


def _pooled_kappa(several: list[dict[UUID, frozenset[UUID]]], codes: list[UUID]) -> float | None:
    """Each code on each contribution is one judgement; the mean over pairs of analysts by what both read."""
    analysts = sorted({by for unit in several for by in unit})
    found = []
    for one, other in combinations(analysts, 2):
        both = [(unit[one], unit[other]) for unit in several if one in unit and other in unit]
        first = [code in here for here, _there in both for code in codes]
        second = [code in there for _here, there in both for code in codes]
        value = kappa(first, second)
        if value is not None:
            found.append((value, len(both)))
    weight = sum(count for _value, count in found)
    return sum(value * count for value, count in found) / weight if weight else None
