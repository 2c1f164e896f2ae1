"""Quotes follow their contributions: whoever takes their words back takes them out of reports as well."""

from uuid import UUID

from django.db import transaction

from reporting.documents import queries
from reporting.documents.measures import is_verbatim
from reporting.documents.models import Quote
from reporting.documents.queries import Quotable
from reporting.documents.services.publishing import take_back

_REASON = (
    "Words quoted in it were taken back or changed in the conversation. Publish a new version without them."
)


def follow_contributions(*, conversation: UUID | None = None) -> int:
    """
    Remove quotes that do not stand in their contribution any more, and take back versions that hold some.

    A contribution that is only hidden keeps its words: its quotes wait, and cannot be published.
    """
    return _follow_drafts(conversation) + _follow_versions(conversation)


@transaction.atomic
def _follow_drafts(conversation: UUID | None) -> int:
    gone = 0
    for of, quotes in queries.quotes_by_conversation(conversation).items():
        sources = queries.contributions(of, [quote.contribution for quote in quotes])
        lost = [one.pk for one in quotes if not _stands(one.text, sources.get(one.contribution))]
        gone += Quote.objects.filter(pk__in=lost).delete()[0]
    return gone


def _follow_versions(conversation: UUID | None) -> int:
    gone = 0
    for version in queries.versions_with_words(conversation):
        said = queries.quoted_in(version.edition)
        sources = queries.contributions(version.report.conversation_id, list(said))
        if any(not _stands(text, sources.get(of)) for of, texts in said.items() for text in texts):
            take_back(version=version.pk, reason=_REASON)
            gone += 1
    return gone


def _stands(text: str, source: Quotable | None) -> bool:
    return source is not None and is_verbatim(text, source.text)
