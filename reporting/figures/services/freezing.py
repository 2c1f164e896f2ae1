"""Handing the vault what there is, without a word of it: ids, places, codes, routes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation, State
from kernel.database import rows
from privacy.vault.groups import MOST_ROWS, FrozenPost, FrozenVote, Snapshot
from privacy.vault.interface import vault
from reporting.coding.queries import codes_of, frame_of


def freeze_today(*, conversation: Conversation) -> Snapshot:
    """
    The vault's snapshot of today, made now unless there is a whole one. It is kept for a day.

    Raises SnapshotGone where another freezing came between, VaultDown.
    """
    found = vault().freeze(conversation=conversation.pk)
    if found.is_whole:
        return found
    number = 0
    with transaction.atomic():
        for posts in _batches(_posts(conversation)):
            vault().freeze_posts(conversation=conversation.pk, snapshot=found.id, number=number, rows=posts)
            number += 1
        for votes in _batches(_votes(conversation)):
            vault().freeze_votes(conversation=conversation.pk, snapshot=found.id, number=number, rows=votes)
            number += 1
    return vault().freeze_end(conversation=conversation.pk, snapshot=found.id, parts=number)


def _posts(conversation: Conversation) -> Iterator[FrozenPost]:
    """Shown contributions of participants; a comment stands where its idea does."""
    above = codes_above(conversation)
    codes = {post: above_too(found, above) for post, found in codes_of(conversation).items()}
    for statement in (_IDEAS, _COMMENTS):
        after = UUID(int=0)
        while page := rows(statement, [conversation.pk, after, MOST_ROWS]):
            for post, stream, area, day, route in page:
                yield FrozenPost(post, stream, area, day, sorted(codes.get(post, ())), bytes(route))
            # Ids are random: in their order nothing tells what came when.
            after = page[-1][0]


def _votes(conversation: Conversation) -> Iterator[FrozenVote]:
    """Votes on shown ideas: those of merged ones stand on what they were merged into."""
    after: tuple[UUID, bytes] = (UUID(int=0), b"")
    while page := rows(_VOTES, [conversation.pk, *after, MOST_ROWS]):
        for idea, _tag, area, value, route in page:
            yield FrozenVote(idea, area, value, bytes(route))
        after = page[-1][0], bytes(page[-1][1])


_IDEAS = f"""
    SELECT i.id, i.stream_id, a.code, i.day, i.route
    FROM conversations_idea i JOIN conversations_area a ON a.id = i.area_id
    WHERE a.conversation_id = %s AND i.state = '{State.SHOWN}' AND i.route IS NOT NULL AND i.id > %s
    ORDER BY i.id LIMIT %s
"""
_COMMENTS = f"""
    SELECT c.id, i.stream_id, a.code, c.day, c.route
    FROM conversations_comment c
    JOIN conversations_idea i ON i.id = c.idea_id JOIN conversations_area a ON a.id = i.area_id
    WHERE a.conversation_id = %s AND i.state = '{State.SHOWN}' AND c.state = '{State.SHOWN}'
      AND c.route IS NOT NULL AND c.id > %s
    ORDER BY c.id LIMIT %s
"""
_VOTES = f"""
    SELECT v.idea_id, v.voter_tag, a.code, v.value, v.route
    FROM conversations_vote v
    JOIN conversations_idea i ON i.id = v.idea_id JOIN conversations_area a ON a.id = i.area_id
    WHERE a.conversation_id = %s AND i.state = '{State.SHOWN}' AND (v.idea_id, v.voter_tag) > (%s, %s)
    ORDER BY v.idea_id, v.voter_tag LIMIT %s
"""


def codes_above(conversation: Conversation) -> dict[UUID, UUID]:
    """Each code of the frame that has one above it -> that one."""
    lines = frame_of(conversation)
    by_path = {tuple(line.path): line.id for line in lines}
    return {line.id: by_path[line.path[:-1]] for line in lines if tuple(line.path[:-1]) in by_path}


def above_too(codes: set[UUID], above: dict[UUID, UUID]) -> set[UUID]:
    """A contribution in a code is in every one above it."""
    found: set[UUID] = set()
    for code in codes:
        at: UUID | None = code
        while at is not None and at not in found:
            found.add(at)
            at = above.get(at)
    return found


def _batches(found: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in found:
        batch.append(row)
        if len(batch) == MOST_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch
