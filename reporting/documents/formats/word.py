"""A report as Word: real styles, captions that Word itself numbers, header rows, a text for every picture."""

import io
from datetime import UTC, date, datetime
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from kernel import languages
from reporting.documents.formats.archives import with_fixed_dates
from reporting.documents.formats.blocks import (
    Block,
    Cell,
    Grid,
    Heading,
    Listing,
    Numbers,
    Paper,
    Paragraph,
    Picture,
    Run,
    Saying,
)
from reporting.documents.formats.pictures import png_of
from reporting.documents.measures import direction_of

_FONT = "Arial"  # on every machine; ours is on few, and a file that carries it is refused by some
_WIDTH = Cm(16.6)
_INK, _MUTED = "1B1F24", "555B63"
_AFTER = {"Normal": 8, "Heading 1": 8, "Heading 2": 6, "Heading 3": 4, "Heading 4": 4}
_MANY_COLUMNS = 6


def written(paper: Paper) -> bytes:
    """The same bytes for the same report, on every day."""
    made = _Writer(paper).document()
    content = io.BytesIO()
    made.save(content)
    return with_fixed_dates(content.getvalue(), on=date.fromisoformat(paper.published_on))


class _Writer:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.word: WordDocument = Document()
        self.accent = paper.brand.accent.lstrip("#")
        self.lists = 0

    def document(self) -> WordDocument:
        self._page()
        self._styles()
        self._properties()
        self._front()
        for part in self.paper.parts:
            self.word.add_heading(part.heading, level=1)
            for block in part.blocks:
                self._block(block)
        grids = [grid for grid in self.paper.appendix if grid.rows]
        if grids:
            self.word.add_heading(self.paper.words["appendix"], level=1)
        for grid in grids:
            self._caption(self.paper.words["figure"], grid.number, grid.caption, counts=False)
            self._table(grid)
        return self.word

    def _page(self) -> None:
        section = self.word.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.2)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        before, _here, after = self.paper.words["one_page"].partition("{here}")
        between, _last, rest = after.partition("{last}")
        foot.add_run(before)
        _field(foot, "PAGE", "1")
        foot.add_run(between)
        _field(foot, "NUMPAGES", "1")
        foot.add_run(rest)

    def _styles(self) -> None:
        styles = self.word.styles
        for name, size in (
            ("Normal", 11),
            ("Title", 26),
            ("Subtitle", 14),
            ("Heading 1", 18),
            ("Heading 2", 14),
            ("Heading 3", 12),
            ("Heading 4", 11),
            ("Caption", 10),
            ("Intense Quote", 11),
            ("Footer", 9),
        ):
            style = styles[name]
            style.font.name, style.font.size = _FONT, Pt(size)
            _fonts_everywhere(style)
            is_heading = name.startswith("Heading") or name == "Title"
            style.font.color.rgb = RGBColor.from_string(self.accent.upper() if is_heading else _INK)
            style.font.italic = False
            style.font.bold = is_heading or name == "Caption"
            if name in _AFTER:
                style.paragraph_format.space_after = Pt(_AFTER[name])
        styles["Caption"].paragraph_format.keep_with_next = True
        _rule_beside(styles["Intense Quote"], self.accent)
        _no_rule(styles["Title"])
        self._language()

    def _language(self) -> None:
        """Of the whole document, so that it is read aloud with the right voice."""
        named = str(languages.locale(self.paper.language)).replace("_", "-")
        defaults = self.word.styles.element.find(qn("w:docDefaults"))
        properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
        known = properties.find(qn("w:lang"))
        known = known if known is not None else OxmlElement("w:lang")
        for side in ("w:val", "w:eastAsia", "w:bidi"):
            known.set(qn(side), named)
        properties.append(known)

    def _properties(self) -> None:
        core, paper = self.word.core_properties, self.paper
        day = datetime.fromisoformat(paper.published_on).replace(tzinfo=UTC)
        core.title, core.author, core.language = paper.title, paper.organisation, paper.language
        core.subject, core.comments, core.keywords = paper.conversation, "", ""
        core.created = core.modified = core.last_printed = day.replace(tzinfo=None)
        core.last_modified_by, core.revision, core.identifier = "", 1, paper.identity

    def _front(self) -> None:
        paper = self.paper
        if paper.brand.logo:
            picture = self.word.add_paragraph().add_run()
            shape = picture.add_picture(io.BytesIO(paper.brand.logo), height=Cm(1.6))
            _describe(shape, paper.words["logo"].format(organisation=paper.organisation))
        self.word.add_paragraph(paper.title, style="Title")
        self.word.add_paragraph(paper.conversation, style="Subtitle")
        for line in paper.lines:
            self._small(line)

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            self.word.add_heading(block.text, level=block.level - 1)
        elif isinstance(block, Paragraph):
            self._runs(self.word.add_paragraph(), block.runs, is_small=block.is_small)
        elif isinstance(block, Listing):
            self._listing(block)
        elif isinstance(block, Saying):
            self._saying(block)
        elif isinstance(block, Numbers):
            self._numbers(block)
        elif isinstance(block, Grid):
            if block.rows:
                self._caption(self.paper.words["table"], block.number, block.caption)
                self._table(block)
        else:
            self._picture(block)

    def _runs(self, paragraph: Any, runs: tuple[Run, ...], *, is_small: bool = False) -> None:  # noqa: ANN401
        turned = direction_of("".join(run.text for run in runs)) == "rtl"
        if turned:
            _turn(paragraph)
        for run in runs:
            made = _link(paragraph, run, self.accent) if run.href else paragraph.add_run(run.text)
            made.bold, made.italic = run.bold or None, run.italic or None
            if is_small:
                made.font.size, made.font.color.rgb = Pt(9.5), RGBColor.from_string(_MUTED)
            if turned:
                made.font.rtl = True

    def _small(self, text: str) -> None:
        self._runs(self.word.add_paragraph(), (Run(text),), is_small=True)

    def _listing(self, block: Listing) -> None:
        numbering = self._new_list() if block.ordered else None
        for item in block.items:
            style = "List Number" if block.ordered else "List Bullet"
            paragraph = self.word.add_paragraph(style=style)
            self._runs(paragraph, item)
            if numbering is not None:
                _number_by(paragraph, numbering)

    def _new_list(self) -> int:
        """Every numbered list starts with one."""
        numbering = self.word.part.numbering_part.element
        style = self.word.styles["List Number"].element
        own = style.find(f".//{qn('w:numId')}").get(qn("w:val"))
        abstract = next(one for one in numbering.num_lst if str(one.numId) == own).abstractNumId.val
        made = numbering.add_num(abstract)
        made.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(made.numId)

    def _saying(self, block: Saying) -> None:
        paragraph = self.word.add_paragraph(style="Intense Quote")
        self._runs(paragraph, (Run(block.text),))
        if block.label:
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = True
            label = self.word.add_paragraph(style="Intense Quote")
            self._runs(label, (Run(f"— {block.label}"),), is_small=True)

    def _numbers(self, block: Numbers) -> None:
        for figure, what in block.items:
            paragraph = self.word.add_paragraph(style="List Bullet")
            self._runs(paragraph, (Run(figure, bold=True), Run(f" {what}")))

    def _caption(self, kind: str, number: int, text: str, *, counts: bool = True) -> None:
        paragraph = self.word.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ")
        if counts:
            _field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
        else:
            paragraph.add_run(str(number))
        paragraph.add_run(f": {text}")

    def _table(self, grid: Grid) -> None:
        table = self.word.add_table(rows=1, cols=len(grid.headings), style="Normal Table")
        _plain_look(table, self.accent)
        size = Pt(8 if len(grid.headings) > _MANY_COLUMNS else 9.5)
        is_number = [cell.is_number for cell in grid.rows[0]]
        for n, heading in enumerate(grid.headings):
            _fill(table.rows[0].cells[n], Cell(heading, is_number=is_number[n]), size, is_bold=True)
        _mark_header(table.rows[0])
        for row in grid.rows:
            added = table.add_row()
            _keep_whole(added)
            for place, cell in zip(added.cells, row, strict=True):
                _fill(place, cell, size)
        _set_widths(table, _shares(grid))
        _describe_table(table, grid.caption)
        if grid.note:
            self._small(grid.note)
        else:
            self.word.add_paragraph().paragraph_format.space_after = Pt(0)

    def _picture(self, picture: Picture) -> None:
        paragraph = self.word.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(png_of(picture.svg)), width=_WIDTH)
        _describe(shape, picture.alternative)
        self._caption(self.paper.words["figure"], picture.number, picture.caption)


# What the library has no words for ----------------------------------------------------------


def _element(name: str, **attributes: str) -> Any:  # noqa: ANN401  (elements of the library are untyped)
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _field(paragraph: Any, instruction: str, shown: str) -> None:  # noqa: ANN401
    """A field with the value it has now, so that it reads well where nothing is worked out anew."""
    field = _element("fldSimple", instr=instruction)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001


def _describe(shape: Any, words: str) -> None:  # noqa: ANN401
    shape._inline.docPr.set("descr", words)  # noqa: SLF001
    for side in ("distT", "distB", "distL", "distR"):
        shape._inline.set(side, "0")  # noqa: SLF001


def _describe_table(table: Any, words: str) -> None:  # noqa: ANN401
    properties = table._tbl.tblPr  # noqa: SLF001
    properties.append(_element("tblCaption", val=words))


def _mark_header(row: Any) -> None:  # noqa: ANN401
    _keep_whole(row)
    row._tr.get_or_add_trPr().append(_element("tblHeader"))  # noqa: SLF001


def _keep_whole(row: Any) -> None:  # noqa: ANN401
    row._tr.get_or_add_trPr().append(_element("cantSplit"))  # noqa: SLF001


def _shares(grid: Grid) -> list[float]:
    """Words get more room than figures, sentences more than words, and no figure or heading is broken."""
    found = []
    for n, heading in enumerate(grid.headings):
        cells = [row[n] for row in grid.rows]
        if cells and cells[0].is_number:
            longest = max(len(text) for text in (*heading.split(), *(cell.text for cell in cells)))
            found.append(min(max(longest / 5.5, 1.5), 2.9))
        else:
            longest = max((len(cell.text) for cell in cells), default=0)
            found.append(min(max(longest / 11, 2.2), 6.0))
    return found


def _set_widths(table: Any, shares: list[float]) -> None:  # noqa: ANN401
    widths = [int(_WIDTH * share / sum(shares)) for share in shares]
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):  # noqa: SLF001
        column.w = width
    for row in table._tbl.tr_lst:  # noqa: SLF001
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width


def _turn(paragraph: Any) -> None:  # noqa: ANN401
    paragraph._p.get_or_add_pPr().append(_element("bidi"))  # noqa: SLF001


def _number_by(paragraph: Any, numbering: int) -> None:  # noqa: ANN401
    wanted = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001
    wanted.get_or_add_ilvl().val = 0
    wanted.get_or_add_numId().val = numbering


def _link(paragraph: Any, run: Run, accent: str) -> Any:  # noqa: ANN401
    part = paragraph.part
    target = part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), target)
    made = paragraph.add_run(run.text)
    made.font.underline, made.font.color.rgb = True, RGBColor.from_string(accent.upper())
    link.append(made._r)  # noqa: SLF001
    paragraph._p.append(link)  # noqa: SLF001
    return made


def _fonts_everywhere(style: Any) -> None:  # noqa: ANN401
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), _FONT)


def _rule_beside(style: Any, colour: str) -> None:  # noqa: ANN401
    properties = style.element.get_or_add_pPr()
    _no_rule(style)
    borders = _element("pBdr")
    borders.append(_element("left", val="single", sz="18", space="10", color=colour))
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc"
    )
    style.paragraph_format.left_indent, style.paragraph_format.right_indent = Cm(0.5), Cm(0)
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT


def _no_rule(style: Any) -> None:  # noqa: ANN401
    properties = style.element.get_or_add_pPr()
    for known in properties.findall(qn("w:pBdr")):
        properties.remove(known)


def _plain_look(table: Any, accent: str) -> None:  # noqa: ANN401
    """Hairlines below rows, one line of the brand's colour above them."""
    properties = table._tbl.tblPr  # noqa: SLF001
    borders = _element("tblBorders")
    borders.append(_element("top", val="single", sz="8", space="0", color=accent))
    for side, line in (
        ("left", "nil"),
        ("bottom", "single"),
        ("right", "nil"),
        ("insideH", "single"),
        ("insideV", "nil"),
    ):
        borders.append(_element(side, val=line, sz="4", space="0", color="DCD8CF"))
    properties.append(borders)


def _fill(place: Any, cell: Cell, size: Any, *, is_bold: bool = False) -> None:  # noqa: ANN401
    paragraph = place.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(cell.text)
    run.font.size, run.bold = size, is_bold or None
    if cell.is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if direction_of(cell.text) == "rtl":
        _turn(paragraph)
        run.font.rtl = True
    if cell.is_hidden:
        run.italic, run.font.color.rgb = True, RGBColor.from_string(_MUTED)
        look = place._tc.get_or_add_tcPr()  # noqa: SLF001
        look.append(_element("shd", val="diagStripe", color="DCD8CF", fill="F4F2EC"))
