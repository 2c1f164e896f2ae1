"""The record of an act: the act itself, how everything it touched stood before, and word to the authors."""

from conversations.models import Act, Comment, Idea, MessageKind, Post, Touch
from conversations.services.acts.decisions import Decision
from conversations.services.threads import leave_message
from privacy import anonymity
from privacy.anonymity import Kind


def record(
    decision: Decision,
    subject: Idea | Comment,
    *others: Idea | Comment,
    original: str | None = None,
) -> Act:
    """
    Write an act on contributions that are still as they were, and tell their authors.

    An `original` is the subject's text, which the act is about to replace: it is sealed. Each contribution
    goes up one version.
    """
    act = Act(
        id=decision.id,
        conversation=decision.conversation,
        kind=decision.kind,
        rule=decision.rule,
        note=decision.note,
        by=decision.by,
        day=decision.day,
        **post_of(subject).about,
    )
    if original is not None:
        act.sealed = anonymity.sealed_original(
            bytes(decision.conversation.public_key), original, contribution=subject.pk, act=act.pk
        )
    act.save(force_insert=True)
    for contribution in (subject, *others):
        touch(act, contribution)
        tell(decision, act, contribution)
    return act


def touch(act: Act, contribution: Idea | Comment, *, is_new: bool = False) -> None:
    """Note how a contribution stands before an act; a new part was not there."""
    contribution.version += 1
    contribution.save(update_fields=["version"])
    stream = contribution.stream_id if isinstance(contribution, Idea) and not is_new else None
    Touch.objects.create(
        act=act,
        version=contribution.version,
        state="" if is_new else contribution.state,
        stream_id=stream,
        edited_for=contribution.edited_for,
        **post_of(contribution).about,
    )


def tell(decision: Decision, act: Act, contribution: Idea | Comment) -> None:
    """The notice, in the thread of the contribution: there its author can answer."""
    if contribution.route is not None:
        leave_message(
            decision.conversation,
            post_of(contribution),
            kind=MessageKind.NOTICE,
            text=decision.note,
            day=decision.day,
            act=act,
        )


def post_of(contribution: Idea | Comment) -> Post:
    kind = Kind.IDEA if isinstance(contribution, Idea) else Kind.COMMENT
    return Post(kind, contribution.pk, contribution.version)
