"""Editing a text, and masking words in it. The original is sealed: the vault alone can open it."""

import re
from collections.abc import Sequence
from datetime import datetime

from conversations.models import Act, ActKind, Conversation, Post, State
from conversations.services.acts.decisions import decided
from conversations.services.acts.holding import acting, held
from conversations.services.acts.record import record
from conversations.services.acts.states import put_into
from conversations.services.editing import MOST_CHARACTERS
from conversations.services.texts import checked_text
from kernel.errors import DomainError
from kernel.text import plain
from tenants.permissions import Staff

# What stands in place of masked words. A mark of ours, the same in every language.
MASK = "[...]"


class NothingChanged(DomainError):
    code = "nothing_changed"
    status = 422
    message = "This is how it is already. Change something, or leave it as it is."


class WordsNotThere(DomainError):
    code = "words_not_there"
    status = 422
    message = "Some of these words do not stand in the text as whole words. Copy them from it exactly."


def edit_post(
    *, conversation: Conversation, post: Post, by: Staff, rule: str, note: str, at: datetime, text: str
) -> Act:
    """
    Put another text in place of a contribution's. Everybody sees that a facilitator did, and by which rule.

    Raises RoleMissing, RuleMissing, NoteTooLong, TextMissing, TextTooLong, NotFound, ChangedMeanwhile,
    DoesNotFit, NothingChanged.
    """
    decision = decided(ActKind.EDIT, conversation=conversation, by=by, rule=rule, note=note, at=at)
    with acting(conversation):
        contribution = held(conversation, post, State.SHOWN, State.HIDDEN)
        text = checked_text(text, most=MOST_CHARACTERS[post.kind])
        if text == contribution.text:
            raise NothingChanged
        act = record(decision, contribution, original=contribution.text)
        put_into(contribution, contribution.state, text=text, edited_for=rule)
    return act


def mask_post(
    *,
    conversation: Conversation,
    post: Post,
    by: Staff,
    rule: str,
    note: str,
    at: datetime,
    words: Sequence[str],
) -> Act:
    """
    Put a mark in place of words, wherever they stand in a contribution's text.

    Raises what `edit_post` raises, and WordsNotThere.
    """
    decision = decided(ActKind.MASK, conversation=conversation, by=by, rule=rule, note=note, at=at)
    with acting(conversation):
        contribution = held(conversation, post, State.SHOWN, State.HIDDEN)
        text = checked_text(masked(contribution.text, words), most=MOST_CHARACTERS[post.kind])
        act = record(decision, contribution, original=contribution.text)
        put_into(contribution, contribution.state, text=text, edited_for=rule)
    return act


def masked(text: str, words: Sequence[str]) -> str:
    """
    A text with a mark in place of words or spans of it, capitals or not. A preview asks here too.

    Raises WordsNotThere where one does not stand in it by itself.
    """
    asked = sorted({plain(span) for span in words} - {""}, key=len, reverse=True)
    spans = [re.compile(rf"(?<!\w){re.escape(span)}(?!\w)", re.IGNORECASE) for span in asked]
    if not spans or not all(span.search(text) for span in spans):
        raise WordsNotThere
    for span in spans:
        text = span.sub(lambda _match: MASK, text)
    return text
