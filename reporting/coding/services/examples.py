"""Quotes that show what a code is for."""

from datetime import datetime
from uuid import UUID

from conversations.models import Conversation
from kernel.errors import DomainError, NotFound
from kernel.text import one_line
from privacy.anonymity import Kind
from reporting.coding.models import Example
from reporting.coding.models.frame import MOST_CHARACTERS_OF_EXAMPLE
from reporting.coding.queries.desk import text_now
from reporting.coding.queries.frames import code_at
from reporting.coding.services.given import Passage, PassageNotFound, TextChanged
from reporting.coding.services.holding import changing, require_active
from tenants.permissions import Staff

MOST_EXAMPLES = 10


class TooManyExamples(DomainError):
    code = "too_many_examples"
    message = "A code has up to ten examples. Take one away first."


class ExampleNotUsable(DomainError):
    code = "example_not_usable"
    status = 422
    message = "Write an example of up to 600 characters."


def quote_example(
    *, conversation: Conversation, post: UUID, seen: int, passage: Passage, by: Staff, at: datetime
) -> Example:
    """
    A passage of a contribution as an example: kept as a place in its text, gone when the text is.

    Raises RoleMissing, CodingIsOver, NotFound, CodeGone, TextChanged, PassageNotFound, TooManyExamples,
    ExampleNotUsable.
    """
    with changing(conversation, by, at):
        text = text_now(conversation, post)
        if text.version != seen:
            raise TextChanged
        if not 0 <= passage.start < passage.end <= len(text.text):
            raise PassageNotFound
        if passage.end - passage.start > MOST_CHARACTERS_OF_EXAMPLE:
            raise ExampleNotUsable
        about = {"idea_id": post} if text.kind == Kind.IDEA else {"comment_id": post}
        place = {"start": passage.start, "end": passage.end, "version": seen}
        return _add(conversation, passage.code, **about, **place)


def write_example(*, conversation: Conversation, code: UUID, words: str, by: Staff, at: datetime) -> Example:
    """An example in words of our own. Raises RoleMissing, CodingIsOver, NotFound, CodeGone, TooManyExamples, ExampleNotUsable."""
    words = one_line(words)
    if not 0 < len(words) <= MOST_CHARACTERS_OF_EXAMPLE:
        raise ExampleNotUsable
    with changing(conversation, by, at):
        return _add(conversation, code, words=words)


def take_away_example(
    *, conversation: Conversation, code: UUID, example: UUID, by: Staff, at: datetime
) -> None:
    """Raises RoleMissing, CodingIsOver, NotFound."""
    with changing(conversation, by, at):
        gone, _of = Example.objects.filter(pk=example, code=code, code__frame=conversation.pk).delete()
        if not gone:
            raise NotFound


def _add(conversation: Conversation, code: UUID, **values: object) -> Example:
    found = code_at(conversation, code)
    require_active(found)
    there = Example.objects.filter(code=found).count()
    if there >= MOST_EXAMPLES:
        raise TooManyExamples
    return Example.objects.create(code=found, position=there, **values)
