"""What a report consists of, whatever it is written as."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

# The page has the first, sections the second.
_HIGHEST, _LOWEST = 3, 5
_SCHEMES = ("http://", "https://", "mailto:", "tel:")


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str
    anchor: str = ""
    is_ours: bool = False  # in the language of the report, not in whatever somebody typed


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Runs, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Saying:
    """Somebody's words, as they stand in a contribution."""

    text: str
    label: str
    direction: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """A few figures that stand for themselves, each with what it counts."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    is_number: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    number: int
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """`data` is the table of its figures, which stands in the appendix or behind a fold."""

    number: int
    caption: str
    alternative: str
    svg: str
    data: Grid


Block = Heading | Paragraph | Listing | Saying | Numbers | Grid | Picture


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its kind, its heading and what stands below it."""

    kind: str
    heading: str
    anchor: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Brand:
    """Colours as #rrggbb, and the logo as a PNG, empty where there is none."""

    accent: str
    band: str
    on_band: str
    tint: str
    logo: bytes = b""


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report."""

    title: str
    language: str
    direction: str
    organisation: str
    conversation: str
    lines: tuple[str, ...]  # below the title: when, and which version
    published_on: str  # ISO day; every date within a file is this one
    identity: str  # digest of snapshot and edition
    brand: Brand
    parts: tuple[Part, ...]
    appendix: tuple[Grid, ...]
    words: dict[str, str] = field(hash=False)


def paragraphs(text: str) -> list[Block]:
    """
    Markdown as blocks: headings, paragraphs, lists, bold, italic and links to the web.

    No HTML and no pictures; what this cannot say stands there as it was typed.
    """
    found = [block for node in SyntaxTreeNode(_markdown.parse(text)).children for block in _blocks(node)]
    return list(_fitted(found))


def plain(runs: Runs) -> str:
    return "".join(run.text for run in runs)


def one_run(text: str) -> Runs:
    return (Run(text),)


def _fitted(found: list[Block]) -> Iterator[Block]:
    """The highest heading of a text follows its section's, and none leaves a level out."""
    top = min((block.level for block in found if isinstance(block, Heading)), default=_HIGHEST)
    before = _HIGHEST - 1
    for block in found:
        if isinstance(block, Heading):
            before = min(block.level - top + _HIGHEST, before + 1, _LOWEST)
            yield Heading(before, block.text)
        else:
            yield block


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    if node.type == "heading":
        yield Heading(int(node.tag[1]), plain(_runs(node.children[0])))
    elif node.type == "paragraph":
        yield Paragraph(_runs(node.children[0]))
    elif node.type in {"bullet_list", "ordered_list"}:
        yield Listing(tuple(_items(node)), ordered=node.type == "ordered_list")
    elif node.type in {"code_block", "fence"}:
        yield Paragraph(one_run(node.content.rstrip("\n")))
    else:
        for child in node.children:
            yield from _blocks(child)


def _items(node: SyntaxTreeNode) -> Iterator[Runs]:
    """Lists within lists are read one after the other."""
    for item in node.children:
        said: list[Run] = []
        for child in item.children:
            if child.type == "paragraph":
                said += [*([Run(" ")] if said else []), *_runs(child.children[0])]
            else:
                if said:
                    yield tuple(said)
                    said = []
                yield from _items(child) if child.type.endswith("_list") else iter(())
        if said:
            yield tuple(said)


def _runs(inline: SyntaxTreeNode) -> Runs:
    return tuple(_inline(inline, Run("")))


def _inline(node: SyntaxTreeNode, style: Run) -> Iterator[Run]:
    for child in node.children:
        bold = style.bold or child.type == "strong"
        italic = style.italic or child.type == "em"
        if child.type == "link":
            href = str(child.attrs.get("href", ""))
            known = href if href.startswith(_SCHEMES) else ""
            yield from _inline(child, Run("", bold, italic, known))
        elif child.type in {"strong", "em"}:
            yield from _inline(child, Run("", bold, italic, style.href))
        elif child.type in {"softbreak", "hardbreak"}:
            yield Run(" ", style.bold, style.italic, style.href)
        elif child.content:
            yield Run(child.content, style.bold, style.italic, style.href)


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  (the library's name)
        return url.strip().lower().startswith(_SCHEMES)


_markdown = _Reader("commonmark", {"html": False}).disable("image")
