"""
Filling the queue: an item for each contribution, in the lane that its reports and its text put it into.

Each step is a statement for a batch of contributions and finds for itself what is still to do, so it may be
run by anybody at any moment, twice at once too: rows are locked in the order of their ids.
"""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings

from conversations.models import Conversation, Examined, Lane, Reason, State
from conversations.queries.similar import NEAREST_IDEA
from conversations.services.hints import every_hint
from kernel.database import change, row, rows
from kernel.tenancy import current_tenant
from privacy.vault.interface import vault
from privacy.vault.refusals import UnknownConversation, VaultDown

_BATCH = 500
# While somebody waits for the page, less is done at once; the task of the minute does the rest.
_BATCHES, _BATCHES_AT_ONCE = 60, 2
_GROUPED = 150
_HINTS = 8
_NAMED = "named"

# What the queue was filled to in this process: (last number of a contribution, reports).
_filled: dict[tuple[str, UUID], tuple[object, ...]] = {}


def fill_all(*, at: datetime) -> None:
    """What the task of each minute does for every conversation of the tenant."""
    change(
        "UPDATE conversations_queueitem SET claimed_by = NULL, claimed_until = NULL WHERE claimed_until <= %s",
        [at],
    )
    for conversation in (
        Conversation.objects.exclude(opens_at=None).filter(completed_at=None).values_list("pk", flat=True)
    ):
        _fill(conversation, batches=_BATCHES)
        _group(conversation)


def fill_missing(*, conversation: Conversation) -> None:
    """Before the queue is shown: what came since it was filled last. One small query where nothing did."""
    place = (current_tenant().schema_name, conversation.pk)
    state = row(_STATE)
    assert state is not None  # noqa: S101  (a row of constants)
    # On a cluster the node draws the numbers, and the sequence that is asked here stands still.
    if not settings.CITUS and _filled.get(place) == state:
        return
    if _fill(conversation.pk, batches=_BATCHES_AT_ONCE):
        _filled[place] = state


def _fill(conversation: UUID, *, batches: int) -> bool:
    """Whether nothing is left to do but what waits for the vault."""
    is_complete = _repeat(batches, lambda: _add(conversation))
    _raise_reported(conversation)
    return _repeat(batches, lambda: _examine(conversation)) and is_complete


def _repeat(batches: int, step: Callable[[], int]) -> bool:
    return any(step() < _BATCH for _batch in range(batches))


def _add(conversation: UUID) -> int:
    return change(_ADD, [conversation, conversation, conversation, _BATCH])


def _raise_reported(conversation: UUID) -> None:
    """More reports than were seen put an item forward, and open it again. Who is on duty heard of a worry before."""
    change(_RAISE, [conversation])


def _examine(conversation: UUID) -> int:
    """Look through texts by rules and for names of the roster; without a vault the names come later."""
    try:
        return _examine_up_to(conversation, Examined.COMPLETELY)
    except (VaultDown, UnknownConversation):
        return _examine_up_to(conversation, Examined.BY_RULES)


def _examine_up_to(conversation: UUID, goal: Examined) -> int:
    found = rows(_TO_EXAMINE, [conversation, goal, _BATCH])
    if not found:
        return 0
    texts = [str(text) for _id, text in found]
    names: list[list[str]] = [[] for _text in texts]
    if goal is Examined.COMPLETELY:
        names = vault().mentions(conversation=conversation, texts=texts)
    hints = [_hints(text, named) for text, named in zip(texts, names, strict=True)]
    change(_EXAMINED, [[item for item, _text in found], texts, hints, goal])
    return len(found)


def _hints(text: str, named: list[str]) -> str:
    by_rules = [(hint.kind.value, hint.words) for hint in every_hint(text, most=_HINTS)]
    known = {words for _kind, words in by_rules}
    of_roster = [(_NAMED, words) for words in named[:_HINTS] if words not in known]
    return json.dumps([*of_roster, *by_rules])


def _group(conversation: UUID) -> None:
    """Put ideas together that say nearly the same, so that they can be dealt with together."""
    for (idea,) in rows(_TO_GROUP, [conversation, _GROUPED]):
        change(_GROUP, [idea, idea, idea])


# The sequence gives every contribution its number, so an unchanged last number means that nothing was added.
_STATE = "SELECT pg_sequence_last_value('contribution_number'), (SELECT count(*) FROM conversations_report)"

_OF_CONVERSATION = "SELECT id FROM conversations_stream WHERE conversation_id = %s"
_ADD = f"""
    INSERT INTO conversations_queueitem
        (id, conversation_id, kind, day, lane, is_open, reports, worries, hints, examined, is_grouped)
    SELECT id, %s, kind, day, {Lane.NEW.value}, true, 0, 0, '[]', {Examined.NOT_YET.value}, kind <> 'idea'
    FROM (
        SELECT i.id, 'idea' AS kind, i.day FROM conversations_idea i
        WHERE i.stream_id IN ({_OF_CONVERSATION}) AND i.state = '{State.SHOWN}' AND i.source <> 'facilitator'
        UNION ALL
        SELECT c.id, 'comment', c.day FROM conversations_comment c JOIN conversations_idea i ON i.id = c.idea_id
        WHERE i.stream_id IN ({_OF_CONVERSATION}) AND c.state = '{State.SHOWN}' AND c.source <> 'facilitator'
    ) shown
    WHERE NOT EXISTS (SELECT FROM conversations_queueitem q WHERE q.id = shown.id)
    LIMIT %s
    ON CONFLICT (id) DO NOTHING
"""

_RAISE = f"""
    WITH told AS (
        SELECT COALESCE(idea_id, comment_id) AS id, count(*) AS reports,
               count(*) FILTER (WHERE reason = '{Reason.WORRY}') AS worries
        FROM conversations_report GROUP BY 1
    ), due AS (
        SELECT q.id FROM conversations_queueitem q JOIN told ON told.id = q.id
        WHERE q.conversation_id = %s AND told.reports > q.reports
        ORDER BY q.id FOR UPDATE OF q
    )
    UPDATE conversations_queueitem q
    SET reports = told.reports, worries = told.worries, is_open = true,
        lane = CASE WHEN told.worries > q.worries THEN {Lane.SAFEGUARDING.value}
                    WHEN q.is_open THEN least(q.lane, {Lane.REPORTED.value})
                    ELSE {Lane.REPORTED.value} END
    FROM told JOIN due ON due.id = told.id
    WHERE q.id = told.id AND told.reports > q.reports
"""

_TO_EXAMINE = """
    SELECT q.id, COALESCE(i.text, c.text) FROM conversations_queueitem q
    LEFT JOIN conversations_idea i ON q.kind = 'idea' AND i.id = q.id
    LEFT JOIN conversations_comment c ON q.kind = 'comment' AND c.id = q.id
    WHERE q.conversation_id = %s AND q.examined < %s AND COALESCE(i.text, c.text) <> ''
    LIMIT %s
"""
# A text that was changed since it was read is not the one that was looked through: it stays to be done.
_EXAMINED = f"""
    WITH looked AS (
        SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS looked (id, text, hints)
    ), held AS (
        SELECT q.id FROM conversations_queueitem q JOIN looked ON looked.id = q.id ORDER BY q.id FOR UPDATE OF q
    )
    UPDATE conversations_queueitem q
    SET hints = looked.hints::jsonb, examined = %s,
        lane = CASE WHEN q.lane < {Lane.HINTED.value} THEN q.lane
                    WHEN looked.hints = '[]' THEN {Lane.NEW.value} ELSE {Lane.HINTED.value} END
    FROM looked JOIN held ON held.id = looked.id
    WHERE q.id = looked.id AND (
        EXISTS (SELECT FROM conversations_idea i WHERE i.id = q.id AND i.text = looked.text)
        OR EXISTS (SELECT FROM conversations_comment c WHERE c.id = q.id AND c.text = looked.text))
"""

_TO_GROUP = """
    SELECT id FROM conversations_queueitem WHERE conversation_id = %s AND NOT is_grouped LIMIT %s
"""
_GROUP = f"""
    WITH nearest AS ({NEAREST_IDEA}), together AS (
        SELECT COALESCE(q.alike, nearest.id) AS alike, nearest.id
        FROM nearest JOIN conversations_queueitem q ON q.id = nearest.id
    )
    UPDATE conversations_queueitem q
    SET is_grouped = q.is_grouped OR q.id = %s, alike = COALESCE((SELECT alike FROM together), q.alike)
    WHERE q.id = %s OR q.id = (SELECT id FROM together)
"""
