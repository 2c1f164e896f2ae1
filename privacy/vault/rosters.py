"""
Reading a roster: rows, columns and reasons go into the report, values never do.

A roster is CSV with a header. Columns: `email`, `phone`, `reference` (the client's own number
for somebody, to find them again in a later roster), `area`, `text messages` ("yes" from whoever opted
in to them); every other column is a dimension.
Without the column `area` people choose theirs in the survey before access.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kernel.text import one_line
from privacy.vault.addresses import Address, read_email, read_phone
from privacy.vault.people import Attributes
from privacy.vault.shapes import Trouble

SMALLEST_BUCKET = 11
SMALLEST_AREA = 50
_MOST_ROWS = 20_000
_LONGEST_CELL = 320
_REACHED_BY = ("email", "phone", "reference")
_BY_TEXT = "text messages"
_YES = {"yes", "y", "true", "1", "x"}


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    email: Address | None
    phone: Address | None
    reference: str
    attributes: Attributes


@dataclass(slots=True)
class Roster:
    rows: list[Row] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read_roster(content: bytes, areas: list[str]) -> Roster:
    """Every row that can be used, and what is wrong with the others."""
    roster = Roster()
    reader = csv.DictReader(io.StringIO(_decoded(content), newline=""), restkey="", restval="")
    columns = [one_line(name).lower() for name in reader.fieldnames or []]
    reader.fieldnames = columns
    roster.troubles += _about_columns(columns)
    if roster.troubles:
        return roster
    try:
        for number, cells in enumerate(reader, start=2):
            if number > _MOST_ROWS + 1:
                roster.troubles.append(
                    Trouble(number, "", f"there are more than {_MOST_ROWS:,} rows; split the file")
                )
                break
            _read_row(roster, number, cells, areas)
    except csv.Error:
        roster.troubles.append(Trouble(0, "", "this is not a table of comma-separated values"))
    roster.troubles += _repeated(roster.rows)
    return roster


def about_population(people: Iterable[Attributes], areas: list[str]) -> list[Trouble]:
    """
    The gate: no bucket under 11 people, no area under 50 where there are several.

    Small groups are merged before anybody is imported, because a group that small is a person.
    """
    everybody = list(people)
    troubles = []
    for column in sorted({name for person in everybody for name in person.dimensions}):
        sizes = Counter(person.dimensions[column] for person in everybody if column in person.dimensions)
        small = sum(1 for size in sizes.values() if size < SMALLEST_BUCKET)
        if small:
            troubles.append(
                Trouble(
                    0, column, f"{small} of its groups have fewer than {SMALLEST_BUCKET} people; merge them"
                )
            )
    sizes = Counter(person.area for person in everybody if person.area)
    if len(areas) > 1 and any(0 < size < SMALLEST_AREA for size in sizes.values()):
        troubles.append(
            Trouble(0, "area", f"an area has fewer than {SMALLEST_AREA} people; merge it with another")
        )
    return troubles


def unique_shares(people: list[Attributes]) -> dict[str, float]:
    """By dimension, and together: the share of people nobody else is like."""
    names = sorted({name for person in people for name in person.dimensions})
    questions = {name: (name,) for name in names} | ({"together": tuple(names)} if len(names) > 1 else {})
    return {
        label: _alone([tuple(p.dimensions.get(n, "") for n in asked) for p in people])
        for label, asked in questions.items()
    }


def _alone(values: list[tuple[str, ...]]) -> float:
    sizes = Counter(values)
    return sum(1 for size in sizes.values() if size == 1) / len(values) if values else 0.0


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _about_columns(columns: list[str]) -> list[Trouble]:
    if not set(columns) & {"email", "phone"}:
        return [Trouble(0, "", "the first row must name the columns, among them email or phone")]
    return [
        Trouble(0, name, "two columns have this name")
        for name, n in Counter(columns).items()
        if name and n > 1
    ]


def _read_row(roster: Roster, number: int, cells: dict[str, str], areas: list[str]) -> None:
    plain = {name: one_line(value) for name, value in cells.items() if name and isinstance(value, str)}
    email, phone = read_email(plain.get("email", "")), read_phone(plain.get("phone", ""))
    area = plain.get("area", "") or (areas[0] if len(areas) == 1 else "")
    troubles = [
        *(
            [Trouble(number, "email", "this is not an e-mail address")]
            if plain.get("email") and not email
            else []
        ),
        *(
            [Trouble(number, "phone", "this is not a telephone number")]
            if plain.get("phone") and not phone
            else []
        ),
        *(
            [Trouble(number, "", "there is neither an e-mail address nor a telephone number")]
            if not (email or phone)
            else []
        ),
        *(
            [Trouble(number, "area", "this area does not exist")]
            if area not in areas and (area or "area" in plain)
            else []
        ),
        *(
            Trouble(number, name, "the text is too long")
            for name, value in plain.items()
            if len(value) > _LONGEST_CELL
        ),
    ]
    roster.troubles += troubles
    if not troubles:
        by_text = plain.get(_BY_TEXT, "").lower() in _YES
        dimensions = {
            _code(name): _code(value)
            for name, value in plain.items()
            if value and name not in (*_REACHED_BY, "area", _BY_TEXT)
        }
        roster.rows.append(
            Row(number, email, phone, plain.get("reference", ""), Attributes(area, dimensions, by_text))
        )


def _repeated(rows: list[Row]) -> list[Trouble]:
    troubles = []
    for column in _REACHED_BY:
        seen: set[object] = set()
        for row in rows:
            value = getattr(row, column)
            if value and value in seen:
                troubles.append(Trouble(row.number, column, "an earlier row has the same"))
            seen.add(value)
    return troubles


def _code(text: str) -> str:
    return re.sub(r"[^\w-]+", "-", text.lower()).strip("-")[:60]
