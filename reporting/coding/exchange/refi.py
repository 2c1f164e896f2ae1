"""
REFI-QDA 1.0: the codebook (QDC) and the project (QDPX), as www.qdasoftware.org describes them.

A project holds each contribution as a text of its own, in random order under GUIDs drawn for this export, with
question, area, kind and day as variables. A code's GUID is derived from its id, so a codebook that comes back
finds its codes.
"""

import io
import zipfile
from collections.abc import Sequence
from uuid import UUID, uuid4, uuid5

from lxml import etree

from reporting.coding.exchange.shapes import CodedPost
from reporting.coding.queries.frames import CodeLine

CODEBOOK = "urn:QDA-XML:codebook:1.0"
PROJECT = "urn:QDA-XML:project:1.0"
_ORIGIN = "Conversations"
_SPACE = UUID("6f1f9c2e-8f55-4b6e-9a5e-3d1f6f0f6c11")
_VARIABLES = ("Question", "Area", "Kind", "Day")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def guid_of(code: UUID) -> str:
    return str(uuid5(_SPACE, code.hex))


def codebook(lines: Sequence[CodeLine]) -> bytes:
    """A .qdc file. The frame holds at least one code."""
    root = etree.Element(_in(CODEBOOK, "CodeBook"), nsmap={None: CODEBOOK}, origin=_ORIGIN)
    _add_codes(etree.SubElement(root, _in(CODEBOOK, "Codes")), lines, CODEBOOK)
    return _bytes(root)


def project(name: str, lines: Sequence[CodeLine], posts: Sequence[CodedPost]) -> bytes:
    """A .qdpx file. The posts are taken in the order they come in."""
    root = etree.Element(_in(PROJECT, "Project"), nsmap={None: PROJECT}, name=name, origin=_ORIGIN)
    book = etree.SubElement(root, _in(PROJECT, "CodeBook"))
    _add_codes(etree.SubElement(book, _in(PROJECT, "Codes")), lines, PROJECT)
    variables = etree.SubElement(root, _in(PROJECT, "Variables"))
    guids = {}
    for variable in _VARIABLES:
        guids[variable] = str(uuid4())
        kind = "Date" if variable == "Day" else "Text"
        etree.SubElement(
            variables, _in(PROJECT, "Variable"), guid=guids[variable], name=variable, typeOfVariable=kind
        )
    if posts:
        sources = etree.SubElement(root, _in(PROJECT, "Sources"))
        for number, post in enumerate(posts, start=1):
            _add_source(sources, number, post, guids)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry("project.qde"), _bytes(root))
    return packed.getvalue()


def _add_codes(top: etree._Element, lines: Sequence[CodeLine], space: str) -> None:
    above = [top]
    for line in lines:
        del above[line.depth + 1 :]
        element = etree.SubElement(
            above[-1],
            _in(space, "Code"),
            guid=guid_of(line.id),
            name=line.name,
            isCodable="true",
            color=line.colour,
        )
        said = _definition(line)
        if said:
            etree.SubElement(element, _in(space, "Description")).text = said
        above.append(element)


def _definition(line: CodeLine) -> str:
    """The standard has no place for examples, so they follow the definition as other tools show them."""
    return "\n".join(
        [*([line.definition] if line.definition else []), *(f"“{quote}”" for quote in line.examples)]
    )


def _add_source(sources: etree._Element, number: int, post: CodedPost, guids: dict[str, str]) -> None:
    source = etree.SubElement(
        sources, _in(PROJECT, "TextSource"), guid=str(uuid4()), name=f"{post.kind.capitalize()} {number}"
    )
    etree.SubElement(source, _in(PROJECT, "PlainTextContent")).text = post.text
    places: dict[tuple[int, int], list[UUID]] = {}
    for code, start, end in post.passages:
        places.setdefault((start, end), []).append(code)
    for (start, end), codes in sorted(places.items()):
        selection = etree.SubElement(
            source,
            _in(PROJECT, "PlainTextSelection"),
            guid=str(uuid4()),
            name=post.text[start:end][:60],
            startPosition=str(start),
            endPosition=str(end),
        )
        for code in codes:
            _add_coding(selection, code)
    for code in sorted(post.codes):
        _add_coding(source, code)
    for variable, value in zip(
        _VARIABLES, (post.question, post.area, post.kind, post.day.isoformat()), strict=True
    ):
        holder = etree.SubElement(source, _in(PROJECT, "VariableValue"))
        etree.SubElement(holder, _in(PROJECT, "VariableRef"), targetGUID=guids[variable])
        kind = "DateValue" if variable == "Day" else "TextValue"
        etree.SubElement(holder, _in(PROJECT, kind)).text = value


def _add_coding(element: etree._Element, code: UUID) -> None:
    coding = etree.SubElement(element, _in(PROJECT, "Coding"), guid=str(uuid4()))
    etree.SubElement(coding, _in(PROJECT, "CodeRef"), targetGUID=guid_of(code))


def _in(space: str, name: str) -> str:
    return f"{{{space}}}{name}"


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _entry(name: str) -> zipfile.ZipInfo:
    """Without the moment it was made."""
    entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
