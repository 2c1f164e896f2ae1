"""A report from what was frozen: the snapshot's figures and the edition's words, in the order of its sections."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from kernel import languages
from reporting.documents.formats import opinions
from reporting.documents.formats.blocks import (
    Block,
    Brand,
    Cell,
    Grid,
    Heading,
    Numbers,
    Paper,
    Paragraph,
    Part,
    Picture,
    Saying,
    one_run,
    paragraphs,
)
from reporting.documents.measures import direction_of

# Goes up whenever the same frozen content would be written otherwise than before.
TEMPLATE = 2
_TEXTS = Path(__file__).resolve().parents[1] / "texts"
_NAME_OF_CHECKSUM = 16
_OVER = 90
_MOST_ACROSS = 4

Frozen = Mapping[str, Any]


def composed(snapshot: Frozen, edition: Frozen) -> Paper:
    """Every number, date and word of ours in the report's own language."""
    return _Composer(snapshot, edition).paper()


@cache
def words_in(language: str) -> dict[str, str]:
    """What reports say in our own words; English where a language has none."""
    for code in (language, language.partition("-")[0], "en"):
        kept = _TEXTS / f"words.{code}.json"
        if code.replace("-", "").isalnum() and kept.is_file():
            found: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
            return found
    raise FileNotFoundError(language)  # never reached: English is there


@dataclass
class _Composer:
    snapshot: Frozen
    edition: Frozen
    figures: int = 0
    tables: int = 0
    has_numbers: bool = False
    notes: set[str] = field(default_factory=set)
    behind: list[Picture] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.language = str(self.edition["language"])
        self.locale = languages.locale(self.language)
        self.words = words_in(self.language)
        self.found = {
            kind: {str(one[key]): one for one in self.snapshot.get(kind, [])}
            for kind, key in (("themes", "code"), ("charts", "key"), ("tables", "id"))
        }

    def paper(self) -> Paper:
        said, words = self.edition, self.words
        # A section in which nothing stands would be a heading that leads nowhere.
        made = (self._part(n, one) for n, one in enumerate(said["sections"], start=1))
        parts = tuple(part for part in made if part.blocks)
        brand = said["brand"]
        return Paper(
            title=said["title"],
            language=self.language,
            direction=languages.language(self.language).direction,
            organisation=said["organisation"],
            conversation=said["conversation"],
            lines=self._lines(),
            published_on=said["published_on"],
            identity=said.get("identity", ""),
            brand=Brand(
                accent=brand["accent"],
                band=brand["band"],
                on_band=brand["on_band"],
                tint=brand["tint"],
                logo=base64.b64decode(brand.get("logo", "")),
            ),
            parts=parts,
            appendix=tuple(picture.data for picture in self.behind),
            words=words,
        )

    def _lines(self) -> tuple[str, ...]:
        said = self.edition
        lines = [self.words["prepared_by"].format(organisation=said["organisation"])]
        if said.get("opened_on") and said.get("closed_on"):
            opens, closes = self._day(said["opened_on"]), self._day(said["closed_on"])
            lines.append(self.words["closed"].format(opens=opens, closes=closes))
        lines.append(self.words["made"].format(number=said["number"], day=self._day(said["published_on"])))
        return tuple(lines)

    def _part(self, number: int, section: Frozen) -> Part:
        return Part(
            kind=section["kind"],
            heading=section["heading"],
            anchor=f"section-{number}",
            blocks=tuple(self._blocks(section)),
        )

    def _blocks(self, section: Frozen) -> Iterator[Block]:
        kind = section["kind"]
        yield from paragraphs(section["text"])
        if kind in {"summary", "part"} and not self.has_numbers:
            self.has_numbers = True
            yield self._numbers()
        if kind == "part" and self.snapshot.get("questions"):
            yield self._questions()
        themes = self._chosen("themes", section)
        if themes:
            yield self._strengths(themes) if kind == "strength" else self._themes(themes)
        if themes and kind == "strength":
            yield Paragraph(one_run(self.words["strength_how"]), is_small=True)
        for chart in self._chosen("charts", section):
            yield self._picture(chart)
        for table in self._chosen("tables", section):
            yield self._table(table)
        if kind == "opinions" and self.snapshot.get("opinion_groups"):
            say = opinions.Speech(self.words, self._number, self._percent, self._grid)
            yield from opinions.blocks(
                self.snapshot["opinion_groups"], self.edition.get("statements", {}), say
            )
        yield from self._quotes(section)
        if kind == "method":
            yield from self._method()

    def _chosen(self, kind: str, section: Frozen) -> list[Any]:
        """In the order of the snapshot; what it does not hold any more is left out."""
        wanted = set(section.get(kind, []))
        return [one for key, one in self.found[kind].items() if key in wanted]

    def _numbers(self) -> Numbers:
        totals, words = self.snapshot["totals"], self.words
        items = [(self._number(totals[name]), words[name]) for name in ("ideas", "comments", "votes")]
        if self.snapshot.get("people") is not None:
            over = "> " if self.snapshot.get("people_is_over") else ""
            items.append((over + self._number(self.snapshot["people"]), words["people"]))
        return Numbers(tuple(items))

    def _questions(self) -> Grid:
        names = ("ideas", "comments", "votes")
        rows = [
            (Cell(one["question"]), *(self._figure(one[name]) for name in names))
            for one in self.snapshot["questions"]
        ]
        headings = ("question", *names)
        return self._grid(self.words["by_question"], [self.words[name] for name in headings], rows)

    def _themes(self, themes: list[Any]) -> Grid:
        names = ("ideas", "comments", "likes", "dislikes")
        rows = [
            (Cell(_path(one)), Cell(one["definition"]), *(self._figure(one[name]) for name in names))
            for one in themes
        ]
        headings = ("theme", "definition", *names)
        return self._grid(self.words["themes"], [self.words[name] for name in headings], rows)

    def _strengths(self, themes: list[Any]) -> Grid:
        rows = [
            (
                Cell(_path(one)),
                self._figure(one["ideas"] + one["comments"]),
                self._figure(one["likes"]),
                self._figure(one["dislikes"]),
                self._interval(one["consensus"]),
                self._interval(one["division"]),
            )
            for one in themes
        ]
        headings = ("theme", "contributions", "likes", "dislikes", "agreement", "division")
        return self._grid(self.words["strength"], [self.words[name] for name in headings], rows)

    def _picture(self, chart: Frozen) -> Picture:
        self.figures += 1
        chart = chart.get("said", {}).get(self.language, chart)
        data = Grid(
            number=self.figures,
            caption=chart["title"],
            headings=tuple(chart["headings"]),
            rows=tuple(
                tuple(Cell(str(text), is_number=n > 0) for n, text in enumerate(row)) for row in chart["rows"]
            ),
        )
        picture = Picture(self.figures, chart["title"], chart["alternative"], chart["svg"], data)
        self.behind.append(picture)
        return picture

    def _table(self, table: Frozen) -> Grid:
        names, columns, cells = table["rows"], table["columns"], table["cells"]
        first = self.words["group"]
        # What is wider than long is turned: words in narrow columns would be broken.
        if len(columns) > max(_MOST_ACROSS, len(names)):
            names, columns, cells = columns, names, [list(column) for column in zip(*cells, strict=True)]
            first = self.words["theme" if table["code"].startswith("themes") else "question"]
        rows = [
            (Cell(name), *(self._released(cell) for cell in row))
            for name, row in zip(names, cells, strict=True)
        ]
        note = self._once(table["withheld"])
        return self._grid(table["title"], [first, *columns], rows, note=note)

    def _once(self, note: str) -> str:
        """Below the first table; after that it stands in the chapter about the method."""
        if note in self.notes:
            return ""
        self.notes.add(note)
        return note

    def _released(self, cell: Frozen) -> Cell:
        if cell["shown"] is None:
            return Cell(self.words["not_shown"], is_number=True, is_hidden=True)
        text = self._number(cell["shown"])
        if cell.get("percent") is not None:
            # Then the number is the least there were, too.
            mark = "> " if cell["percent"] > _OVER else ""
            text = f"{mark}{text} ({mark}{self._percent(min(cell['percent'], _OVER) / 100)})"
        return Cell(text, is_number=True)

    def _grid(
        self, caption: str, headings: list[str], rows: Sequence[tuple[Cell, ...]], note: str = ""
    ) -> Grid:
        self.tables += 1
        return Grid(self.tables, caption, tuple(headings), tuple(rows), note)

    def _quotes(self, section: Frozen) -> Iterator[Block]:
        quotes = section.get("quotes", [])
        if quotes:
            yield Heading(3, self.words["quotes"], is_ours=True)
        for one in quotes:
            yield Saying(one["text"], one["label"], direction_of(one["text"]))

    def _method(self) -> Iterator[Block]:
        words, found = self.words, self.snapshot
        coded = found.get("coded")
        if coded and coded["contributions"]:
            said = {name: self._number(coded[name]) for name in ("coded", "contributions")}
            sentence = words["coded" if coded["version"] else "coded_so_far"]
            filled = sentence.format(coded=said["coded"], all=said["contributions"], version=coded["version"])
            yield Paragraph(one_run(filled))
        yield Paragraph(one_run(words["nobody"]))
        if any(section.get("quotes") for section in self.edition["sections"]):
            yield Paragraph(one_run(words["quotes_checked"]))
        withheld = list(dict.fromkeys(one["withheld"] for one in found.get("tables", []) if one["withheld"]))
        if withheld:
            yield Heading(3, words["withheld"], is_ours=True)
            yield from (Paragraph(one_run(said)) for said in withheld)
        day, digest = self._day(found["taken_on"]), self.edition["snapshot"][:_NAME_OF_CHECKSUM]
        yield Paragraph(one_run(words["snapshot"].format(day=day, digest=digest)), is_small=True)

    def _figure(self, value: int) -> Cell:
        return Cell(self._number(value), is_number=True)

    def _interval(self, estimate: Frozen | None) -> Cell:
        if estimate is None:
            return Cell(self.words["no_votes"], is_number=True)
        said = {name: self._percent(estimate[name]) for name in ("value", "low", "high")}
        return Cell(self.words["interval"].format(**said), is_number=True)

    def _number(self, value: int) -> str:
        return format_decimal(value, locale=self.locale)

    def _percent(self, share: float) -> str:
        return format_percent(share, locale=self.locale)

    def _day(self, written: str) -> str:
        return format_date(date.fromisoformat(written), "d MMMM y", locale=self.locale)


def _path(theme: Frozen) -> str:
    return " › ".join(theme["path"])
