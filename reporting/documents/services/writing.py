"""Writing a report: its sections, their order, and what each shows of the snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from conversations.models import Conversation
from kernel.errors import DomainError
from kernel.text import one_line, plain
from reporting.documents import queries
from reporting.documents.formats.composing import words_in
from reporting.documents.models import (
    MOST_CHARACTERS_OF_TEXT,
    Report,
    Section,
    SectionKind,
)
from tenants.models import Role
from tenants.permissions import Staff, require_role

MOST_CHARACTERS_OF_HEADING = 160
_MOST_SECTIONS = 40
CHOICES = ("themes", "charts", "tables")


class TitleMissing(DomainError):
    code = "title_missing"
    status = 422
    message = "Give it a title of up to 160 characters."


class HeadingMissing(DomainError):
    code = "heading_missing"
    status = 422
    message = "Give the section a heading of up to 160 characters."


class TextTooLong(DomainError):
    code = "text_too_long"
    status = 422
    message = "This text has %(length)s characters; %(most)s are the most for a section. Divide it into two."


class LanguageUnknown(DomainError):
    code = "language_unknown"
    status = 422
    message = "Choose one of the languages that are offered."


class SectionChanged(DomainError):
    code = "section_changed"
    message = "Somebody else changed this section meanwhile. Your text stands below; compare it with theirs, then keep it."


class TooManySections(DomainError):
    code = "too_many_sections"
    message = "A report has at most 40 sections. Take one away first."


class ReportPublished(DomainError):
    code = "report_published"
    message = (
        "Versions of this report were published, so it stays in the history. Withhold the version instead."
    )


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed into a section's form. `chosen` holds keys of the snapshot by `CHOICES`."""

    heading: str
    text: str
    is_included: bool
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)


@transaction.atomic
def start_report(*, conversation: Conversation, title: str, language: str, by: Staff, at: datetime) -> Report:
    """With every section of a full report, in its language. Raises RoleMissing, TitleMissing, LanguageUnknown."""
    require_role(by, Role.ANALYST)
    report = Report.objects.create(
        conversation=conversation,
        title=_title(title),
        language=_language(language),
        snapshot=queries.newest_snapshot(conversation),
        started_on=at.astimezone(conversation.zone).date(),
    )
    words = words_in(report.language)
    kinds = [kind for kind in SectionKind if kind is not SectionKind.OWN]
    Section.objects.bulk_create(
        Section(report=report, kind=kind, heading=words[f"heading_{kind.value}"], position=n)
        for n, kind in enumerate(kinds)
    )
    return report


def change_report(*, report: Report, title: str, language: str, by: Staff) -> None:
    """Headings stay as they were written. Raises RoleMissing, TitleMissing, LanguageUnknown."""
    require_role(by, Role.ANALYST)
    Report.objects.filter(pk=report.pk).update(title=_title(title), language=_language(language))


@transaction.atomic
def drop_report(*, report: Report, by: Staff) -> None:
    """A draft that was never published. Raises RoleMissing, ReportPublished."""
    require_role(by, Role.ANALYST)
    if report.versions.exists():
        raise ReportPublished
    report.delete()


@transaction.atomic
def change_section(*, section: Section, words: Words, seen: int, by: Staff) -> Section:
    """
    Raises RoleMissing, HeadingMissing, TextTooLong, and SectionChanged where `seen` is not the version
    that stands. What the snapshot does not hold cannot be chosen and is left out.
    """
    require_role(by, Role.ANALYST)
    held = Section.objects.select_for_update(of=("self",))
    kept = held.select_related("report__snapshot").get(pk=section.pk)
    heading, text = one_line(words.heading), plain(words.text)
    if not 0 < len(heading) <= MOST_CHARACTERS_OF_HEADING:
        raise HeadingMissing
    if len(text) > MOST_CHARACTERS_OF_TEXT:
        raise TextTooLong(length=len(text), most=MOST_CHARACTERS_OF_TEXT)
    if kept.version != seen:
        raise SectionChanged
    offered = queries.offered_by(kept.report.snapshot)
    kept.heading, kept.text, kept.is_included = heading, text, words.is_included
    kept.chosen = {
        kind: [key for key, _words in offered[kind] if key in set(words.chosen.get(kind, ()))]
        for kind in CHOICES
    }
    kept.version += 1
    kept.save(update_fields=["heading", "text", "is_included", "chosen", "version"])
    return kept


@transaction.atomic
def add_section(*, report: Report, heading: str, by: Staff) -> Section:
    """One of the analyst's own, at the end. Raises RoleMissing, HeadingMissing, TooManySections."""
    require_role(by, Role.ANALYST)
    Report.objects.select_for_update().get(pk=report.pk)
    heading = one_line(heading)
    if not 0 < len(heading) <= MOST_CHARACTERS_OF_HEADING:
        raise HeadingMissing
    if report.sections.count() >= _MOST_SECTIONS:
        raise TooManySections
    last = report.sections.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    return Section.objects.create(report=report, kind=SectionKind.OWN, heading=heading, position=position)


@transaction.atomic
def move_section(*, section: Section, by: Staff, is_up: bool) -> None:
    """One place up or down; at either end nothing happens. Raises RoleMissing."""
    require_role(by, Role.ANALYST)
    Report.objects.select_for_update().get(pk=section.report_id)
    order = list(Section.objects.filter(report=section.report_id).order_by("position"))
    place = next(n for n, one in enumerate(order) if one.pk == section.pk)
    other = place - 1 if is_up else place + 1
    if 0 <= other < len(order):
        order[place].position, order[other].position = order[other].position, order[place].position
        Section.objects.bulk_update([order[place], order[other]], ["position"])


@transaction.atomic
def drop_section(*, section: Section, by: Staff) -> None:
    """One of the analyst's own with its quotes; of the others it is enough to leave them out. Raises RoleMissing."""
    require_role(by, Role.ANALYST)
    if section.kind == SectionKind.OWN:
        section.delete()


def _title(typed: str) -> str:
    title = one_line(typed)
    if not 0 < len(title) <= MOST_CHARACTERS_OF_HEADING:
        raise TitleMissing
    return title


def _language(typed: str) -> str:
    if typed not in dict(settings.LANGUAGES):
        raise LanguageUnknown
    return typed
