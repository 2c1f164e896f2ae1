"""
Who is on a conversation's rosters, as a whole: sizes of groups and areas, and what is remembered.

The population is what the rosters say. Nobody who leaves changes it: a group that shrinks by one
between two imports would tell that somebody left, and sooner or later who.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from privacy.vault.columns import MOST_BUCKETS, folded
from privacy.vault.models import Leaving, Person
from privacy.vault.models import Roster as RosterRow
from privacy.vault.opened import Opened
from privacy.vault.people import Attributes, attributes_of
from privacy.vault.rosters import Roster
from privacy.vault.shapes import (
    BucketSeen,
    DimensionSeen,
    Group,
    Grouping,
    Meaning,
    Population,
    Reading,
    Trouble,
)

SMALLEST_BUCKET = 11
SMALLEST_AREA = 50
_ROUNDED_TO = 5
BY_MAIL, BY_TEXT = "mail", "text"

# An area and, in the order of their codes, the dimensions with their groups.
Kind = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class Remembered:
    """`lines` maps the blind index of a row to the digest of what it said."""

    meanings: dict[str, Meaning] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    names: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    kinds: list[tuple[Kind, int]] = field(default_factory=list)
    lines: dict[bytes, bytes] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)


def remembered_of(keys: Opened) -> Remembered:
    """What the imports so far left; where they left nothing, what the people there say."""
    row = RosterRow.objects.filter(conversation=keys.conversation).first()
    if row is None or row.sealed is None:
        return Remembered(kinds=list(_kinds_there(keys).items()))
    plain = keys.unseal("roster", "remembered", keys.conversation.pk, row.sealed)
    return msgspec.msgpack.decode(plain, type=Remembered)


def remember(keys: Opened, known: Remembered) -> None:
    sealed = keys.seal("roster", "remembered", keys.conversation.pk, msgspec.msgpack.encode(known))
    RosterRow.objects.filter(conversation=keys.conversation).update(sealed=sealed)


def with_roster(known: Remembered, roster: Roster) -> Remembered:
    """What is known once a roster was taken in, but for its people."""
    labels = {dimension: dict(groups) for dimension, groups in known.labels.items()}
    for dimension, groups in roster.labels.items():
        labels[dimension] = {**groups, **labels.get(dimension, {})}
    read = zip(roster.columns, roster.reading.columns, strict=True)
    return Remembered(
        meanings={**known.meanings, **{folded(column.heading): meaning for column, meaning in read}},
        reading=Reading(merges=roster.reading.merges, areas={**known.reading.areas, **roster.reading.areas}),
        names={**roster.names, **known.names},
        labels=labels,
        kinds=known.kinds,
        lines=known.lines,
        channels=dict(known.channels),
    )


def channel_of(*, has_email: bool, has_phone: bool, by_text: bool) -> str:
    """Which of its letters somebody gets: to the address or, who agreed or has none, to the telephone."""
    return BY_TEXT if has_phone and (by_text or not has_email) else BY_MAIL


def kind_of(attributes: Attributes) -> Kind:
    return attributes.area, tuple(sorted(attributes.dimensions.items()))


def about_population(kinds: Counter[Kind], areas: Iterable[str], names: dict[str, str]) -> list[Trouble]:
    """
    The gate: no group under 11 people, no area under 50 where there are several.

    Small groups are merged before anybody is imported, because a group that small is a person.
    """
    troubles = []
    for dimension, sizes in sorted(_sizes(kinds).items()):
        small = sum(1 for size in sizes.values() if size < SMALLEST_BUCKET)
        if small:
            reason = f"{small} of its groups have fewer than {SMALLEST_BUCKET} people; merge them"
            troubles.append(Trouble(0, names.get(dimension, dimension), reason))
    if len(list(areas)) > 1 and any(size < SMALLEST_AREA for size in _area_sizes(kinds).values()):
        reason = f"an area has fewer than {SMALLEST_AREA} people; merge it with another"
        troubles.append(Trouble(0, "area", reason))
    return troubles


def unique_shares(kinds: Counter[Kind]) -> dict[str, float]:
    """By dimension, and together: the share of people nobody else is like."""
    names = sorted(_sizes(kinds))
    questions = {name: (name,) for name in names} | ({"together": tuple(names)} if len(names) > 1 else {})
    people = kinds.total()
    shares = {}
    for label, asked in questions.items():
        alike: Counter[tuple[str, ...]] = Counter()
        for (_area, groups), size in kinds.items():
            of = dict(groups)
            alike[tuple(of.get(name, "") for name in asked)] += size
        shares[label] = sum(1 for size in alike.values() if size == 1) / people if people else 0.0
    return shares


def dimensions_seen(kinds: Counter[Kind], known: Remembered, roster: Roster) -> list[DimensionSeen]:
    """The groups of each dimension in the file, largest first. Where they single people out they are only counted."""
    too_fine = {column.heading for column in roster.columns if column.is_too_fine}
    all_sizes, shares = _sizes(kinds), unique_shares(kinds)
    seen = []
    for dimension, heading in roster.names.items():
        sizes, labels = all_sizes.get(dimension, Counter()), known.labels.get(dimension, {})
        # Groups of a fine column are listed again as soon as they are merged into few.
        is_listed = len(sizes) <= MOST_BUCKETS and (
            heading not in too_fine or len(sizes) * 2 <= sizes.total()
        )
        listed = [
            BucketSeen(code, labels.get(code, code), people, people < SMALLEST_BUCKET)
            for code, people in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
            if is_listed or people >= SMALLEST_BUCKET
        ][:MOST_BUCKETS]
        name, unlisted = known.names.get(dimension, heading), len(sizes) - len(listed)
        seen.append(DimensionSeen(dimension, name, listed, unlisted, shares.get(dimension, 0.0)))
    return seen


def population_of(known: Remembered) -> Population:
    kinds = Counter(dict(known.kinds))
    return Population(
        people=_rounded(kinds.total()),
        areas={area: _rounded(size) for area, size in sorted(_area_sizes(kinds).items())},
        dimensions=[
            Grouping(
                dimension,
                known.names.get(dimension, dimension),
                [
                    Group(code, known.labels.get(dimension, {}).get(code, code), _rounded(people))
                    for code, people in sorted(sizes.items())
                ],
            )
            for dimension, sizes in sorted(_sizes(kinds).items())
        ],
        by_mail=_rounded(known.channels.get(BY_MAIL, 0)),
        by_text=_rounded(known.channels.get(BY_TEXT, 0)),
    )


def _rounded(people: int) -> int:
    return 0 if people < SMALLEST_BUCKET else _ROUNDED_TO * round(people / _ROUNDED_TO)


def _sizes(kinds: Counter[Kind]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for (_area, groups), size in kinds.items():
        if size > 0:
            for dimension, group in groups:
                found.setdefault(dimension, Counter())[group] += size
    return found


def _area_sizes(kinds: Counter[Kind]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (area, _groups), size in kinds.items():
        if area and size > 0:
            found[area] += size
    return found


def _kinds_there(keys: Opened) -> Counter[Kind]:
    """Voices of an imported conversation have no address and are on no roster."""
    people = Person.objects.filter(conversation=keys.conversation, leaving=Leaving.NO)
    reached = people.exclude(email_index=None, phone_index=None).only("id", "sealed_attributes")
    return Counter(kind_of(attributes_of(keys, person)) for person in reached)
