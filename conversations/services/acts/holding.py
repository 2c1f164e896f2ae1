"""
The locks of an act. Acts of one conversation come one after the other, and none while it is rewritten.

What participants do at the same moment either comes before the act or meets what it left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction

from conversations.models import Comment, Conversation, Idea, Post, State
from conversations.services.preparing.fixed import require_not_complete
from conversations.services.rewriting import tables
from kernel.errors import DomainError, NotFound
from privacy.anonymity import Kind

C = TypeVar("C", Idea, Comment)


class ChangedMeanwhile(DomainError):
    code = "changed_meanwhile"
    message = "This was changed after you opened it, so nothing was done. Look at it again, then decide."


class DoesNotFit(DomainError):
    code = "does_not_fit"
    message = "This is %(state)s at the moment, so that cannot be done to it. Nothing was changed."


@contextmanager
def acting(conversation: Conversation) -> Iterator[None]:
    """A transaction in which one act of a conversation is done. Raises FixedOnceComplete."""
    with transaction.atomic():
        Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        require_not_complete(conversation.pk)
        with connection.cursor() as cursor:
            # In the order of the nightly rewrite, which therefore never waits for half an act.
            cursor.execute(f"LOCK TABLE {', '.join(tables())} IN ROW EXCLUSIVE MODE")
        yield


def held(conversation: Conversation, post: Post, *states: State) -> Idea | Comment:
    """
    The contribution as it is now, and as it stays until the act is done.

    Raises NotFound for one of another conversation, ChangedMeanwhile, DoesNotFit unless it is in one of the states.
    """
    return (
        held_idea(conversation, post, *states)
        if post.kind is Kind.IDEA
        else _comment(conversation, post, *states)
    )


def held_idea(conversation: Conversation, post: Post, *states: State) -> Idea:
    """The same for what can be done to ideas only. Raises NotFound for a comment too."""
    found = Idea.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk=post.id, stream__conversation=conversation
    )
    return _checked(found.first() if post.kind is Kind.IDEA else None, post, states)


def hold_comments(ideas: list[UUID]) -> None:
    """Lock the comments of ideas before the ideas, as whoever deletes a comment does."""
    comments = Comment.objects.select_for_update(no_key=True).filter(idea__in=ideas).order_by("pk")
    list(comments.values_list("pk", flat=True))


def _comment(conversation: Conversation, post: Post, *states: State) -> Comment:
    found = Comment.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk=post.id, idea__stream__conversation=conversation
    )
    return _checked(found.first(), post, states)


def _checked(found: C | None, post: Post, states: tuple[State, ...]) -> C:
    if found is None:
        raise NotFound
    if found.version != post.seen:
        raise ChangedMeanwhile
    if found.state not in states:
        raise DoesNotFit(state=found.state)
    return found
