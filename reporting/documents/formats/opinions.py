"""Groups of people who vote alike, as blocks: group-level figures only, as the vault let them out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reporting.documents.formats.blocks import Block, Grid


def blocks(
    found: Mapping[str, Any],
    words: Mapping[str, str],
    grid: Callable[..., Grid],
    percent: Callable[[float], str],
) -> Iterator[Block]:
    yield from ()
