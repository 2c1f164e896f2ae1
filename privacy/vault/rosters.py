"""
Reading a roster: rows, columns and reasons go into the report, values never do.

A roster is a table whose first row names the columns: `email`, `phone`, `reference` (the client's own
number for somebody, to find them again in a later roster), `area`, `text messages` ("yes" from whoever
opted in to them), in many spellings; every other column is a dimension or is left out.
Without the column `area` people choose theirs in the survey before access.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from kernel.tables.sandbox import Table
from kernel.text import one_line
from privacy.vault.addresses import Address, imitates_another, read_email, read_phone
from privacy.vault.columns import Column, are_headings, code_of, columns_of, guessed, repeated
from privacy.vault.people import Attributes
from privacy.vault.shapes import AreaSeen, Meaning, Merge, Reading, Trouble

_LONGEST_CELL = 320
_ROWS_BETWEEN = 500
_LONGEST_LABEL = 120
_MOST_AREAS = 50
_YES = {"yes", "y", "true", "1", "x", "ydw", "ie"}
_NOT_KNOWN = {"", "-", "–", "n/a", "#n/a", "null", "none"}
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    email: Address | None
    phone: Address | None
    reference: str
    attributes: Attributes


@dataclass(slots=True)
class Roster:
    """What a file says, read in a certain way. `labels` name the groups as most rows write them."""

    rows: list[Row] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    reading: Reading = field(default_factory=Reading)
    names: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    areas: list[AreaSeen] = field(default_factory=list)
    written: int = 0


def read_roster(
    table: Table,
    areas: dict[str, str],
    reading: Reading,
    remembered: dict[str, Meaning],
    *,
    meanwhile: Callable[[], object] = bool,
) -> Roster:
    """
    Every row that can be used, and what is wrong with the others. `areas` are names by code.

    What is urgent is done `meanwhile`, every few hundred rows.
    """
    first = next((place for place, cells in enumerate(table.rows) if any(cells)), 0)
    headings, rows = table.rows[first], table.rows[first + 1 :]
    if not are_headings(headings):
        return Roster(troubles=[Trouble(0, "", "the first row must name the columns")])
    columns = columns_of(headings, rows)
    meanings = reading.columns or guessed(columns, remembered)
    if len(meanings) != len(columns):
        return Roster(troubles=[Trouble(0, "", "the file has other columns than the one that was looked at")])
    reader = _Reader(columns, meanings, areas, reading)
    for number, cells in enumerate(rows, start=first + 2):
        if any(cells):
            reader.read(number, cells)
        if number % _ROWS_BETWEEN == 0:
            meanwhile()
    return reader.finished()


class _Reader:
    """Goes through the rows once, and counts how groups and areas are written meanwhile."""

    def __init__(
        self, columns: list[Column], meanings: list[Meaning], areas: dict[str, str], reading: Reading
    ) -> None:
        self._places = {meaning: place for place, meaning in reversed(list(enumerate(meanings)))}
        self._dimensions = {
            code_of(columns[place].heading): place
            for place, meaning in enumerate(meanings)
            if meaning is Meaning.DIMENSION
        }
        self._columns, self._areas = columns, areas
        self._chosen = reading.areas
        self._merged = _merged(reading.merges)
        self._spelled: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._said: Counter[str] = Counter()
        self._called: dict[str, str] = {}
        self.roster = Roster(columns=columns)
        self.roster.troubles = self._about_columns(meanings)
        self._meanings, self._merges = meanings, reading.merges

    def read(self, number: int, cells: list[str]) -> None:
        self.roster.written += 1
        plain = {place: one_line(cell) for place, cell in enumerate(cells)}
        email, phone = self._cell(plain, Meaning.EMAIL), self._cell(plain, Meaning.PHONE)
        reached = read_email(email) if email else None, read_phone(phone) if phone else None
        wrong = [*self._wrong_with_addresses(email, phone, reached), *self._wrong_with(plain)]
        troubles = [Trouble(number, column, reason) for column, reason in wrong]
        area, trouble = self._area(number, plain)
        self.roster.troubles += [*troubles, *trouble]
        if troubles or trouble:
            return
        by_text = self._cell(plain, Meaning.BY_TEXT).lower() in _YES
        self.roster.rows.append(
            Row(
                number,
                *reached,
                self._cell(plain, Meaning.REFERENCE),
                Attributes(area, self._groups(plain), by_text),
            )
        )

    def finished(self) -> Roster:
        roster = self.roster
        roster.troubles += _repeated(roster.rows, self._headings())
        roster.troubles += self._about_areas()
        roster.names = {code: self._columns[place].heading for code, place in self._dimensions.items()}
        roster.labels = {
            dimension: {code: spelled.most_common(1)[0][0] for code, spelled in groups.items()}
            for dimension, groups in self._spelled.items()
        }
        roster.reading = Reading(
            columns=self._meanings,
            merges=self._merges,
            areas={seen.code: seen.area for seen in roster.areas if seen.area},
        )
        return roster

    def _about_areas(self) -> list[Trouble]:
        """Lists how areas are written, unless that is different for nearly everybody."""
        heading = self._heading(Meaning.AREA)
        if len(self._said) > _MOST_AREAS:
            return [
                Trouble(0, heading, "it holds too many different names to be areas; leave the column out")
            ]
        for code, people in sorted(self._said.items()):
            label = self._called[code]
            self.roster.areas.append(AreaSeen(code, label, people, self._area_called(code, label)))
        missing = sum(1 for seen in self.roster.areas if not seen.area)
        reason = f"{missing} of the names in it are none of the conversation's areas; choose one for each"
        return [Trouble(0, heading, reason)] if missing else []

    def _about_columns(self, meanings: list[Meaning]) -> list[Trouble]:
        troubles = [
            Trouble(0, heading, "another column is read as the same; leave one of them out")
            for heading in repeated(self._columns, meanings)
        ]
        if any(
            not column.heading and meaning is Meaning.DIMENSION
            for column, meaning in zip(self._columns, meanings, strict=True)
        ):
            troubles.append(Trouble(0, "", "a column without a name cannot be kept; name it or leave it out"))
        if not {Meaning.EMAIL, Meaning.PHONE} & set(meanings):
            troubles.append(Trouble(0, "", "one column must hold e-mail addresses or telephone numbers"))
        return troubles

    def _wrong_with_addresses(
        self, email: str, phone: str, reached: tuple[Address | None, Address | None]
    ) -> list[tuple[str, str]]:
        found = []
        if email and imitates_another(email):
            reason = (
                "this address mixes letters of different alphabets, so it may imitate another; type it again"
            )
            found.append((self._heading(Meaning.EMAIL), reason))
        elif email and not reached[0]:
            found.append((self._heading(Meaning.EMAIL), "this is not an e-mail address"))
        if phone and not reached[1]:
            found.append((self._heading(Meaning.PHONE), "this is not a telephone number"))
        if not (email or phone):
            found.append(("", "there is neither an e-mail address nor a telephone number"))
        return found

    def _wrong_with(self, plain: dict[int, str]) -> list[tuple[str, str]]:
        """Column and reason of each thing wrong with a row, but for its addresses and its area."""
        found = []
        if any(plain[place] for place in plain if place >= len(self._columns)):
            found.append(("", "there are more cells than columns"))
        kept = {place for place, meaning in enumerate(self._meanings) if meaning is not Meaning.NOTHING}
        found += [
            (self._columns[place].heading, "the text is too long")
            for place in sorted(kept & plain.keys())
            if len(plain[place]) > _LONGEST_CELL
        ]
        for place in self._dimensions.values():
            value = plain.get(place, "")
            if value.startswith(_FORMULA) and value not in _NOT_KNOWN:
                found.append((self._columns[place].heading, "this starts like a formula"))
            elif _LONGEST_CELL >= len(value) > _LONGEST_LABEL:
                found.append((self._columns[place].heading, "this is too long for the name of a group"))
        return found

    def _area(self, number: int, plain: dict[int, str]) -> tuple[str, list[Trouble]]:
        if Meaning.AREA not in self._places:
            return (next(iter(self._areas)) if len(self._areas) == 1 else ""), []
        said = self._cell(plain, Meaning.AREA)
        if not said:
            return "", [Trouble(number, self._heading(Meaning.AREA), "the area is missing")]
        if len(said) > _LONGEST_LABEL:
            return "", [
                Trouble(number, self._heading(Meaning.AREA), "this is too long for the name of an area")
            ]
        code = code_of(said)
        self._said[code] += 1
        return self._area_called(code, self._called.setdefault(code, said)), []

    def _area_called(self, code: str, label: str) -> str:
        """The area that is meant: as chosen, or by its code or name."""
        if self._chosen.get(code) in self._areas:
            return self._chosen[code]
        by_name = {code_of(name): area for area, name in self._areas.items()}
        return next((area for area in self._areas if area in (code, label)), by_name.get(code, ""))

    def _groups(self, plain: dict[int, str]) -> dict[str, str]:
        found = {}
        for dimension, place in self._dimensions.items():
            label = plain.get(place, "")
            if label.lower() in _NOT_KNOWN:
                continue
            code = code_of(label)
            code, label = self._merged.get(dimension, {}).get(code, (code, label))
            if code:
                found[dimension] = code
                self._spelled[dimension][code][label] += 1
        return found

    def _cell(self, plain: dict[int, str], meaning: Meaning) -> str:
        place = self._places.get(meaning)
        return "" if place is None else plain.get(place, "")

    def _heading(self, meaning: Meaning) -> str:
        place = self._places.get(meaning)
        return "" if place is None else self._columns[place].heading

    def _headings(self) -> dict[str, str]:
        return {meaning.value: self._heading(meaning) for meaning in self._places}


def _merged(merges: list[Merge]) -> dict[str, dict[str, tuple[str, str]]]:
    """By dimension: what becomes of each group that is merged, one merge after the other."""
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for merge in merges:
        groups = found[merge.dimension]
        into = (code_of(merge.into), merge.into) if merge.into else ("", "")
        for before, (now, _label) in list(groups.items()):
            if now in merge.buckets:
                groups[before] = into
        groups |= {bucket: into for bucket in merge.buckets if bucket not in groups}
    return found


def _repeated(rows: list[Row], headings: dict[str, str]) -> list[Trouble]:
    troubles = []
    for column in ("email", "phone", "reference"):
        seen: set[object] = set()
        for row in rows:
            value = getattr(row, column)
            if value and value in seen:
                troubles.append(Trouble(row.number, headings[column], "an earlier row has the same"))
            seen.add(value)
    return troubles
