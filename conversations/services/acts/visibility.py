"""Hiding, removing, and showing again."""

from datetime import datetime

from conversations.models import Act, ActKind, Conversation, Post, State
from conversations.services.acts.decisions import decided
from conversations.services.acts.holding import acting, held
from conversations.services.acts.record import record
from conversations.services.acts.states import put_into
from tenants.permissions import Staff


def hide_post(
    *, conversation: Conversation, post: Post, by: Staff, rule: str, note: str, at: datetime
) -> Act:
    """
    Take a contribution out of everybody's sight but its author's; its text stays.

    Raises RoleMissing, RuleMissing, NoteTooLong, NotFound, ChangedMeanwhile, DoesNotFit.
    """
    decision = decided(ActKind.HIDE, conversation=conversation, by=by, rule=rule, note=note, at=at)
    with acting(conversation):
        contribution = held(conversation, post, State.SHOWN)
        act = record(decision, contribution)
        put_into(contribution, State.HIDDEN)
    return act


def restore_post(
    *, conversation: Conversation, post: Post, by: Staff, rule: str, note: str, at: datetime
) -> Act:
    """Show a hidden contribution again. Raises what `hide_post` raises."""
    decision = decided(ActKind.RESTORE, conversation=conversation, by=by, rule=rule, note=note, at=at)
    with acting(conversation):
        contribution = held(conversation, post, State.HIDDEN)
        act = record(decision, contribution)
        put_into(contribution, State.SHOWN)
    return act


def remove_post(
    *, conversation: Conversation, post: Post, by: Staff, rule: str, note: str, at: datetime
) -> Act:
    """
    Empty a contribution; its text is sealed, so that undoing this is the only way back.

    Raises what `hide_post` raises.
    """
    decision = decided(ActKind.REMOVE, conversation=conversation, by=by, rule=rule, note=note, at=at)
    with acting(conversation):
        contribution = held(conversation, post, State.SHOWN, State.HIDDEN)
        act = record(decision, contribution, original=contribution.text)
        put_into(contribution, State.REMOVED, text="")
    return act
