"""Groups of people who vote alike, as blocks: group-level figures only, as the vault let them out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reporting.documents.formats.blocks import Block, Cell, Grid, Paragraph, one_run

_OVER, _UNDER = 91, 9


@dataclass(frozen=True, slots=True)
class Speech:
    """How a report writes words, numbers and shares, and counts its tables."""

    words: Mapping[str, str]
    number: Callable[[int], str]
    percent: Callable[[float], str]
    grid: Callable[..., Grid]


def blocks(found: Mapping[str, Any], statements: Mapping[str, str], say: Speech) -> Iterator[Block]:
    """`statements` are the words of ideas that are shown; an idea without words is left out."""
    words = say.words
    if not found["groups"]:
        yield Paragraph(one_run(words["no_groups"]))
        return
    people = [
        (Cell(_name(group, say)), Cell(say.number(group["people"]), is_number=True))
        for group in found["groups"]
    ]
    yield say.grid(words["groups"], [words["group"], words["people_in_group"]], people)
    if not found["is_clear"]:
        yield Paragraph(one_run(words["groups_unclear"]))
    for caption, ideas in (("common", found["common"]), ("dividing", found["dividing"])):
        rows = [
            (Cell(statements[idea["id"]]), *(_share(likes, say) for likes in idea["likes"]))
            for idea in ideas
            if idea["id"] in statements
        ]
        if rows:
            names = [words["likes_it"].format(group=_name(group, say)) for group in found["groups"]]
            yield say.grid(words[caption], [words["statement"], *names], rows)
    yield Paragraph(one_run(words["groups_how"]), is_small=True)


def _name(group: Mapping[str, Any], say: Speech) -> str:
    """By its letter, in the report's own language."""
    return f"{say.words['group']} {group['name'].rpartition(' ')[2]}"


def _share(likes: int | None, say: Speech) -> Cell:
    if likes is None:
        return Cell(say.words["not_shown"], is_number=True, is_hidden=True)
    if likes >= _OVER:
        return Cell(f"> {say.percent(0.9)}", is_number=True)
    if likes <= _UNDER:
        return Cell(f"< {say.percent(0.1)}", is_number=True)
    return Cell(say.percent(likes / 100), is_number=True)
