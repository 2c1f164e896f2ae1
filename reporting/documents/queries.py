"""Reports as their readers and their writers see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Max

from conversations.models import Conversation, Dimension, State
from kernel.database import rows
from kernel.errors import NotFound
from privacy.anonymity import Kind
from reporting.coding.queries import frames
from reporting.documents.models import (
    Document,
    Edition,
    Format,
    Freezing,
    Quote,
    Report,
    Section,
    Snapshot,
    Version,
    VersionState,
)
from tenants.registry import Happening

_MOST_FOUND = 20
_FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class FormatLine:
    """One file of a report. `format` is pdf, docx, html or pptx."""

    format: str
    label: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A published report: what the organisation downloads."""

    version: UUID
    title: str
    language: str
    number: int
    published_on: date
    formats: list[FormatLine]


def reports_of(conversation: Conversation) -> list[ReportLine]:
    """Published reports of a conversation, newest first; of each the one version that stands. Two queries."""
    found = (
        Version.objects.filter(report__conversation=conversation, state=VersionState.PUBLISHED)
        .select_related("report")
        .prefetch_related("documents")
        .order_by("-published_on", "report__title")
    )
    return [
        ReportLine(
            version=one.pk,
            title=one.report.title,
            language=one.report.language,
            number=one.number,
            published_on=one.published_on,
            formats=_formats(one),
        )
        for one in found
    ]


def published_document(version: UUID, format: str) -> Document:
    """For client users: what stands published, and nothing else. Raises NotFound."""
    return _document(version, format, states=[VersionState.PUBLISHED])


def document_of(conversation: Conversation, version: UUID, format: str) -> Document:
    """For analysts: also versions that were replaced or withheld, while their files are kept. Raises NotFound."""
    found = _document(version, format, states=list(VersionState))
    if found.version.report.conversation_id != conversation.pk:
        raise NotFound
    return found


def document_with(conversation: Conversation, document: UUID) -> Document:
    """For analysts, by its own id. Raises NotFound."""
    found = (
        Document.objects.filter(pk=document, version__report__conversation=conversation)
        .select_related("version__report__conversation")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _document(version: UUID, format: str, *, states: Sequence[str]) -> Document:
    found = (
        Document.objects.filter(version=version, format=format, version__state__in=states)
        .select_related("version__report__conversation")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _formats(version: Version) -> list[FormatLine]:
    order = list(Format)
    made = sorted(version.documents.all(), key=lambda one: order.index(Format(one.format)))
    return [FormatLine(one.format, Format(one.format).label, one.size, one.digest) for one in made]


# For whoever writes them ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version with its files; `done` of `most` are made while it is being made."""

    version: Version
    formats: list[FormatLine]

    @property
    def done(self) -> int:
        return len(self.formats)

    @property
    def most(self) -> int:
        return len(Format)


def written_reports(conversation: Conversation) -> list[Report]:
    return list(
        Report.objects.filter(conversation=conversation)
        .select_related("snapshot")
        .prefetch_related("versions")
        .order_by("-started_on", "title")
    )


def report_of(conversation: Conversation, report: UUID) -> Report:
    """Raises NotFound for a report of another conversation."""
    found = Report.objects.filter(conversation=conversation, pk=report).select_related("snapshot").first()
    if found is None:
        raise NotFound
    return found


def sections_of(report: Report) -> list[Section]:
    """In their order, each with its quotes."""
    return list(report.sections.prefetch_related("quotes").order_by("position"))


def section_of(report: Report, section: UUID) -> Section:
    """Raises NotFound."""
    found = report.sections.filter(pk=section).select_related("report").first()
    if found is None:
        raise NotFound
    return found


def quotes_in(section: Section) -> list[Quote]:
    return list(section.quotes.order_by("position"))


def next_number(report: Report) -> int:
    """What its next version is called."""
    return (report.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def versions_of(report: Report) -> list[VersionLine]:
    """Every one there ever was, newest first."""
    found = report.versions.prefetch_related("documents").order_by("-number")
    return [VersionLine(one, _formats(one)) for one in found]


def version_of(conversation: Conversation, version: UUID) -> VersionLine:
    """Raises NotFound."""
    found = (
        Version.objects.filter(report__conversation=conversation, pk=version)
        .select_related("report")
        .prefetch_related("documents")
        .first()
    )
    if found is None:
        raise NotFound
    return VersionLine(found, _formats(found))


def newest_snapshot(conversation: Conversation) -> Snapshot | None:
    return Snapshot.objects.filter(conversation=conversation).order_by("-number").first()


def is_freezing(conversation: Conversation) -> bool:
    return Freezing.objects.filter(pk=conversation.pk).exists()


def waiting_to_freeze() -> list[UUID]:
    return list(Freezing.objects.values_list("pk", flat=True))


def content_of(kept: Snapshot | Edition | None) -> dict[str, Any]:
    """What was frozen, as it was written; nothing where its content had to go."""
    found: dict[str, Any] = msgspec.json.decode(kept.content) if kept and kept.content else {}
    return found


def dimensions_of(conversation: Conversation) -> list[tuple[str, str]]:
    """What a quote's label may be about: code and question."""
    found = Dimension.objects.filter(conversation=conversation).order_by("position", "code")
    return [(one.code, one.question) for one in found]


# Contributions to quote -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quotable:
    """A contribution as everybody reads it now. `route` is empty for facilitators' posts and paper."""

    id: UUID
    kind: Kind
    text: str
    route: bytes | None
    is_shown: bool
    likes: int = 0
    dislikes: int = 0


_IDEAS = """
    SELECT idea.id, 'idea', idea.text, idea.route, idea.state = %s,
           idea.shown_likes, idea.shown_dislikes
      FROM conversations_idea idea JOIN conversations_stream stream ON stream.id = idea.stream_id
     WHERE stream.conversation_id = %s"""
_COMMENTS = """
    SELECT comment.id, 'comment', comment.text, comment.route, comment.state = %s AND idea.state = %s, 0, 0
      FROM conversations_comment comment
      JOIN conversations_idea idea ON idea.id = comment.idea_id
      JOIN conversations_stream stream ON stream.id = idea.stream_id
     WHERE stream.conversation_id = %s"""


def contributions(conversation: UUID, ids: Sequence[UUID]) -> dict[UUID, Quotable]:
    """Those of these that there are, in one query."""
    if not ids:
        return {}
    shown = State.SHOWN.value
    wanted = list(ids)
    found = rows(
        f"{_IDEAS} AND idea.id = ANY(%s) UNION ALL {_COMMENTS} AND comment.id = ANY(%s)",
        [shown, conversation, wanted, shown, shown, conversation, wanted],
    )
    return {one[0]: _quotable(one) for one in found}


def to_quote(conversation: UUID, *, words: str = "", among: Sequence[UUID] | None = None) -> list[Quotable]:
    """
    Contributions that are shown and hold all these words, or are among some, the most liked first.

    Nothing for words of a single letter.
    """
    looked_for = [word for word in words.split() if len(word) >= _FEWEST_LETTERS]
    if not looked_for and among is None:
        return []
    shown = State.SHOWN.value
    more = "".join(" AND {0}.text ILIKE %s" for _word in looked_for)
    more += " AND {0}.id = ANY(%s)" if among is not None else ""
    values: list[Any] = [_pattern(word) for word in looked_for]
    values += [list(among)] if among is not None else []
    found = rows(
        f"""SELECT * FROM (
            {_IDEAS} AND idea.state = %s{more.format("idea")}
            UNION ALL {_COMMENTS} AND comment.state = %s AND idea.state = %s{more.format("comment")}
        ) found ORDER BY shown_likes DESC, id LIMIT {_MOST_FOUND}""",
        [shown, conversation, shown, *values, shown, shown, conversation, shown, shown, *values],
    )
    return [_quotable(one) for one in found]


def _pattern(word: str) -> str:
    plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _quotable(one: tuple[Any, ...]) -> Quotable:
    of, kind, text, route, is_shown, likes, dislikes = one
    return Quotable(
        of, Kind(kind), text, None if route is None else bytes(route), bool(is_shown), likes, dislikes
    )


# What stands in the way of a report, and what it may choose from -----------------------------


def questions_with_totals(conversation: Conversation) -> list[dict[str, Any]]:
    """What is shown under each question, in their order: ideas, their comments, and votes as they are shown."""
    found = rows(
        """SELECT stream.question, count(idea.id), coalesce(sum(comments.number), 0),
                  coalesce(sum(idea.shown_likes + idea.shown_dislikes), 0)
             FROM conversations_stream stream
             LEFT JOIN conversations_idea idea ON idea.stream_id = stream.id AND idea.state = %s
             LEFT JOIN (SELECT comment.idea_id, count(*) AS number FROM conversations_comment comment
                         WHERE comment.state = %s GROUP BY comment.idea_id) comments ON comments.idea_id = idea.id
            WHERE stream.conversation_id = %s
            GROUP BY stream.id, stream.question, stream.position ORDER BY stream.position, stream.id""",
        [State.SHOWN.value, State.SHOWN.value, conversation.pk],
    )
    return [
        {"question": question, "ideas": int(ideas), "comments": int(comments), "votes": int(votes)}
        for question, ideas, comments, votes in found
    ]


def frame_version(conversation: Conversation) -> int:
    """The newest published version of the frame, 0 before the first."""
    newest = next(iter(frames.versions_of(conversation)), None)
    return newest.number if newest else 0


def offered_by(snapshot: Snapshot | None) -> dict[str, list[tuple[str, str]]]:
    """Keys and words of everything a section can choose from a snapshot, in its order."""
    found = content_of(snapshot)
    return {
        "themes": [(one["code"], " › ".join(one["path"])) for one in found.get("themes", [])],
        "charts": [(one["key"], one["title"]) for one in found.get("charts", [])],
        "tables": [(one["id"], one["title"]) for one in found.get("tables", [])],
    }


def unfinished() -> list[UUID]:
    """Versions of the organisation that are still being made."""
    return list(Version.objects.filter(state=VersionState.MAKING).values_list("pk", flat=True))


def quotes_by_conversation(conversation: UUID | None) -> dict[UUID, list[Quote]]:
    """Quotes of drafts, of one conversation or of all."""
    found: dict[UUID, list[Quote]] = {}
    of = {"section__report__conversation": conversation} if conversation else {}
    for quote in Quote.objects.filter(**of).select_related("section__report"):
        found.setdefault(quote.section.report.conversation_id, []).append(quote)
    return found


def versions_with_words(conversation: UUID | None) -> list[Version]:
    """Every version whose words are still there, whatever became of it."""
    of = {"report__conversation": conversation} if conversation else {}
    found = Version.objects.filter(**of).exclude(edition__content="")
    return list(found.select_related("report", "edition", "snapshot"))


def quoted_in(edition: Edition) -> dict[UUID, list[str]]:
    """Words of contributions that an edition holds: quotes, and ideas that opinion groups are told by."""
    said = content_of(edition)
    found: dict[UUID, list[str]] = {}
    for section in said.get("sections", []):
        for quote in section["quotes"]:
            found.setdefault(UUID(quote["contribution"]), []).append(quote["text"])
    for idea, text in said.get("statements", {}).items():
        found.setdefault(UUID(idea), []).append(text)
    return found


def quote_of(section: Section, quote: UUID) -> Quote:
    """Raises NotFound."""
    found = section.quotes.filter(pk=quote).select_related("section__report__conversation").first()
    if found is None:
        raise NotFound
    return found


# For an organisation's own systems --------------------------------------------------------


def happenings(after: datetime, until: datetime) -> list[Happening]:
    """Reports of the current organisation that were published. They keep their day alone."""
    found = Version.objects.filter(
        state=VersionState.PUBLISHED, published_on__gte=after.date(), published_on__lte=until.date()
    ).select_related("report")
    return [
        Happening("report.published", one.report.conversation_id, one.pk, _moment(one.published_on, until))
        for one in found
    ]


def _moment(day: date, until: datetime) -> datetime:
    """What is of today happened just now: this is asked each minute, and heard once."""
    return min(until, datetime.combine(day, time.max, tzinfo=UTC))
