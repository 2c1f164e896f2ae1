"""
The nightly rewrite: afterwards nothing in the tables tells in which order a day's posts came.

In one transaction the rows of a conversation are deleted and inserted again in random order, so
they share one transaction id and lie anywhere; the numbers of each finished day are drawn anew.
In the same transaction people who left lose their last ties: tags and routes become look-alikes,
withdrawn contributions are emptied, withdrawn votes go. Then the tables are compacted, so that
the old rows are not left lying in their pages.
"""

import os
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.db.models import QuerySet

from conversations.models import (
    Act,
    Comment,
    Conversation,
    Decision,
    Delivery,
    Idea,
    IdeaWords,
    Message,
    MessageKind,
    Moved,
    OpenIdentification,
    PaperBatch,
    PaperEntry,
    PaperForm,
    QueueItem,
    Report,
    Safeguarding,
    State,
    Thread,
    Touch,
    Vote,
)
from conversations.registry import rewritten
from conversations.services.words import index_words
from kernel.database import change, rows
from privacy import anonymity
from privacy.vault.interface import vault
from privacy.vault.refusals import UnknownConversation
from privacy.vault.shapes import OwnTags

# In the order in which every writing statement takes its locks: what points at something before that,
# but an idea's words after the idea, and a thread before its messages. What facilitators do comes after that, and
# queue items, which hold no key, last.
_MODELS = (
    *(Safeguarding, Decision, OpenIdentification, Thread, Message, Report),
    *(Vote, Comment, Idea, IdeaWords, Act, Touch, Moved, Delivery, QueueItem),
)
# Of these only what was deleted goes: which entries shared a form before they were released.
_EMPTIED = tuple(model._meta.db_table for model in (PaperBatch, PaperForm, PaperEntry))
_CHUNK = 20_000


def tables() -> tuple[str, ...]:
    """Every table that is rewritten, in the order of locks. What packages above keep points at contributions."""
    return tuple(model._meta.db_table for model in _models())


def _models() -> list[type[models.Model]]:
    return [*rewritten(), *_MODELS]


def rewrite_all(*, at: datetime) -> None:
    """Rewrite every conversation of the tenant that has had a day since, then compact the tables."""
    # Where the vault's part is gone there is nobody left to tell apart.
    known = vault().conversations()
    due = [
        conversation
        for conversation in Conversation.objects.filter(pk__in=known)
        if _is_due(conversation, at=at)
    ]
    for conversation in due:
        with suppress(UnknownConversation):  # its deletion began this moment
            rewrite_conversation(conversation=conversation, at=at)
    if due:
        compact()


def rewrite_conversation(*, conversation: Conversation, at: datetime) -> None:
    """Rewrite one conversation, and forget whoever left it."""
    today = at.astimezone(conversation.zone).date()
    with transaction.atomic(), connection.cursor() as cursor:
        # A post that is split while the vault is asked would keep the ties of somebody who leaves.
        held = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        leaving = _leaving(conversation.pk)
        cursor.execute(f"LOCK TABLE {', '.join(tables())} IN EXCLUSIVE MODE")
        gone = _ties_that_go(conversation.pk, leaving)
        withdraw(conversation.pk, leaving.withdrawn)
        disguise(conversation, leaving)
        _remember(conversation.pk, gone)
        since = held.rewritten_on or date.min
        for table in ("conversations_idea", "conversations_comment"):
            cursor.execute(_redraw(table), [conversation.pk, since, today])
        for model in _models():
            statement = _rewrite(model)
            cursor.execute(statement, [conversation.pk] * statement.count("%s"))
        Conversation.objects.filter(pk=conversation.pk).update(rewritten_on=today)
    # After the locks: whoever releases a pile holds it while waiting for them.
    _released(conversation).filter(released_on__lt=today).update(released=[])
    vault().forget(conversation=conversation.pk, batch=leaving.batch)


def compact() -> None:
    """Write the tables' files anew without the dead rows. Takes seconds for a million votes."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        for table in (*tables(), *_EMPTIED):
            cursor.execute(f"VACUUM (FULL, ANALYZE) {table}")
        cursor.execute("RESET lock_timeout")


def _is_due(conversation: Conversation, *, at: datetime) -> bool:
    """Open, or closed on a day that was not yet rewritten, or somebody waits to be forgotten."""
    if conversation.emptying:
        return False
    if not conversation.has_opened(at=at):
        return is_awaited(conversation)
    last = conversation.rewritten_on
    closed_on = (
        conversation.closes_at.astimezone(conversation.zone).date() if conversation.closes_at else None
    )
    return (
        last is None
        or closed_on is None
        or last <= closed_on
        or is_awaited(conversation)
        or _released(conversation).exists()
    )


def is_awaited(conversation: Conversation) -> bool:
    """Whether somebody waits to be forgotten."""
    try:
        tags = vault().own_tags(conversation=conversation.pk, ideas=[], reported=[], split=[])
    except UnknownConversation:
        return False  # it is being deleted, and everybody with it
    return bool(tags.kept or tags.withdrawn)


def _leaving(conversation: UUID) -> OwnTags:
    """The tags of everybody who leaves, on whatever there is in the conversation."""
    ideas = Idea.objects.filter(stream__conversation=conversation)
    split = ideas.filter(part_of__isnull=False).order_by().values_list("part_of", flat=True).distinct()
    return vault().own_tags(
        conversation=conversation,
        ideas=list(ideas.values_list("pk", flat=True)),
        reported=_reported(conversation),
        split=[parent for parent in split if parent is not None],
    )


def _reported(conversation: UUID) -> list[UUID]:
    """What somebody reported, for finding the reports of those who leave."""
    found = rows(_REPORTED, [conversation] * _REPORTED.count("%s"))
    return [contribution for (contribution,) in found]


def _released(conversation: Conversation) -> QuerySet[PaperBatch]:
    """Piles that still know which ideas came from them. By night nobody may tell."""
    return PaperBatch.objects.filter(conversation=conversation).exclude(released=[])


def withdraw(conversation: UUID, tags: list[bytes]) -> None:
    """Empty contributions and delete votes; what stays is a row without text, tie or author."""
    for chunk in _chunks(tags):
        change(_WITHDRAW_MESSAGES, [chunk, chunk])
        change(_WITHDRAW_THREADS, [chunk, chunk])
        change(_WITHDRAW_VOTES, [chunk, conversation])
        change(_WITHDRAW_COMMENTS, [chunk, conversation])
        change(_WITHDRAW_WORDS, [chunk])
        change(_WITHDRAW_ORIGINALS, [chunk, chunk])
        change(_WITHDRAW_IDEAS, [chunk, conversation])
        change(_WITHDRAW_ITEMS, [chunk, chunk])
    _free_sources(conversation)


def _ties_that_go(conversation: UUID, leaving: OwnTags) -> list[bytes]:
    """Tags of votes, and ids of messages with a name, that this night removes."""
    found: list[bytes] = []
    for chunk in _chunks(leaving.withdrawn):
        found += [bytes(tag) for (tag,) in rows(_VOTES_THAT_GO, [chunk, conversation])]
    for chunk in _chunks([*leaving.kept, *leaving.withdrawn]):
        found += [message.bytes for (message,) in rows(_NAMES_THAT_GO, [chunk, chunk])]
    return found


def _remember(conversation: UUID, gone: list[bytes]) -> None:
    """Before the commit: a restore of an older backup takes away again what was ever withdrawn."""
    withdrawn = rows(_WITHDRAWN, [conversation, conversation])
    entries = {*gone, *(contribution.bytes for (contribution,) in withdrawn)}
    if entries:
        vault().remember_withdrawn(conversation=conversation, entries=sorted(entries))


def _free_sources(conversation: UUID) -> None:
    """What others wrote and a facilitator merged into a withdrawn idea stands by itself again."""
    change(_COMMENTS_GO_HOME, [conversation])
    change(_FREE_SOURCES, [conversation])
    index_words(conversation=conversation)


def disguise(conversation: Conversation, leaving: OwnTags) -> None:
    """Give look-alike tags and routes to everything that stays of people who left; names they gave go."""
    key = bytes(conversation.public_key)
    for chunk in _chunks([*leaving.kept, *leaving.withdrawn]):
        change(_WITHDRAW_NAMES, [chunk, chunk])
        change(
            "UPDATE conversations_report SET reporter_tag = sha256(uuid_send(gen_random_uuid())"
            " || uuid_send(gen_random_uuid())) WHERE reporter_tag = ANY(%s)",
            [chunk],
        )
        for table, (tag, about) in TIES.items():
            for old, contribution in rows(
                f"SELECT {tag}, {about} FROM {table} WHERE {tag} = ANY(%s)", [chunk]
            ):
                route = anonymity.route(key, person=uuid4(), contribution=contribution)
                change(
                    f"UPDATE {table} SET {tag} = %s, route = %s WHERE {tag} = %s AND {about} = %s",
                    [os.urandom(anonymity.TAG_BYTES), route, old, contribution],
                )


def _chunks(tags: list[bytes]) -> list[list[bytes]]:
    return [tags[n : n + _CHUNK] for n in range(0, len(tags), _CHUNK)]


# Table -> its column with the tag, and the id that is bound into the route.
TIES = {
    "conversations_vote": ("voter_tag", "idea_id"),
    "conversations_comment": ("owner_tag", "id"),
    "conversations_idea": ("owner_tag", "id"),
}


def _redraw(table: str) -> str:
    """Deal the numbers of each finished day out again among that day's rows."""
    return f"""
        WITH of_day AS (
            SELECT id, day, number,
                   row_number() OVER (PARTITION BY day ORDER BY number) AS place,
                   row_number() OVER (PARTITION BY day ORDER BY random()) AS lot
            FROM {table} WHERE {OF_CONVERSATION[table]} AND day >= %s AND day < %s
        )
        UPDATE {table} t SET number = drawn.number
        FROM of_day o JOIN of_day drawn ON drawn.day = o.day AND drawn.place = o.lot
        WHERE t.id = o.id
    """


def _rewrite(model: type[models.Model]) -> str:
    table = model._meta.db_table
    condition = rewritten().get(model) or OF_CONVERSATION[table]
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return f"""
        WITH gone AS (DELETE FROM {table} WHERE {condition} RETURNING {columns})
        INSERT INTO {table} ({columns}) SELECT {columns} FROM gone ORDER BY random()
    """


_STREAMS = "SELECT id FROM conversations_stream WHERE conversation_id = %s"
_IDEAS = f"SELECT id FROM conversations_idea WHERE stream_id IN ({_STREAMS})"
_COMMENTS = f"SELECT id FROM conversations_comment WHERE idea_id IN ({_IDEAS})"
# Names the conversation twice.
_ABOUT = f"(idea_id IN ({_IDEAS}) OR comment_id IN ({_COMMENTS}))"
OF_CONVERSATION = {
    "conversations_idea": f"stream_id IN ({_STREAMS})",
    "conversations_comment": f"idea_id IN ({_IDEAS})",
    "conversations_vote": f"idea_id IN ({_IDEAS})",
    "conversations_ideawords": f"idea_id IN ({_IDEAS})",
    "conversations_report": _ABOUT,
    "conversations_queueitem": "conversation_id = %s",
    "conversations_thread": _ABOUT,
    "conversations_safeguarding": _ABOUT,
    "conversations_openidentification": _ABOUT,
    "conversations_decision": f"case_id IN (SELECT id FROM conversations_safeguarding WHERE {_ABOUT})",
    "conversations_act": "conversation_id = %s",
    "conversations_touch": "act_id IN (SELECT id FROM conversations_act WHERE conversation_id = %s)",
    "conversations_moved": "act_id IN (SELECT id FROM conversations_act WHERE conversation_id = %s)",
    "conversations_delivery": "conversation_id = %s",
    "conversations_message": f"thread_id IN (SELECT id FROM conversations_thread WHERE {_ABOUT})",
}

_WITHDRAW_VOTES = f"""
    WITH gone AS (
        DELETE FROM conversations_vote WHERE voter_tag = ANY(%s) AND idea_id IN ({_IDEAS}) RETURNING idea_id, value
    ), per_idea AS (
        SELECT idea_id, count(*) FILTER (WHERE value = 1) AS likes, count(*) FILTER (WHERE value = -1) AS dislikes
        FROM gone GROUP BY idea_id
    )
    UPDATE conversations_idea i SET likes = i.likes - p.likes, dislikes = i.dislikes - p.dislikes
    FROM per_idea p WHERE i.id = p.idea_id
"""

_WITHDRAW_COMMENTS = f"""
    WITH emptied AS (
        UPDATE conversations_comment c SET text = '', state = '{State.WITHDRAWN}', version = c.version + 1
        WHERE owner_tag = ANY(%s) AND idea_id IN ({_IDEAS}) RETURNING idea_id, old.state AS was
    ), per_idea AS (
        SELECT idea_id, count(*) FILTER (WHERE was = '{State.SHOWN}') AS comments FROM emptied GROUP BY idea_id
    )
    UPDATE conversations_idea i SET comment_count = i.comment_count - p.comments
    FROM per_idea p WHERE i.id = p.idea_id
"""

_OWN_THREADS = """
    SELECT t.id FROM conversations_thread t
    LEFT JOIN conversations_idea i ON i.id = t.idea_id LEFT JOIN conversations_comment c ON c.id = t.comment_id
    WHERE i.owner_tag = ANY(%s) OR c.owner_tag = ANY(%s)
"""
_WITHDRAW_MESSAGES = f"DELETE FROM conversations_message WHERE thread_id IN ({_OWN_THREADS})"
_WITHDRAW_THREADS = f"DELETE FROM conversations_thread WHERE id IN ({_OWN_THREADS})"
_WITHDRAW_NAMES = f"{_WITHDRAW_MESSAGES} AND kind = '{MessageKind.FORWARD}'"
_VOTES_THAT_GO = (
    f"SELECT voter_tag FROM conversations_vote WHERE voter_tag = ANY(%s) AND idea_id IN ({_IDEAS})"
)
_NAMES_THAT_GO = f"""
    SELECT id FROM conversations_message WHERE thread_id IN ({_OWN_THREADS}) AND kind = '{MessageKind.FORWARD}'
"""
_WITHDRAWN = f"""
    SELECT id FROM conversations_idea WHERE state = '{State.WITHDRAWN}' AND stream_id IN ({_STREAMS})
    UNION ALL
    SELECT id FROM conversations_comment WHERE state = '{State.WITHDRAWN}' AND idea_id IN ({_IDEAS})
"""
_WITHDRAW_WORDS = """
    DELETE FROM conversations_ideawords
    WHERE idea_id IN (SELECT id FROM conversations_idea WHERE owner_tag = ANY(%s))
"""
_REPORTED = f"SELECT COALESCE(idea_id, comment_id) FROM conversations_report WHERE {_ABOUT}"

_WITHDRAW_IDEAS = f"""
    UPDATE conversations_idea SET text = '', state = '{State.WITHDRAWN}', version = version + 1
    WHERE owner_tag = ANY(%s) AND stream_id IN ({_STREAMS})
"""

# The words that hints found were the author's.
_WITHDRAW_ITEMS = """
    UPDATE conversations_queueitem SET hints = '[]', is_open = false
    WHERE id IN (SELECT id FROM conversations_idea WHERE owner_tag = ANY(%s)
                 UNION ALL SELECT id FROM conversations_comment WHERE owner_tag = ANY(%s))
"""
# What it said before an act, and what facilitators wrote about it, go with it.
_WITHDRAW_ORIGINALS = """
    UPDATE conversations_act SET sealed = NULL, note = ''
    WHERE idea_id IN (SELECT id FROM conversations_idea WHERE owner_tag = ANY(%s))
       OR comment_id IN (SELECT id FROM conversations_comment WHERE owner_tag = ANY(%s))
"""

_FREED = f"""
    SELECT source.id, target.id AS was_in FROM conversations_idea source
    JOIN conversations_idea target ON target.id = source.merged_into_id
    WHERE target.state = '{State.WITHDRAWN}' AND source.state = '{State.MERGED}'
      AND target.stream_id IN ({_STREAMS})
"""
_COMMENTS_GO_HOME = f"""
    WITH freed AS ({_FREED}), home AS (
        UPDATE conversations_comment c SET idea_id = freed.id
        FROM freed JOIN conversations_moved m ON m.idea_id = freed.id
        WHERE c.id = m.comment_id AND c.idea_id = freed.was_in
        RETURNING freed.id, freed.was_in, c.state
    ), counted AS (
        SELECT idea, sum(one) AS comments FROM (
            SELECT id AS idea, 1 AS one FROM home WHERE state = '{State.SHOWN}'
            UNION ALL SELECT was_in, -1 FROM home WHERE state = '{State.SHOWN}'
        ) ones GROUP BY idea
    )
    UPDATE conversations_idea i SET comment_count = i.comment_count + n.comments FROM counted n WHERE i.id = n.idea
"""
_FREE_SOURCES = f"""
    UPDATE conversations_idea i
    SET state = '{State.SHOWN}', merged_into_id = NULL, version = i.version + 1
    FROM ({_FREED}) freed WHERE i.id = freed.id
"""
