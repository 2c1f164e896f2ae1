"""
What a workbook's archive must be like before anything in it is parsed.

An .xlsx file is a zip archive. Every size in it is a claim: each entry is inflated and counted
here, without keeping it, so that a claim cannot hide a bomb from the parser.
"""

import io
import struct
import zipfile
import zlib

from kernel.tables.refused import DAMAGED, TableRefused

_MOST_ENTRIES = 1_000
_MOST_BYTES = 96 * 1024 * 1024
_MOST_RATIO = 200
_RATIO_FROM = 4 * 1024 * 1024
_CHUNK = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1
_TAIL = 16

_OF_OTHERS = (
    "It holds other files inside. Copy the rows into a new workbook, save it as .xlsx, and upload that."
)
_LINKS = "It takes values from other files or from a database. Copy the rows as values into a new workbook and upload that."
_MACROS = (
    "It contains macros, which are never opened here. Save it as .xlsx (without macros) and upload that."
)
_PASSWORD = "It is protected by a password. Save it without one and upload that."  # noqa: S105
_BINARY = "It is a binary workbook (.xlsb). Save it as .xlsx and upload that."
_OPEN_DOCUMENT = "It is an OpenDocument file. Save it as .xlsx or CSV and upload that."
_NO_WORKBOOK = "It is an archive, but not an Excel workbook. Save the table as .xlsx or CSV and upload that."
_TOO_BIG = "It grows far too large when it is unpacked. Copy the rows into a new workbook and upload that."
_INSIDE = (
    ".zip",
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".xls",
    ".docx",
    ".doc",
    ".pptx",
    ".7z",
    ".rar",
    ".gz",
    ".exe",
    ".bz2",
)


def check_archive(content: bytes) -> None:
    """Raises TableRefused unless this is a plain workbook that unpacks to a bearable size."""
    entries = _entries(content, most=_MOST_ENTRIES)
    _check_names([entry.filename.replace("\\", "/") for entry in entries])
    _check_weight(content, entries)


def check_plain_archive(content: bytes, *, most: int) -> list[str]:
    """
    The names in an archive of another kind. What lies in it is weighed and not looked at.

    Raises TableRefused unless it unpacks to a bearable size, into its own folder.
    """
    entries = _entries(content, most=most)
    names = [entry.filename.replace("\\", "/") for entry in entries]
    if len(set(names)) != len(names) or any(
        name.startswith("/") or ".." in name.split("/") for name in names
    ):
        raise TableRefused(DAMAGED)
    _check_weight(content, entries, is_known=False)
    return names


def _entries(content: bytes, *, most: int) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, RuntimeError) as broken:
        raise TableRefused(DAMAGED) from broken
    if len(entries) > most:
        raise TableRefused(_TOO_BIG)
    return entries


def _check_weight(content: bytes, entries: list[zipfile.ZipInfo], *, is_known: bool = True) -> None:
    _check_sizes(content, entries)
    _check_places(content, entries)
    left = _MOST_BYTES
    for entry in entries:
        left -= _inflated(content, entry, left, is_known=is_known)


def _check_names(names: list[str]) -> None:
    small = [name.lower() for name in names]
    known = set(small)
    refusals = (
        (any(name.startswith("/") or ".." in name.split("/") for name in small), DAMAGED),
        (len(known) != len(small), DAMAGED),
        (any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in small), _MACROS),
        ("xl/workbook.bin" in known, _BINARY),
        ("mimetype" in known and "content.xml" in known, _OPEN_DOCUMENT),
        ("encryptedpackage" in known, _PASSWORD),
        (
            any(name.startswith("xl/externallinks/") for name in small) or "xl/connections.xml" in known,
            _LINKS,
        ),
        (any(name.startswith(("xl/embeddings/", "xl/activex/")) for name in small), _OF_OTHERS),
        (any(name.endswith(_INSIDE) for name in small), _OF_OTHERS),
        ("xl/workbook.xml" not in known or "[content_types].xml" not in known, _NO_WORKBOOK),
    )
    for is_so, sentence in refusals:
        if is_so:
            raise TableRefused(sentence)


def _check_sizes(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    total = sum(entry.file_size for entry in entries)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise TableRefused(_PASSWORD)
    if total > _MOST_BYTES or (total > _RATIO_FROM and total > _MOST_RATIO * len(content)):
        raise TableRefused(_TOO_BIG)
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        raise TableRefused(DAMAGED)


def _check_places(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share bytes unpack to many times what the archive holds."""
    end = 0
    for start, stop in sorted(_place(content, entry) for entry in entries):
        if start < end or stop > len(content):
            raise TableRefused(DAMAGED)
        end = stop


def _place(content: bytes, entry: zipfile.ZipInfo) -> tuple[int, int]:
    return entry.header_offset, _data_start(content, entry) + entry.compress_size


def _data_start(content: bytes, entry: zipfile.ZipInfo) -> int:
    try:
        mark, name, extra = _LOCAL_HEADER.unpack_from(content, entry.header_offset)
    except struct.error as broken:
        raise TableRefused(DAMAGED) from broken
    if mark != b"PK\x03\x04":
        raise TableRefused(DAMAGED)
    return entry.header_offset + _LOCAL_HEADER.size + int(name) + int(extra)


def _inflated(content: bytes, entry: zipfile.ZipInfo, left: int, *, is_known: bool) -> int:
    """How many bytes an entry really has. Raises TableRefused where that is not what it says."""
    start = _data_start(content, entry)
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        if is_known:
            _check_content(entry, bytes(packed[:_CHUNK]), is_first=True)
        _require_size(entry, len(packed))
        return len(packed)
    count, tail = 0, b""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    try:
        while chunk := inflater.decompress(rest, _CHUNK):
            if is_known:
                _check_content(entry, tail + chunk, is_first=count == 0)
            count, tail = count + len(chunk), chunk[-_TAIL:]
            if count > min(left, entry.file_size):
                raise TableRefused(_TOO_BIG)
            rest = inflater.unconsumed_tail
    except zlib.error as broken:
        raise TableRefused(DAMAGED) from broken
    _require_size(entry, count)
    return count


def _require_size(entry: zipfile.ZipInfo, count: int) -> None:
    if count != entry.file_size:
        raise TableRefused(DAMAGED)


def _check_content(entry: zipfile.ZipInfo, chunk: bytes, *, is_first: bool) -> None:
    if is_first and chunk.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"\x7fELF", b"7z\xbc\xaf")):
        raise TableRefused(_OF_OTHERS)
    if not entry.filename.lower().endswith((".xml", ".rels")):
        return
    # No workbook declares entities; whoever does wants a parser to follow them.
    if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
        raise TableRefused(DAMAGED)
    if entry.filename.lower() == "[content_types].xml" and b"macroEnabled" in chunk:
        raise TableRefused(_MACROS)
