"""The key findings as PowerPoint: one thing on each slide, with a title, a text for every picture, and notes."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_AUTO_SIZE, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from kernel import languages
from reporting.documents.formats.archives import with_fixed_dates
from reporting.documents.formats.blocks import (
    Grid,
    Listing,
    Numbers,
    Paper,
    Paragraph,
    Part,
    Picture,
    Saying,
    plain,
)
from reporting.documents.formats.pictures import png_of, proportion_of
from reporting.documents.measures import direction_of

_WIDE, _HIGH = Inches(13.333), Inches(7.5)
_SIDE, _TOP = Inches(0.7), Inches(1.75)
_ROOM = Emu(int(_WIDE - 2 * _SIDE))
_DEPTH = Inches(5.2)
_INK, _MUTED = "1B1F24", "555B63"
_FONT = "Arial"
# What can be read from the back of a room.
_MOST_POINTS, _MOST_QUOTES, _MOST_ROWS, _MOST_COLUMNS = 6, 3, 10, 6
_MOST_LETTERS = 280
_FEWEST_ROWS, _NAME_AND_FIGURE = 2, 2
# Sections whose charts say what their tables say.
_CHARTED = frozenset({"themes", "strength"})
_COVER, _TITLE_ONLY = 0, 5


def written(paper: Paper) -> bytes:
    """The same bytes for the same report, on every day."""
    writer = _Writer(paper)
    writer.fill()
    content = io.BytesIO()
    writer.show.save(content)
    return with_fixed_dates(content.getvalue(), on=date.fromisoformat(paper.published_on))


class _Writer:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.show: Any = Presentation()
        self.language = str(languages.locale(paper.language)).replace("_", "-")
        self.accent = _colour(paper.brand.accent)

    def fill(self) -> None:
        self._frame()
        self._properties()
        self._cover()
        for part in self.paper.parts:
            for blocks, title in _key(part, self.paper.words):
                self._slide(title, blocks, part)

    def _frame(self) -> None:
        """Wide slides; what the layouts place is spread over the new width."""
        # The library's empty presentation brings the settings of a printer along.
        part = self.show.part
        for name in [name for name, found in part.rels.items() if found.reltype.endswith("/printerSettings")]:
            part.drop_rel(name)
        ratio = _WIDE / self.show.slide_width
        self.show.slide_width, self.show.slide_height = _WIDE, _HIGH
        for layout in (self.show.slide_master, *self.show.slide_layouts):
            for shape in layout.shapes:
                if shape.left is not None:
                    shape.left, shape.width = Emu(int(shape.left * ratio)), Emu(int(shape.width * ratio))

    def _properties(self) -> None:
        core, paper = self.show.core_properties, self.paper
        day = datetime.fromisoformat(paper.published_on).replace(tzinfo=UTC)
        core.title, core.author, core.subject = paper.title, paper.organisation, paper.conversation
        core.language, core.identifier = paper.language, paper.identity
        core.created = core.modified = core.last_printed = day.replace(tzinfo=None)
        core.last_modified_by, core.revision, core.keywords, core.comments = "", 1, "", ""

    def _cover(self) -> None:
        paper = self.paper
        slide = self.show.slides.add_slide(self.show.slide_layouts[_COVER])
        self._say(slide.shapes.title.text_frame, paper.title, size=40, bold=True, colour=self.accent)
        below = slide.placeholders[1].text_frame
        self._say(below, paper.organisation, size=24)
        for line in paper.lines:
            self._say(below, line, size=16, colour=_colour(_MUTED), more=True)
        if paper.brand.logo:
            logo = slide.shapes.add_picture(
                io.BytesIO(paper.brand.logo), _SIDE, Inches(0.5), height=Inches(0.9)
            )
            _describe(logo, paper.words["logo"].format(organisation=paper.organisation))
        self._note(slide, paper.words["nobody"])

    def _slide(self, title: str, blocks: list[Any], part: Part) -> None:
        slide = self.show.slides.add_slide(self.show.slide_layouts[_TITLE_ONLY])
        heading = slide.shapes.title
        heading.left, heading.top, heading.width, heading.height = _SIDE, Inches(0.45), _ROOM, Inches(1.1)
        heading.text_frame.word_wrap = True
        self._say(heading.text_frame, title, size=28, bold=True, colour=self.accent, align=PP_ALIGN.LEFT)
        first = blocks[0]
        if isinstance(first, Picture):
            self._picture(slide, first)
        elif isinstance(first, Grid):
            self._table(slide, first)
        elif isinstance(first, Numbers):
            self._numbers(slide, first)
        else:
            self._lines(slide, blocks)
        self._note(slide, _told(part))

    def _picture(self, slide: Any, picture: Picture) -> None:  # noqa: ANN401
        proportion = proportion_of(picture.svg)
        width = min(int(_ROOM), int(_DEPTH / proportion)) if proportion else int(_ROOM)
        shown = slide.shapes.add_picture(
            io.BytesIO(png_of(picture.svg)), Emu(int((_WIDE - width) / 2)), _TOP, width=Emu(width)
        )
        _describe(shown, picture.alternative)

    def _table(self, slide: Any, grid: Grid) -> None:  # noqa: ANN401
        rows, shown = grid.rows[:_MOST_ROWS], _columns(grid)
        columns = len(shown)
        place = slide.shapes.add_table(len(rows) + 1, columns, _SIDE, _TOP, _ROOM, Inches(0.4))
        _describe(place, grid.caption)
        table = place.table
        widths = [2.0 if not grid.rows[0][n].is_number else 1.0 for n in shown]
        for x, n in enumerate(shown):
            table.columns[x].width = Emu(int(_ROOM * widths[x] / sum(widths)))
            self._cell(table.cell(0, x), grid.headings[n], is_bold=True, at_end=grid.rows[0][n].is_number)
            table.cell(0, x).fill.solid()
            table.cell(0, x).fill.fore_color.rgb = self.accent
        for y, row in enumerate(rows, start=1):
            for x, cell in enumerate(row[n] for n in shown):
                self._cell(table.cell(y, x), _short(cell.text, 90), at_end=cell.is_number)
                table.cell(y, x).fill.background()

    def _cell(self, cell: Any, words: str, *, is_bold: bool = False, at_end: bool = False) -> None:  # noqa: ANN401
        colour = _colour("FFFFFF") if is_bold else None
        align = PP_ALIGN.RIGHT if at_end else None
        self._say(cell.text_frame, words, size=14, bold=is_bold, colour=colour, align=align)

    def _numbers(self, slide: Any, block: Numbers) -> None:  # noqa: ANN401
        each = int(_ROOM / max(len(block.items), 1))
        for n, (figure, what) in enumerate(block.items):
            box = slide.shapes.add_textbox(Emu(int(_SIDE + n * each)), Inches(2.6), Emu(each), Inches(2))
            box.text_frame.word_wrap = True
            self._say(box.text_frame, figure, size=48, bold=True, colour=self.accent)
            self._say(box.text_frame, what, size=18, more=True)

    def _lines(self, slide: Any, blocks: list[Any]) -> None:  # noqa: ANN401
        box = slide.shapes.add_textbox(_SIDE, _TOP, _ROOM, _DEPTH)
        box.text_frame.word_wrap = True
        box.text_frame.auto_size = MSO_AUTO_SIZE.NONE
        is_first = True
        for block in blocks:
            for words, size, colour in _read(block):
                self._say(box.text_frame, words, size=size, colour=colour, more=not is_first)
                is_first = False

    def _say(
        self,
        frame: Any,  # noqa: ANN401
        words: str,
        *,
        size: int,
        bold: bool = False,
        colour: RGBColor | None = None,
        align: PP_ALIGN | None = None,
        more: bool = False,
    ) -> None:
        paragraph = frame.add_paragraph() if more else frame.paragraphs[0]
        run = paragraph.add_run()
        run.text = words
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONT
        run.font.color.rgb = colour or _colour(_INK)
        run._r.get_or_add_rPr().set("lang", self.language)  # noqa: SLF001
        paragraph.space_after = Pt(8)
        if align is not None:
            paragraph.alignment = align
        if direction_of(words) == "rtl":
            paragraph._p.get_or_add_pPr().set("rtl", "1")  # noqa: SLF001
            paragraph.alignment = PP_ALIGN.RIGHT

    def _note(self, slide: Any, words: str) -> None:  # noqa: ANN401
        slide.notes_slide.notes_text_frame.text = words


def _columns(grid: Grid) -> list[int]:
    """The first column and those with figures: what words explain is said aloud."""
    wanted = [n for n, cell in enumerate(grid.rows[0]) if n == 0 or cell.is_number]
    return (wanted if len(wanted) > 1 else list(range(len(grid.headings))))[:_MOST_COLUMNS]


def _quotes(part: Part) -> list[Any]:
    """As many as a slide holds: none is shortened."""
    found: list[Any] = []
    for block in part.blocks:
        room = _MOST_LETTERS * _MOST_QUOTES - sum(len(one.text) for one in found)
        if isinstance(block, Saying) and len(found) < _MOST_QUOTES and (not found or len(block.text) <= room):
            found.append(block)
    return found


def _key(part: Part, words: dict[str, str]) -> Iterator[tuple[list[Any], str]]:
    """What of a section is shown to a room: its figures, its points, then each picture and table, then quotes."""
    points = [block for block in part.blocks if isinstance(block, Listing)]
    texts = [block for block in part.blocks if isinstance(block, Paragraph) and not block.is_small]
    shown = [block for block in part.blocks if isinstance(block, Picture | Grid)]
    # What leads to a chart is said aloud: it stands in the notes.
    lines = points or ([] if shown else texts)
    if lines and part.kind != "method":
        yield lines, part.heading
    for block in part.blocks:
        if isinstance(block, Numbers) and block.items:
            yield [block], words["slide_numbers"]
        elif isinstance(block, Picture) or (isinstance(block, Grid) and _is_key(block, part)):
            yield [block], block.caption
    quotes = _quotes(part)
    if quotes:
        yield list(quotes), f"{part.heading}: {words['slide_quotes']}"
    if part.kind == "method" and texts:
        yield texts, part.heading


def _is_key(grid: Grid, part: Part) -> bool:
    """A table with something to compare that no chart beside it shows already."""
    if len(grid.rows) < _FEWEST_ROWS or all(cell.is_hidden for row in grid.rows for cell in row[1:]):
        return False
    has_chart = any(isinstance(block, Picture) for block in part.blocks)
    is_told = part.kind in _CHARTED or (part.kind == "opinions" and len(grid.headings) == _NAME_AND_FIGURE)
    return not (has_chart and is_told)


def _read(block: Any) -> Iterator[tuple[str, int, RGBColor | None]]:  # noqa: ANN401
    if isinstance(block, Listing):
        for n, item in enumerate(block.items[:_MOST_POINTS], start=1):
            mark = f"{n}." if block.ordered else "•"
            yield f"{mark} {_short(plain(item), _MOST_LETTERS)}", 20, None
    elif isinstance(block, Saying):
        size = 20 if len(block.text) <= _MOST_LETTERS else 14
        yield f"“{block.text}”", size, None
        if block.label:
            yield f"— {block.label}", 16, _colour(_MUTED)
    elif isinstance(block, Paragraph):
        yield _short(plain(block.runs), _MOST_LETTERS), 18, None


def _told(part: Part) -> str:
    """The notes: what the section says in full, and the figures behind its charts."""
    said: list[str] = []
    for block in part.blocks:
        if isinstance(block, Paragraph):
            said.append(plain(block.runs))
        elif isinstance(block, Listing):
            said += [f"- {plain(item)}" for item in block.items]
        elif isinstance(block, Picture):
            said.append(block.alternative)
            said += [": ".join(cell.text for cell in row) for row in block.data.rows]
        elif isinstance(block, Grid) and block.note:
            said.append(block.note)
    return "\n".join(said) or part.heading


def _describe(shape: Any, words: str) -> None:  # noqa: ANN401
    shape._element.xpath(".//p:cNvPr")[0].set("descr", words)  # noqa: SLF001


def _colour(written: str) -> RGBColor:
    made: RGBColor = RGBColor.from_string(written.lstrip("#").upper())  # type: ignore[no-untyped-call]  # the library's
    return made


def _short(words: str, most: int) -> str:
    """A quote is never shortened; our own text is, at a word, and stands whole in the notes."""
    return words if len(words) <= most else f"{words[:most].rpartition(' ')[0] or words[:most]} ..."
