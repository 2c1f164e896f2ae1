"""Putting a contribution into a state, with everything that follows from who can see it."""

from django.db.models import F

from conversations.models import Comment, Idea, State
from conversations.services.words import index_idea


def put_into(contribution: Idea | Comment, state: str, **changes: object) -> None:
    """
    Write the state and other columns of a contribution that is held.

    Of a comment the idea's counter follows, of an idea the words it is found by.
    """
    was, contribution.state = contribution.state, state
    for column, value in changes.items():
        setattr(contribution, column, value)
    contribution.save(update_fields=["state", *changes])
    if isinstance(contribution, Idea):
        index_idea(contribution.pk)
        return
    more = (state == State.SHOWN) - (was == State.SHOWN)
    if more:
        Idea.objects.filter(pk=contribution.idea_id).update(comment_count=F("comment_count") + more)
