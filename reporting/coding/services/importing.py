"""
Taking in a codebook or a project of another tool.

A file is read in a process that can do nothing else. It only adds: a code that is there already, by its GUID or
by its name in the same place, stays as it is. Of a project, what was coded in a text that says word for word what
one of our contributions says becomes the reading of whoever imports it, where they have none of it yet.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from conversations.models import Conversation
from kernel import audit
from kernel.database import rows
from kernel.errors import DomainError
from kernel.limits import count
from kernel.tables.refused import TableRefused
from kernel.tables.sandbox import Coded, SourceRead, read_codebook, read_table
from kernel.tenancy import current_tenant
from kernel.text import one_line, plain
from privacy.anonymity import Kind
from reporting.coding.exchange.refi import guid_of
from reporting.coding.exchange.tables import read_codebook_rows
from reporting.coding.measures.colours import ColourNotRead, seen_colour
from reporting.coding.models import ChangeKind, Code, CodeState, GivenCode, Reading
from reporting.coding.models.frame import MOST_CHARACTERS_OF_DEFINITION, MOST_CHARACTERS_OF_NAME
from reporting.coding.permissions import require_may_code
from reporting.coding.queries.posts import POSTS
from reporting.coding.services.frames import Wording, path_of, place_code
from reporting.coding.services.given import MOST_GIVEN
from reporting.coding.services.holding import Working, changing
from tenants.permissions import Staff

_RATE = "30/10minutes"
_BATCH = 1_000


class FileNotRead(DomainError):
    code = "file_not_read"
    status = 422
    message = "%(reason)s"


class NoCodesInFile(DomainError):
    code = "no_codes_in_file"
    status = 422
    message = "No codes were found in this file. A table needs a column Code, or columns Level 1, Level 2 and so on."


@dataclass(frozen=True, slots=True)
class Incoming:
    """A code of a file; `parent` is the place of the one above, -1 at the top."""

    name: str
    definition: str
    colour: str
    parent: int
    guid: str = ""


@dataclass(slots=True)
class Imported:
    """How much was taken in, in numbers."""

    added: int = 0
    known: int = 0
    readings: int = 0
    texts_unknown: int = 0
    codes: list[Code] = field(default_factory=list)


def take_in(*, conversation: Conversation, content: bytes, by: Staff, at: datetime) -> Imported:
    """
    Read a file (QDC, QDPX, XLSX, CSV) and add what it holds.

    Raises RoleMissing, CodingIsOver, TooMany, FileNotRead, NoCodesInFile, TooManyCodes.
    """
    require_may_code(by, conversation, at=at)
    count(what="coding.import", who=str(by.id), rate=_RATE, today=at.date())
    codes, sources = _read(content)
    if not codes:
        raise NoCodesInFile
    made = Imported()
    with changing(conversation, by, at) as work:
        _add_codes(work, codes, made)
        _add_readings(conversation, work, sources, made)
        audit.record(
            "coding imported",
            by=by.id,
            organisation=current_tenant().organisation,
            about={"project": str(conversation.pk), "codes": made.added, "readings": made.readings},
        )
    return made


def _read(content: bytes) -> tuple[list[Incoming], list[SourceRead]]:
    """Raises FileNotRead."""
    is_project = content.startswith(b"PK") and b".qde" in content
    try:
        if is_project or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(
            (b"<", b"\xff\xfe<", b"\xfe\xff\0<")
        ):
            book = read_codebook(content)
            return [
                Incoming(code.name, code.definition, code.colour, code.parent, code.guid)
                for code in book.codes
            ], book.sources
        return _from_rows(read_table(content, is_prose=True).rows), []
    except TableRefused as refusal:
        raise FileNotRead(reason=refusal.sentence) from refusal


def _from_rows(read: list[list[str]]) -> list[Incoming]:
    """Codes above that have no row of their own are there because something stands below them."""
    places: dict[tuple[str, ...], int] = {}
    found: list[Incoming] = []
    for line in read_codebook_rows(read):
        for depth in range(1, len(line.path) + 1):
            key = tuple(name.casefold() for name in line.path[:depth])
            if key in places:
                continue
            is_own = depth == len(line.path)
            above = places.get(key[:-1], -1)
            places[key] = len(found)
            found.append(
                Incoming(
                    name=line.path[depth - 1],
                    definition=line.definition if is_own else "",
                    colour=line.colour if is_own else "",
                    parent=above,
                )
            )
    return found


def _add_codes(work: Working, codes: list[Incoming], made: Imported) -> None:
    there = list(Code.objects.filter(frame=work.frame, state=CodeState.ACTIVE))
    by_guid = {guid_of(code.pk): code for code in there}
    by_name = {(code.parent_id, code.name.casefold()): code for code in there}
    for incoming in codes:
        above = made.codes[incoming.parent] if incoming.parent >= 0 else None
        name = one_line(incoming.name)[:MOST_CHARACTERS_OF_NAME] or "Without a name"
        known = by_guid.get(incoming.guid) or by_name.get((above.pk if above else None, name.casefold()))
        if known is None:
            wording = Wording(
                name, plain(incoming.definition)[:MOST_CHARACTERS_OF_DEFINITION], _colour(incoming)
            )
            known = place_code(work.frame, above, wording)
            by_name[known.parent_id, name.casefold()] = known
            work.note(ChangeKind.IMPORTED, known, after=path_of(known))
            made.added += 1
        else:
            made.known += 1
        made.codes.append(known)


def _colour(incoming: Incoming) -> str:
    try:
        return seen_colour(incoming.colour)
    except ColourNotRead:
        return ""


def _add_readings(
    conversation: Conversation, work: Working, sources: list[SourceRead], made: Imported
) -> None:
    """Two contributions that say the same take what was coded in two texts that say it, one each."""
    free: dict[str, list[tuple[UUID, str, int]]] = defaultdict(list)
    if sources:
        for post, kind, text, version in rows(_UNREAD, [conversation.pk, conversation.pk, work.by.id]):
            free[text].append((post, kind, version))
    readings, given = [], []
    for source in sources:
        if not free.get(source.text):
            made.texts_unknown += 1
            continue
        post, kind, version = free[source.text].pop()
        about = {"idea_id": post} if kind == Kind.IDEA else {"comment_id": post}
        reading = Reading(post=post, by=work.by.id, day=work.day, version=version, **about)
        readings.append(reading)
        given += _given(reading, source.given, made.codes)
    Reading.objects.bulk_create(readings, batch_size=_BATCH)
    GivenCode.objects.bulk_create(given, batch_size=_BATCH)
    made.readings = len(readings)


def _given(reading: Reading, coded: list[Coded], codes: list[Code]) -> list[GivenCode]:
    places = dict.fromkeys(
        (codes[one.code].pk, None if one.start < 0 else one.start, None if one.start < 0 else one.end)
        for one in coded
    )
    return [
        GivenCode(reading=reading, code_id=code, start=start, end=end, version=reading.version)
        for code, start, end in list(places)[:MOST_GIVEN]
    ]


_UNREAD = f"""
    SELECT p.id, p.kind, p.text, p.version FROM ({POSTS}) p
    WHERE NOT EXISTS (SELECT FROM coding_reading r WHERE r.post = p.id AND r.by = %s)
"""
