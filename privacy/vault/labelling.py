"""What a quote may be called after: a group that many people share, and about which a figure was released."""

from privacy.vault.models import Person
from privacy.vault.opened import Opened
from privacy.vault.people import attributes_of
from privacy.vault.population import remembered_of
from privacy.vault.releases import PastRelease

# Quotes are words: they need more people around them than figures do.
FEWEST_BEHIND_A_QUOTE = 50


def label_for(keys: Opened, person: Person, by: str, releases: list[PastRelease]) -> str:
    """
    The name of somebody's group by one dimension of the roster; empty where it is not safe.

    Everybody can see in which area a contribution stands, so the group has to be large within it; and its
    participation has to be released, so that the label tells no more than the table beside it. What is
    smaller is coarsened to nothing at all: the area stands with the quote anyway.
    """
    attributes = attributes_of(keys, person)
    bucket = attributes.dimensions.get(by)
    if bucket is None:
        return ""
    known = remembered_of(keys)
    alike = sum(
        size
        for (area, groups), size in known.kinds
        if area == attributes.area and dict(groups).get(by) == bucket
    )
    is_released = any(
        cell.group == f"in:{by}:{bucket}" and cell.measure == "part" and cell.figure is not None
        for release in releases[-1:]
        for cell in release.cells
    )
    if alike < FEWEST_BEHIND_A_QUOTE or not is_released:
        return ""
    return known.labels.get(by, {}).get(bucket, bucket)
