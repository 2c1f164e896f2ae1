"""Quotes: chosen from what is shown, word for word, and looked at again whenever it matters."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from kernel.errors import DomainError
from kernel.text import one_line
from reporting.documents import queries
from reporting.documents.measures import is_verbatim, tidy_quote
from reporting.documents.models import MOST_CHARACTERS_OF_QUOTE, Quote, Section
from reporting.documents.queries import Quotable
from reporting.documents.services.labels import label_of
from tenants.models import Role
from tenants.permissions import Staff, require_role

_MOST_IN_SECTION = 40


class NotShown(DomainError):
    code = "not_shown"
    message = (
        "This contribution is not shown in the conversation any more, so it cannot be quoted. Choose another."
    )


class NotVerbatim(DomainError):
    code = "not_verbatim"
    status = 422
    message = (
        "These words do not stand in the contribution like this. Quote it word for word, in its order,"
        " and write [...] where something is left out."
    )


class QuoteTooLong(DomainError):
    code = "quote_too_long"
    status = 422
    message = "A quote has at most %(most)s characters. Leave something out with [...]."


class QuotedAlready(DomainError):
    code = "quoted_already"
    message = "This section quotes the same contribution already. Change that quote instead."


class TooManyQuotes(DomainError):
    code = "too_many_quotes"
    message = "A section has at most 40 quotes. Take one away first."


class DimensionUnknown(DomainError):
    code = "dimension_unknown"
    status = 422
    message = "Choose one of the groups that this conversation knows, or none."


@dataclass(frozen=True, slots=True)
class Checked:
    """A quote and whether it may be published as it stands; `trouble` is a sentence, empty where all is well."""

    quote: Quote
    trouble: str


@transaction.atomic
def add_quote(*, section: Section, contribution: UUID, text: str, dimension: str, by: Staff) -> Quote:
    """
    Raises RoleMissing, NotShown, NotVerbatim, QuoteTooLong, QuotedAlready, TooManyQuotes, DimensionUnknown,
    and whatever the vault refuses.
    """
    require_role(by, Role.ANALYST)
    conversation = section.report.conversation
    source = queries.contributions(conversation.pk, [contribution]).get(contribution)
    said = _checked_words(text, source)
    if dimension and dimension not in dict(queries.dimensions_of(conversation)):
        raise DimensionUnknown
    Section.objects.select_for_update().get(pk=section.pk)
    if section.quotes.filter(contribution=contribution).exists():
        raise QuotedAlready
    if section.quotes.count() >= _MOST_IN_SECTION:
        raise TooManyQuotes
    assert source is not None  # noqa: S101  (its words were just checked)
    last = section.quotes.aggregate(last=Max("position"))["last"]
    return Quote.objects.create(
        section=section,
        kind=source.kind.value,
        contribution=contribution,
        text=said,
        by=dimension,
        label=label_of(conversation.pk, contribution=contribution, route=source.route, by=dimension),
        position=0 if last is None else last + 1,
    )


@transaction.atomic
def change_quote(*, quote: Quote, text: str, dimension: str, by: Staff) -> None:
    """Raises what `add_quote` raises."""
    require_role(by, Role.ANALYST)
    conversation = quote.section.report.conversation
    source = queries.contributions(conversation.pk, [quote.contribution]).get(quote.contribution)
    said = _checked_words(text, source)
    assert source is not None  # noqa: S101  (its words were just checked)
    if dimension and dimension not in dict(queries.dimensions_of(conversation)):
        raise DimensionUnknown
    label = label_of(conversation.pk, contribution=quote.contribution, route=source.route, by=dimension)
    Quote.objects.filter(pk=quote.pk).update(text=said, by=dimension, label=label)


def drop_quote(*, quote: Quote, by: Staff) -> None:
    require_role(by, Role.ANALYST)
    quote.delete()


@transaction.atomic
def move_quote(*, quote: Quote, by: Staff, is_up: bool) -> None:
    """One place up or down; at either end nothing happens. Raises RoleMissing."""
    require_role(by, Role.ANALYST)
    Section.objects.select_for_update().get(pk=quote.section_id)
    order = list(Quote.objects.filter(section=quote.section_id).order_by("position", "pk"))
    place = next(n for n, one in enumerate(order) if one.pk == quote.pk)
    other = place - 1 if is_up else place + 1
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
        for n, one in enumerate(order):
            one.position = n
        Quote.objects.bulk_update(order, ["position"])


def checked(conversation: UUID, quotes: Iterable[Quote]) -> list[Checked]:
    """Each with what stands against publishing it now. One query."""
    found = list(quotes)
    sources = queries.contributions(conversation, [one.contribution for one in found])
    return [Checked(one, _trouble(one, sources.get(one.contribution))) for one in found]


def _trouble(quote: Quote, source: Quotable | None) -> str:
    if source is None or not source.is_shown:
        return "The contribution is not shown in the conversation any more. Take the quote out."
    if not is_verbatim(quote.text, source.text):
        return "The contribution says something else by now. Quote it anew."
    return ""


def _checked_words(text: str, source: Quotable | None) -> str:
    if source is None or not source.is_shown:
        raise NotShown
    said = tidy_quote(one_line(text))
    if len(said) > MOST_CHARACTERS_OF_QUOTE:
        raise QuoteTooLong(most=MOST_CHARACTERS_OF_QUOTE)
    if not is_verbatim(said, source.text):
        raise NotVerbatim
    return said
