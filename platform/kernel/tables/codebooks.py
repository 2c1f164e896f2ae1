"""
Reading REFI-QDA files that others made: codebooks (QDC) and projects (QDPX), inside the sandbox.

A QDPX is an archive with `project.qde` and its texts. No document type, no entity, nothing from elsewhere; what
is no plain text is passed over.
"""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from kernel.tables.archives import check_plain_archive
from kernel.tables.refused import TOO_MUCH_CODED, TableRefused

MOST_CODES = 2_000
MOST_SOURCES = 25_000
_MOST_GIVEN = 400_000
_MOST_CHARACTERS = 30_000_000
_DEEPEST = 40
_NAMESPACES = ("urn:QDA-XML:codebook:1.0", "urn:QDA-XML:project:1.0")
_INTERNAL = "internal://"

_NO_CODEBOOK = "This is no REFI-QDA codebook (.qdc) or project (.qdpx). Export one of these from your program and upload that."
_BROKEN = "This file is damaged, or not as the REFI-QDA standard says. Export it again and upload that."
_TOO_MANY = (
    f"There are more than {MOST_CODES:,} codes or {MOST_SOURCES:,} texts. Export less of it and upload that."
)

Read = dict[str, Any]


def read(content: bytes) -> Read:
    """Codes and coded texts as plain data, or the sentence that says why there are none."""
    try:
        return _read(content)
    except TableRefused as refusal:
        return {"refusal": refusal.sentence}
    except (MemoryError, RecursionError):
        return {"refusal": TOO_MUCH_CODED}


def _read(content: bytes) -> Read:
    if not content.startswith(b"PK"):
        root = _parsed(content)
        codes, _places = _codes(root)
        return {"codes": codes, "sources": []}
    names = check_plain_archive(content, most=MOST_SOURCES)
    described = next((name for name in names if "/" not in name and name.lower().endswith(".qde")), None)
    if described is None:
        raise TableRefused(_NO_CODEBOOK)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            root = _parsed(archive.read(described))
            codes, places = _codes(root)
            return {"codes": codes, "sources": list(_sources(root, places, archive))}
    except (zipfile.BadZipFile, RuntimeError, OSError) as broken:
        raise TableRefused(_BROKEN) from broken


def _parsed(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as broken:
        raise TableRefused(_BROKEN) from broken
    # Neither format declares a document type; whoever does wants a parser to follow it.
    if root.getroottree().docinfo.doctype or etree.QName(root).namespace not in _NAMESPACES:
        raise TableRefused(_NO_CODEBOOK)
    return root


def _codes(root: etree._Element) -> tuple[list[Read], dict[str, int]]:
    """Depth first, each after the one above it; and the place of each by its GUID."""
    top = root if _is(root, "CodeBook") else _child(root, "CodeBook")
    codes: list[Read] = []
    places: dict[str, int] = {}
    listed = None if top is None else _child(top, "Codes")
    waiting = [] if listed is None else [(code, -1, 1) for code in reversed(_children(listed, "Code"))]
    while waiting:
        element, parent, depth = waiting.pop()
        if len(codes) == MOST_CODES or depth > _DEEPEST:
            raise TableRefused(_TOO_MANY)
        here = len(codes)
        definition = _child(element, "Description")
        codes.append(
            {
                "guid": _guid(element.get("guid")),
                "name": (element.get("name") or "")[:1000],
                "definition": (_text(definition) if definition is not None else "")[:20_000],
                "colour": (element.get("color") or "")[:10],
                "parent": parent,
            }
        )
        places[_guid(element.get("guid"))] = here
        waiting += [(code, here, depth + 1) for code in reversed(_children(element, "Code"))]
    return codes, places


def _sources(root: etree._Element, places: dict[str, int], archive: zipfile.ZipFile) -> Iterator[Read]:
    listed = _child(root, "Sources")
    sources = [] if listed is None else _children(listed, "TextSource")
    if len(sources) > MOST_SOURCES:
        raise TableRefused(_TOO_MANY)
    given_in_all = characters = 0
    for source in sources:
        text = _content(source, archive)
        given = [one for one in _given(source, places) if one["end"] <= len(text)]
        given_in_all, characters = given_in_all + len(given), characters + len(text)
        if given_in_all > _MOST_GIVEN or characters > _MOST_CHARACTERS:
            raise TableRefused(TOO_MUCH_CODED)
        yield {"text": text, "given": given}


def _content(source: etree._Element, archive: zipfile.ZipFile) -> str:
    """The plain text, which stands in the source itself or in a file of the archive; empty for anything else."""
    inside = _child(source, "PlainTextContent")
    if inside is not None:
        return _text(inside)
    path = source.get("plainTextPath") or ""
    name = path.removeprefix(_INTERNAL)
    if not path.startswith(_INTERNAL) or "/" in name:
        return ""
    for folder in ("Sources/", "sources/", ""):
        try:
            return archive.read(folder + name).decode("utf-8-sig").replace("\r\n", "\n")
        except KeyError:
            continue
        except UnicodeDecodeError:
            return ""
    return ""


def _given(source: etree._Element, places: dict[str, int]) -> Iterator[Read]:
    yield from _coded(source, places, -1, -1)
    for selection in _children(source, "PlainTextSelection"):
        try:
            start, end = int(selection.get("startPosition") or ""), int(selection.get("endPosition") or "")
        except ValueError as broken:
            raise TableRefused(_BROKEN) from broken
        if 0 <= start < end:
            yield from _coded(selection, places, start, end)


def _coded(element: etree._Element, places: dict[str, int], start: int, end: int) -> Iterator[Read]:
    for coding in _children(element, "Coding"):
        reference = _child(coding, "CodeRef")
        place = places.get(_guid(reference.get("targetGUID"))) if reference is not None else None
        if place is not None:
            yield {"code": place, "start": start, "end": end}


def _guid(written: str | None) -> str:
    return (written or "").strip("{} ").lower()[:40]


def _is(element: etree._Element, name: str) -> bool:
    tag = etree.QName(element)
    return tag.localname == name and tag.namespace in _NAMESPACES


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str) and _is(child, name)]


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: etree._Element) -> str:
    return "".join(element.itertext())
