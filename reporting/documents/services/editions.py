"""What a version of a report says besides the snapshot: words, quotes with their labels, and the brand."""

import base64
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from conversations.models import Conversation
from kernel.errors import DomainError, NotFound
from reporting.documents import queries
from reporting.documents.formats import page
from reporting.documents.formats.blocks import Paper
from reporting.documents.formats.composing import TEMPLATE, composed
from reporting.documents.measures import canonical, digest_of
from reporting.documents.models import Report, Section, SectionKind, Version
from reporting.documents.services.labels import label_of
from reporting.documents.services.quoting import checked
from tenants.branding.palette import palette
from tenants.branding.queries import branding, logo

_PREVIEW = "This is a preview for analysts. Nothing of it is published."


class NothingFrozen(DomainError):
    code = "nothing_frozen"
    message = (
        "There is no snapshot of the analysis yet. Freeze the analysis first; the report is made from it."
    )


class NothingToSay(DomainError):
    code = "nothing_to_say"
    message = "Every section is left out. Take in at least one, and look at the preview."


class QuoteNotThere(DomainError):
    code = "quote_not_there"
    message = (
        "A quote in “%(section)s” is not shown in the conversation any more, or does not stand there word for word."
        " Open that section, take the quote out or choose it anew, then publish."
    )


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands against publishing, and the section where it is put right."""

    sentence: str
    section: UUID | None = None


def obstacles(report: Report) -> list[Obstacle]:
    """Everything at once, so that nobody meets one refusal after the other."""
    found = [] if report.snapshot_id else [Obstacle(NothingFrozen().sentence)]
    sections = [one for one in queries.sections_of(report) if one.is_included]
    if not sections:
        found.append(Obstacle(NothingToSay().sentence))
    quotes = [quote for section in sections for quote in section.quotes.all()]
    wrong = {one.quote.section_id for one in checked(report.conversation_id, quotes) if one.trouble}
    return found + [
        Obstacle(QuoteNotThere(section=section.heading).sentence, section.pk)
        for section in sections
        if section.pk in wrong
    ]


def edition_of(report: Report, *, organisation: str, number: int, on: date, is_final: bool) -> dict[str, Any]:
    """
    The words of a version. Final: every label is asked for again, and every quote has to stand.

    Raises NothingFrozen, NothingToSay and QuoteNotThere where it is final.
    """
    conversation = report.conversation
    if report.snapshot is None:
        raise NothingFrozen
    sections = [one for one in queries.sections_of(report) if one.is_included]
    if is_final and not sections:
        raise NothingToSay
    said = [_section(conversation, one, is_final=is_final) for one in sections]
    statements = _statements(conversation, report) if _has_opinions(sections) else {}
    return {
        "template": TEMPLATE,
        "report": str(report.pk),
        "number": number,
        "title": report.title,
        "language": report.language,
        "organisation": organisation,
        "conversation": conversation.name,
        "opened_on": _day(conversation, conversation.opens_at),
        "closed_on": _day(conversation, conversation.closes_at),
        "published_on": on.isoformat(),
        "snapshot": report.snapshot.digest,
        "brand": _brand(),
        "sections": said,
        "statements": statements,
    }


def paper_of(version: Version) -> Paper:
    """A version's report, ready to be written. Raises NotFound where its content had to go."""
    snapshot, edition = queries.content_of(version.snapshot), queries.content_of(version.edition)
    if not snapshot or not edition:
        raise NotFound
    identity = digest_of(version.snapshot.digest + version.edition.digest)
    return composed(snapshot, {**edition, "identity": identity})


def preview_of(report: Report, *, organisation: str, on: date) -> Paper:
    """The report as it would be published now, with whatever quotes it has. Raises NothingFrozen."""
    edition = edition_of(
        report, organisation=organisation, number=queries.next_number(report), on=on, is_final=False
    )
    snapshot = queries.content_of(report.snapshot)
    return composed(snapshot, {**edition, "identity": digest_of(canonical(edition))})


def preview_page(report: Report, *, organisation: str, on: date) -> bytes:
    return page.written(preview_of(report, organisation=organisation, on=on), note=_PREVIEW)


def _section(conversation: Conversation, section: Section, *, is_final: bool) -> dict[str, Any]:
    quotes = checked(conversation.pk, section.quotes.order_by("position", "pk"))
    if is_final and any(one.trouble for one in quotes):
        raise QuoteNotThere(section=section.heading)
    # A preview shows what could be published: words that are hidden by now are shown to nobody.
    standing = [one.quote for one in quotes if not one.trouble]
    sources = queries.contributions(conversation.pk, [one.contribution for one in standing if one.by])
    return {
        "kind": section.kind,
        "heading": section.heading,
        "text": section.text,
        **{kind: section.chosen.get(kind, []) for kind in ("themes", "charts", "tables")},
        "quotes": [
            {
                "kind": one.kind,
                "contribution": str(one.contribution),
                "text": one.text,
                "label": label_of(
                    conversation.pk,
                    contribution=one.contribution,
                    route=sources[one.contribution].route,
                    by=one.by,
                )
                if is_final and one.by
                else one.label,
            }
            for one in standing
        ],
    }


def _has_opinions(sections: list[Section]) -> bool:
    return any(one.kind == SectionKind.OPINIONS for one in sections)


def _statements(conversation: Conversation, report: Report) -> dict[str, str]:
    """The ideas that groups have in common or differ in, in the words that are shown now."""
    groups = queries.content_of(report.snapshot).get("opinion_groups") or {}
    ids = {UUID(idea["id"]) for kind in ("common", "dividing") for idea in groups.get(kind, [])}
    found = queries.contributions(conversation.pk, sorted(ids))
    return {str(one.id): " ".join(one.text.split()) for one in found.values() if one.is_shown}


def _brand() -> dict[str, str]:
    own = branding()
    colours = palette(own.brand_colour)
    return {
        "accent": colours.accent,
        "band": colours.band,
        "on_band": colours.on_band,
        "tint": colours.tint,
        "logo": base64.b64encode(logo(own.logo)).decode() if own.logo else "",
    }


def _day(conversation: Conversation, at: datetime | None) -> str:
    return at.astimezone(conversation.zone).date().isoformat() if at else ""
