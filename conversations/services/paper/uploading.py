"""
Forms that were keyed elsewhere, as a table: a row for each form, a column for each question.

The file is read in a process that can do nothing else (`kernel.tables`). Between looking at it and taking it
in, its rows wait in the cache for half an hour; nothing of a file with anything wrong is taken in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4, uuid5

import msgspec
from django.core.cache import cache

from conversations.models import Conversation, Stream
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.services.paper.keying import Answers, ideas_in, key_forms
from conversations.services.paper.piles import MOST_FORMS
from kernel.errors import DomainError
from kernel.tables.refused import TableRefused
from kernel.tables.sandbox import read_table
from tenants.models import Role
from tenants.permissions import Staff, require_role

_SECONDS_KEPT = 30 * 60
_MOST_PROBLEMS = 50
_MOST_SHOWN = 5


class FileNotRead(DomainError):
    code = "file_not_read"
    status = 422
    message = "%(reason)s"


class UploadGone(DomainError):
    code = "upload_gone"
    message = "What was uploaded is kept for half an hour. Upload the file again."


class NothingChosen(DomainError):
    code = "nothing_chosen"
    status = 422
    message = "Say for at least one column which question it answers. Each question has one column."


class RowsToPutRight(DomainError):
    code = "rows_to_put_right"
    status = 422
    message = (
        "%(count)s cells cannot be taken in, so nothing was. Put them right in the file and upload it again."
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that cannot be taken in, named by its row in the file and its column's heading."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was read. `rows` leave out the first, which names the columns, and keep their numbers."""

    id: UUID
    form: str
    headings: list[str]
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be taken in, with the first forms as they would stand."""

    forms: int
    entries: int
    shown: list[list[tuple[Stream, list[str]]]]
    problems: list[Problem]
    problem_count: int


@dataclass(slots=True)
class _Found:
    forms: list[tuple[int, dict[UUID, str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_upload(*, conversation: Conversation, batch: UUID, content: bytes, by: Staff) -> Upload:
    """
    Read a file and keep its rows for half an hour.

    Raises RoleMissing, FileNotRead with the reason.
    """
    require_role(by, Role.FACILITATOR)
    try:
        table = read_table(content, is_prose=True)
    except TableRefused as refusal:
        raise FileNotRead(reason=refusal.sentence) from refusal
    headings, *rows = table.rows
    filled = [(number, cells) for number, cells in enumerate(rows, start=2) if any(cells)]
    if not filled:
        raise FileNotRead(reason="There are no rows under the headings. Put one form in each row.")
    if len(filled) > MOST_FORMS:
        raise FileNotRead(reason="A pile holds up to 5,000 forms. Split the file into several piles.")
    upload = Upload(id=uuid4(), form=table.form, headings=headings, rows=filled)
    cache.set(_key(conversation, batch, upload.id), msgspec.json.encode(upload), _SECONDS_KEPT)
    return upload


def upload_kept(*, conversation: Conversation, batch: UUID, upload: UUID) -> Upload:
    """Raises UploadGone."""
    found = cache.get(_key(conversation, batch, upload))
    if found is None:
        raise UploadGone
    return msgspec.json.decode(found, type=Upload)


def guessed(upload: Upload, streams: list[Stream]) -> dict[int, UUID]:
    """Which column answers which question, where a heading says so: by its words or its place on the form."""
    found: dict[int, UUID] = {}
    for column, heading in enumerate(upload.headings):
        words = " ".join(heading.casefold().split())
        for place, stream in enumerate(streams, start=1):
            known = {stream.question.casefold(), str(place), f"question {place}", f"q{place}"}
            if words in known and stream.pk not in found.values():
                found[column] = stream.pk
                break
    return found


def preview(*, upload: Upload, columns: Mapping[int, UUID], streams: list[Stream]) -> Preview:
    """What would be taken in with this choice of columns. Raises NothingChosen."""
    found = _found(upload, columns, streams)
    by_id = {stream.pk: stream for stream in streams}
    first = [
        [(by_id[stream], ideas) for stream, text in answers.items() if (ideas := ideas_in(text))]
        for _row, answers in found.forms[:_MOST_SHOWN]
    ]
    return Preview(
        forms=len(found.forms),
        entries=sum(len(ideas_in(text)) for _row, answers in found.forms for text in answers.values()),
        shown=first,
        problems=found.problems[:_MOST_PROBLEMS],
        problem_count=len(found.problems),
    )


def take_in(
    *,
    conversation: Conversation,
    batch: UUID,
    upload: Upload,
    columns: Mapping[int, UUID],
    streams: list[Stream],
    by: Staff,
) -> int:
    """
    Add the rows as forms of the pile, all or none, and return how many; the same upload twice is one.

    Raises RoleMissing, NothingChosen, RowsToPutRight, NotBeingKeyed, TooManyForms, NotFound.
    """
    require_role(by, Role.FACILITATOR)
    found = _found(upload, columns, streams)
    if found.problems:
        raise RowsToPutRight
    forms: list[tuple[UUID, Answers]] = [
        (uuid5(upload.id, str(number)), answers) for number, answers in found.forms
    ]
    taken = key_forms(conversation=conversation, batch=batch, forms=forms, by=by)
    cache.delete(_key(conversation, batch, upload.id))
    return taken


def _found(upload: Upload, columns: Mapping[int, UUID], streams: list[Stream]) -> _Found:
    known = {stream.pk for stream in streams}
    chosen = {
        column: stream
        for column, stream in columns.items()
        if column < len(upload.headings) and stream in known
    }
    if not chosen or len(set(chosen.values())) < len(chosen):
        raise NothingChosen
    found = _Found()
    for number, cells in upload.rows:
        answers = {stream: cells[column] for column, stream in chosen.items() if column < len(cells)}
        found.forms.append((number, answers))
        for column, stream in chosen.items():
            reason = _reason(answers.get(stream, ""))
            if reason:
                found.problems.append(Problem(number, upload.headings[column] or f"{column + 1}", reason))
    return found


def _reason(text: str) -> str:
    """Why a cell cannot be taken in; empty where it can."""
    if text.startswith("="):
        return "This is a formula. Replace it with the words that were written."
    longest = max((len(idea) for idea in ideas_in(text)), default=0)
    if longest > MOST_CHARACTERS_OF_IDEA:
        return f"One idea has {longest:,} characters, and {MOST_CHARACTERS_OF_IDEA:,} fit. Leave a line free to make two of it."
    return ""


def _key(conversation: Conversation, batch: UUID, upload: UUID) -> str:
    return f"paper:{conversation.pk}:{batch}:{upload}"
