"""
What facilitators write themselves: prompts, welcomes and answers, marked as theirs on every page.

They carry neither tag nor route: whoever of the team wrote one, it comes "from the facilitators". Like
everything else they keep their day and no time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from conversations.models import Area, Conversation, Idea, Source, State, Stream
from conversations.models.contribution import MOST_CHARACTERS_OF_COMMENT, MOST_CHARACTERS_OF_IDEA
from conversations.services.posting import NotHere
from conversations.services.texts import checked_text
from kernel import audit
from kernel.database import row, rows
from kernel.errors import DomainError, NotFound
from kernel.tenancy import current_tenant
from privacy.anonymity import Kind
from tenants.models import Role
from tenants.permissions import Staff, require_role

MOST_PINNED = 3


class AreasMissing(DomainError):
    code = "areas_missing"
    status = 422
    message = "Choose at least one area to post into."


class CannotPostHere(DomainError):
    code = "cannot_post_here"
    message = "This question takes no posts: it opens later, or the conversation is closed. Choose another question."


class TooManyPinned(DomainError):
    code = "too_many_pinned"
    message = "Three prompts are pinned here already. Take down one of them first."


class OthersReacted(DomainError):
    code = "others_reacted"
    message = (
        "Others have voted on this or answered it, so it is not withdrawn without a word."
        " Change its text, or hide it with a reason."
    )


@dataclass(frozen=True, slots=True)
class Prompt:
    """An idea of the facilitators to be, posted once into each of the areas (codes)."""

    stream: UUID
    areas: Sequence[str]
    text: str
    is_pinned: bool = False


def post_prompt(
    *, conversation: Conversation, prompt: Prompt, by: Staff, form: UUID, at: datetime
) -> list[UUID]:
    """
    Post an idea of the facilitators and return the ideas, one for each area; the same form twice posts once.

    Also before the conversation opens, so that a welcome stands there first. Raises RoleMissing, TextMissing,
    TextTooLong, AreasMissing, CannotPostHere, TooManyPinned.
    """
    require_role(by, Role.FACILITATOR)
    text = checked_text(prompt.text, most=MOST_CHARACTERS_OF_IDEA)
    areas = sorted(set(prompt.areas))
    if not areas:
        raise AreasMissing
    ids = [uuid5(form, area) for area in areas]
    day = at.astimezone(conversation.zone).date()
    with transaction.atomic():
        if prompt.is_pinned and not Idea.objects.filter(pk__in=ids).exists():
            _require_room(prompt.stream, areas)
        values = [text, day, prompt.is_pinned, ids, areas, prompt.stream, conversation.pk, at, at]
        written = [idea for (idea,) in rows(_INSERT_PROMPT, values)]
        if not written and Idea.objects.filter(pk__in=ids).count() == len(ids):
            return ids
        if len(written) != len(ids):
            raise CannotPostHere
        _note("prompt posted", by, conversation)
    return ids


@transaction.atomic
def answer_as_facilitator(
    *, conversation: Conversation, idea: UUID, text: str, by: Staff, form: UUID, at: datetime
) -> UUID:
    """
    Comment on a shown idea of any area and return the comment; the same form twice is one comment.

    Raises RoleMissing, TextMissing, TextTooLong, NotHere.
    """
    require_role(by, Role.FACILITATOR)
    text = checked_text(text, most=MOST_CHARACTERS_OF_COMMENT)
    comment, day = uuid5(form, "answer"), at.astimezone(conversation.zone).date()
    values = [comment, text, day, idea, conversation.pk, at, comment]
    if row(_INSERT_ANSWER, values) == (0,):
        raise NotHere
    _note("answer posted", by, conversation)
    return comment


@transaction.atomic
def edit_own_post(*, conversation: Conversation, kind: Kind, post: UUID, text: str, by: Staff) -> None:
    """
    Put another text in place of a facilitators' post; its readers are told that it was changed.

    Raises RoleMissing, TextMissing, TextTooLong, NotFound for any other post.
    """
    require_role(by, Role.FACILITATOR)
    most = MOST_CHARACTERS_OF_IDEA if kind is Kind.IDEA else MOST_CHARACTERS_OF_COMMENT
    text = checked_text(text, most=most)
    if row(_EDIT[kind], [text, text, post, conversation.pk]) != (1,):
        raise NotFound
    _note("facilitators' post changed", by, conversation)


@transaction.atomic
def withdraw_own_post(*, conversation: Conversation, kind: Kind, post: UUID, by: Staff) -> None:
    """
    Take a facilitators' post away while nobody has reacted to it.

    Raises RoleMissing, OthersReacted, NotFound for any other post.
    """
    require_role(by, Role.FACILITATOR)
    if row(_WITHDRAW[kind], [post, conversation.pk]) == (1,):
        _note("facilitators' post withdrawn", by, conversation)
        return
    if row(_FIND[kind], [post, conversation.pk]) is None:
        raise NotFound
    raise OthersReacted


def pin_prompt(*, conversation: Conversation, idea: UUID, is_pinned: bool, by: Staff) -> None:
    """
    Put a facilitators' idea first on its stream's page in every order, or let it stand among the others again.

    Raises RoleMissing, TooManyPinned, NotFound for any other idea.
    """
    require_role(by, Role.FACILITATOR)
    ours = Idea.objects.filter(
        pk=idea, stream__conversation=conversation, source=Source.FACILITATOR, state=State.SHOWN
    )
    with transaction.atomic():
        found = ours.select_related("area").first()
        if found is None:
            raise NotFound
        if is_pinned and not found.is_pinned:
            _require_room(found.stream_id, [found.area.code])
        ours.update(is_pinned=is_pinned)


def _note(what: str, by: Staff, conversation: Conversation) -> None:
    """Who of the team it was: known to the audit alone."""
    about = {"project": str(conversation.pk)}
    audit.record(what, by=by.id, organisation=current_tenant().organisation, about=about)


def _require_room(stream: UUID, areas: Sequence[str]) -> None:
    """Hold the stream, so that two who pin at once are counted one after the other. Raises TooManyPinned."""
    Stream.objects.select_for_update(no_key=True).filter(pk=stream).first()
    pinned = Idea.objects.filter(is_pinned=True, state=State.SHOWN, stream=stream)
    for area in Area.objects.filter(conversation__streams=stream, code__in=areas):
        if pinned.filter(area=area).count() >= MOST_PINNED:
            raise TooManyPinned


# Until the conversation closes, in a question that is not announced for later.
_INSERT_PROMPT = f"""
    WITH written AS (
        INSERT INTO conversations_idea
            (id, text, day, state, source, is_purged, likes, dislikes, comment_count, is_pinned, stream_id, area_id)
        SELECT made.id, said.text, said.day, '{State.SHOWN}', '{Source.FACILITATOR}', false, 0, 0, 0, said.pin, s.id, a.id
        FROM (SELECT %s::text AS text, %s::date AS day, %s::boolean AS pin) said
        CROSS JOIN unnest(%s::uuid[], %s::text[]) AS made (id, area)
        JOIN conversations_stream s ON s.id = %s
        JOIN conversations_conversation c ON c.id = s.conversation_id AND c.id = %s
        JOIN conversations_area a ON a.conversation_id = c.id AND a.code = made.area
        WHERE c.completed_at IS NULL AND (c.closes_at IS NULL OR c.closes_at > %s) AND (s.opens_at IS NULL OR s.opens_at <= %s)
        ON CONFLICT (id) DO NOTHING
        RETURNING id, text
    ), words AS (
        INSERT INTO conversations_ideawords (idea_id, vector)
        SELECT id, to_tsvector('english', text) FROM written
    )
    SELECT id FROM written
"""

# As with participants' comments: one that nobody counted is undone by a division by zero (decision 006).
_INSERT_ANSWER = f"""
    WITH written AS (
        INSERT INTO conversations_comment (id, text, day, state, source, is_purged, idea_id)
        SELECT %s, %s, %s, '{State.SHOWN}', '{Source.FACILITATOR}', false, i.id
        FROM conversations_idea i
        JOIN conversations_stream s ON s.id = i.stream_id
        JOIN conversations_conversation c ON c.id = s.conversation_id
        WHERE i.id = %s AND c.id = %s AND c.completed_at IS NULL AND (c.closes_at IS NULL OR c.closes_at > %s) AND i.state = '{State.SHOWN}'
        ON CONFLICT (id) DO NOTHING
        RETURNING idea_id
    ), counted AS (
        UPDATE conversations_idea SET comment_count = comment_count + 1
        FROM written WHERE id = written.idea_id AND state = '{State.SHOWN}'
        RETURNING id
    )
    SELECT CASE WHEN EXISTS (SELECT FROM written) THEN 1 / (SELECT count(*) FROM counted)
                ELSE (SELECT count(*) FROM conversations_comment WHERE id = %s) END
"""

_OURS_IDEA = f"""
    i.id = %s AND s.id = i.stream_id AND s.conversation_id = %s
    AND i.source = '{Source.FACILITATOR}' AND i.state = '{State.SHOWN}'
"""
_OURS_COMMENT = f"""
    c.id = %s AND i.id = c.idea_id AND s.id = i.stream_id AND s.conversation_id = %s
    AND c.source = '{Source.FACILITATOR}' AND c.state = '{State.SHOWN}'
"""

_FIND = {
    Kind.IDEA: f"SELECT 1 FROM conversations_idea i, conversations_stream s WHERE {_OURS_IDEA}",
    Kind.COMMENT: f"""
        SELECT 1 FROM conversations_comment c, conversations_idea i, conversations_stream s WHERE {_OURS_COMMENT}
    """,
}

_EDIT = {
    Kind.IDEA: f"""
        WITH changed AS (
            UPDATE conversations_idea i SET text = %s, is_edited = i.is_edited OR i.text <> %s, version = i.version + 1
            FROM conversations_stream s WHERE {_OURS_IDEA}
            RETURNING i.id, i.text
        ), words AS (
            UPDATE conversations_ideawords w SET vector = to_tsvector('english', changed.text)
            FROM changed WHERE w.idea_id = changed.id
        )
        SELECT count(*) FROM changed
    """,
    Kind.COMMENT: f"""
        WITH changed AS (
            UPDATE conversations_comment c SET text = %s, is_edited = c.is_edited OR c.text <> %s, version = c.version + 1
            FROM conversations_idea i, conversations_stream s WHERE {_OURS_COMMENT}
            RETURNING c.id
        )
        SELECT count(*) FROM changed
    """,
}

# Nobody votes on a comment or answers it by itself, so an answer can always be taken back.
_WITHDRAW = {
    Kind.IDEA: f"""
        WITH emptied AS (
            UPDATE conversations_idea i SET text = '', state = '{State.WITHDRAWN}', is_pinned = false, version = i.version + 1
            FROM conversations_stream s
            WHERE {_OURS_IDEA} AND i.likes + i.dislikes + i.comment_count = 0
            RETURNING i.id
        ), words AS (
            DELETE FROM conversations_ideawords w USING emptied WHERE w.idea_id = emptied.id
        )
        SELECT count(*) FROM emptied
    """,
    Kind.COMMENT: f"""
        WITH emptied AS (
            UPDATE conversations_comment c SET text = '', state = '{State.WITHDRAWN}', version = c.version + 1
            FROM conversations_idea i, conversations_stream s WHERE {_OURS_COMMENT}
            RETURNING c.idea_id
        ), counted AS (
            UPDATE conversations_idea i SET comment_count = i.comment_count - 1
            FROM emptied WHERE i.id = emptied.idea_id
        )
        SELECT count(*) FROM emptied
    """,
}
