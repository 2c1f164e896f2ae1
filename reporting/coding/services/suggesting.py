"""
Codes suggested for what nobody has read yet, learned from this conversation's own coding alone.

A background task learns and looks; the model itself is never kept. What is kept are scores, and places in each
text: of the words that weigh, and the ids of what is alike. It counts for nothing until a person gives the code.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation
from kernel.database import rows
from kernel.errors import DomainError
from kernel.tasks import after_commit
from privacy.anonymity import Kind
from reporting.coding.models import Frame, Suggestion
from reporting.coding.permissions import require_may_code
from reporting.coding.queries import codes_of
from reporting.coding.queries.posts import POSTS
from reporting.coding.services.holding import share_frame, today
from tenants.permissions import Staff

FEWEST_CODED = 30
_MOST_AT_ONCE = 20_000
_BATCH = 1_000


class TooLittleToLearnFrom(DomainError):
    code = "too_little_to_learn_from"
    message = "Suggestions are learned from your own coding. Code at least 30 contributions first."


def ask(*, conversation: Conversation, by: Staff, at: datetime) -> None:
    """Have suggestions learned anew in the background. Raises RoleMissing, CodingIsOver, TooLittleToLearnFrom."""
    require_may_code(by, conversation, at=at)
    if len(codes_of(conversation)) < FEWEST_CODED:
        raise TooLittleToLearnFrom
    after_commit("coding.suggest", conversation=str(conversation.pk))


def is_due(conversation: Conversation) -> bool:
    """Enough was coded since suggestions were made last to be worth learning anew."""
    frame = Frame.objects.filter(pk=conversation.pk).first()
    if frame is None:
        return False
    coded = len(codes_of(conversation))
    return coded >= FEWEST_CODED and abs(coded - frame.learned_from) >= max(10, frame.learned_from // 20)


def suggest(*, conversation: Conversation, at: datetime) -> int:
    """Learn from what is coded and suggest for what is not; returns how many contributions got suggestions."""
    # Only the worker learns: this import takes a second.
    from reporting.coding.services.learning import Example, learned

    held = codes_of(conversation)
    if len(held) < FEWEST_CODED:
        return 0
    known = [
        Example(post, text, frozenset(held[post]))
        for post, text in rows(_KNOWN, [conversation.pk, conversation.pk, list(held)])
    ]
    unread = rows(_UNREAD, [conversation.pk, conversation.pk, _MOST_AT_ONCE])
    found = learned(known, [text for _post, _kind, text, _version in unread])
    made = [
        Suggestion(
            post=post,
            code_id=one.code,
            score=one.score,
            version=version,
            words=one.words,
            alike=one.alike,
            **_about(post, kind),
        )
        for (post, kind, _text, version), ones in zip(unread, found, strict=True)
        for one in ones
    ]
    with transaction.atomic():
        share_frame(conversation)
        Suggestion.objects.filter(code__frame=conversation.pk).delete()
        Suggestion.objects.bulk_create(made, batch_size=_BATCH)
    Frame.objects.filter(pk=conversation.pk).update(
        suggested_on=today(conversation, at), learned_from=len(held)
    )
    return len({one.post for one in made})


def _about(post: UUID, kind: str) -> dict[str, UUID]:
    return {"idea_id": post} if kind == Kind.IDEA else {"comment_id": post}


_KNOWN = f"SELECT p.id, p.text FROM ({POSTS}) p WHERE p.id = ANY(%s) ORDER BY p.id"
_UNREAD = f"""
    SELECT p.id, p.kind, p.text, p.version FROM ({POSTS}) p
    WHERE NOT EXISTS (SELECT FROM coding_reading r WHERE r.post = p.id) ORDER BY p.id LIMIT %s
"""
