"""
Taking an act back. The last act on a contribution first: each is undone from exactly how it left things.

What people did since stands: their own votes, their comments, what they deleted.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from conversations.models import Act, ActKind, Comment, Conversation, Idea, Post, Rule, State, Touch
from conversations.queries.acts import is_followed
from conversations.services.acts.decisions import Decision, decided
from conversations.services.acts.holding import acting, held, hold_comments
from conversations.services.acts.record import record
from conversations.services.acts.states import put_into
from conversations.services.voting import DISLIKE, LIKE
from kernel.database import rows
from kernel.errors import DomainError, NotFound
from privacy.anonymity import Kind
from privacy.vault.interface import vault
from tenants.permissions import Staff


class UndoneAlready(DomainError):
    code = "undone_already"
    message = "This was taken back already. Nothing was changed."


class NotTheLatest(DomainError):
    code = "not_the_latest"
    message = "Something else was done afterwards. Take that back first."


class TakenAway(DomainError):
    code = "taken_away"
    message = "Its author has taken this post away, so nothing can be put back."


def undo_act(*, conversation: Conversation, act: UUID, by: Staff, note: str, at: datetime) -> Act:
    """
    Take an act back, and return the act of doing so.

    Raises RoleMissing, NoteTooLong, NotFound, UndoneAlready, NotTheLatest, TakenAway, VaultDown.
    """
    decision = decided(ActKind.UNDO, conversation=conversation, by=by, rule=Rule.REVIEW, note=note, at=at)
    with acting(conversation):
        asked = Act.objects.filter(pk=act, conversation=conversation).first()
        if asked is None or asked.kind == ActKind.UNDO:
            raise NotFound
        if asked.undone_by_id is not None:
            raise UndoneAlready
        touches = list(asked.touches.order_by("version"))
        if is_followed(asked.pk):
            raise NotTheLatest
        undone = _undo(decision, asked, touches)
        Act.objects.filter(pk=asked.pk).update(undone_by=undone, sealed=None)
    return undone


def _undo(decision: Decision, act: Act, touches: list[Touch]) -> Act:
    if act.kind == ActKind.MERGE:
        return _undo_merge(decision, act, touches)
    if act.kind == ActKind.SPLIT:
        return _undo_split(decision, act, touches)
    (touch,) = touches
    contribution = _subject(decision.conversation, act)
    original = _original(act, contribution)
    undone = record(decision, contribution)
    changes: dict[str, object] = {"edited_for": touch.edited_for}
    if original is not None:
        changes["text"] = original
    if isinstance(contribution, Idea):
        changes["stream_id"] = touch.stream_id
    put_into(contribution, touch.state, **changes)
    return undone


def _undo_split(decision: Decision, act: Act, touches: list[Touch]) -> Act:
    """The whole stands again with all comments, also those its parts were given since; the parts are emptied."""
    parts = [touch.idea_id for touch in touches if touch.idea_id and touch.idea_id != act.idea_id]
    hold_comments(parts)
    whole = _subject(decision.conversation, act)
    emptied = list(Idea.objects.select_for_update(no_key=True).filter(pk__in=parts).order_by("pk"))
    undone = record(decision, whole)
    comments = Comment.objects.filter(idea__in=parts)
    shown = comments.filter(state=State.SHOWN).count()
    comments.update(idea=whole)
    Idea.objects.filter(pk=whole.pk).update(comment_count=F("comment_count") + shown)
    for part in emptied:
        state = State.WITHDRAWN if part.state == State.WITHDRAWN else State.REMOVED
        put_into(part, state, text="", comment_count=0, version=part.version + 1)
    act.moved.all().delete()
    put_into(whole, next(touch.state for touch in touches if touch.idea_id == act.idea_id))
    return undone


def _undo_merge(decision: Decision, act: Act, touches: list[Touch]) -> Act:
    """What the merge wrote goes from the target, and each source is as it was; own acts since stand."""
    before = {touch.idea_id: touch for touch in touches if touch.idea_id}
    taken = [value for (value,) in rows(_UNCARRY, [act.idea_id, act.pk])]
    home = rows(_GO_HOME, [act.pk, act.idea_id])
    sources = list(
        Idea.objects.select_for_update(no_key=True)
        .filter(pk__in=before, merged_into=act.idea_id)
        .order_by("pk")
    )
    target = _subject(decision.conversation, act)
    original = _original(act, target)
    undone = record(decision, target, *(source for source in sources if source.state == State.MERGED))
    Idea.objects.filter(pk=target.pk).update(
        likes=F("likes") - taken.count(LIKE),
        dislikes=F("dislikes") - taken.count(DISLIKE),
        comment_count=F("comment_count") - sum(state == State.SHOWN for _idea, state in home),
        merges=F("merges") - sum(source.merges + 1 for source in sources),
    )
    if original is not None:
        put_into(target, target.state, text=original, edited_for=before[target.pk].edited_for)
    for source in sources:
        shown = sum(state == State.SHOWN for idea, state in home if idea == source.pk)
        # What its author withdrew meanwhile stays withdrawn.
        state = before[source.pk].state if source.state == State.MERGED else source.state
        put_into(source, state, merged_into=None, comment_count=shown)
    act.moved.all().delete()
    return undone


def _subject(conversation: Conversation, act: Act) -> Idea | Comment:
    """What the act was done to, held. Raises TakenAway."""
    kind = Kind.IDEA if act.idea_id else Kind.COMMENT
    post = Post(kind, act.idea_id or act.comment_id)  # type: ignore[arg-type]  # an act is about one of the two
    now = post.model.objects.get(pk=post.id)
    if now.state == State.WITHDRAWN:
        raise TakenAway
    return held(conversation, Post(kind, post.id, now.version), *State)


def _original(act: Act, subject: Idea | Comment) -> str | None:
    """The text before the act, where it changed one."""
    if act.sealed is None:
        return None
    return vault().unseal(
        conversation=act.conversation_id, sealed=bytes(act.sealed), contribution=subject.pk, act=act.pk
    )


_UNCARRY = """
    WITH gone AS (DELETE FROM conversations_vote WHERE idea_id = %s AND carried_by = %s RETURNING value)
    SELECT value FROM gone
"""

# Comments go back to where they came from, unless that idea was withdrawn: then nobody would see them.
_GO_HOME = f"""
    WITH gone AS (
        UPDATE conversations_comment c SET idea_id = m.idea_id
        FROM conversations_moved m JOIN conversations_idea source ON source.id = m.idea_id
        WHERE m.act_id = %s AND c.id = m.comment_id AND c.idea_id = %s AND source.state = '{State.MERGED}'
        RETURNING c.idea_id, c.state
    )
    SELECT idea_id, state FROM gone
"""
