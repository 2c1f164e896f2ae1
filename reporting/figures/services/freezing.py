"""Handing the vault what there is, without a word of it: ids, places, codes, routes."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.models import Comment, Conversation, Idea, State, Vote
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
    ideas = Idea.objects.filter(
        stream__conversation=conversation, state=State.SHOWN, route__isnull=False
    ).values_list("pk", "stream_id", "area__code", "day", "route")
    comments = Comment.objects.filter(
        idea__stream__conversation=conversation,
        idea__state=State.SHOWN,
        state=State.SHOWN,
        route__isnull=False,
    ).values_list("pk", "idea__stream_id", "idea__area__code", "day", "route")
    for found in (ideas, comments):
        # Ids are random: in their order nothing tells what came when.
        for post, stream, area, day, route in found.order_by("pk").iterator(MOST_ROWS):
            yield FrozenPost(post, stream, area, day, sorted(codes.get(post, ())), bytes(route or b""))


def _votes(conversation: Conversation) -> Iterator[FrozenVote]:
    """Votes on shown ideas: those of merged ones stand on what they were merged into."""
    found = Vote.objects.filter(idea__stream__conversation=conversation, idea__state=State.SHOWN)
    rows = found.order_by("idea_id", "voter_tag").values_list("idea_id", "idea__area__code", "value", "route")
    for idea, area, value, route in rows.iterator(MOST_ROWS):
        yield FrozenVote(idea, area, value, bytes(route))


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


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == MOST_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch
