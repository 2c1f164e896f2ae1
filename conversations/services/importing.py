"""
Taking over a conversation that was held elsewhere.

Its voters are enrolled in the vault as people without address, so every idea and vote carries
tag and route like anybody's. The conversation stays a draft until everything is in; whatever
an interrupted import left behind is removed by the next one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID, uuid4

from django.db import transaction

from conversations.models import Area, Conversation, Idea, State, Stream, Vote
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.services import conversations, rewriting, tallies, words
from conversations.services.exports import Export, SourceVote
from privacy import anonymity
from privacy.anonymity import Kind, Ticket
from privacy.vault.interface import vault

T = TypeVar("T")
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Imported:
    ideas: int
    votes: int
    voices: int


def fill_conversation(
    *, conversation: Conversation, export: Export, shift: timedelta, progress: Callable[[int], object]
) -> Imported:
    """
    Write all statements and standing votes of an export into an empty draft, in one transaction.

    `shift` moves every day. `progress` hears how many rows more are done.
    """
    area = Area.objects.get(conversation=conversation)
    stream = Stream.objects.filter(conversation=conversation).order_by("position")[0]
    standing = [vote for vote in export.standing_votes().values() if vote.value]
    people = sorted({s.author for s in export.statements} | {vote.voter for vote in export.votes})
    tickets = vault().enrol_voices(conversation=conversation.pk, count=len(people), area=area.code)
    voices = dict(zip(people, tickets, strict=True))
    ids = {statement.number: uuid4() for statement in export.statements}
    with transaction.atomic():
        ideas = _ideas(conversation, area, stream, export, ids, voices, shift)
        for batch in _batches(_with_counts(ideas, standing, ids)):
            Idea.objects.bulk_create(batch)
            progress(len(batch))
        for votes in _batches(_votes(bytes(conversation.public_key), standing, ids, voices)):
            Vote.objects.bulk_create(votes)
            progress(len(votes))
        words.index_words(conversation=conversation.pk)
        tallies.count_conversation(conversation=conversation.pk)
    return Imported(ideas=len(ids), votes=len(standing), voices=len(voices))


def date_import(*, conversation: Conversation, opens_at: datetime, closes_at: datetime, at: datetime) -> None:
    """Set its dates. One that closed long ago is analysed from now on, so it is not complete before it was read."""
    days = conversation.days_of_analysis + max((at - closes_at).days, 0)
    Conversation.objects.filter(pk=conversation.pk).update(days_of_analysis=days)
    conversations.schedule_conversation(conversation=conversation.pk, opens_at=opens_at, closes_at=closes_at)


def finish_import(*, conversation: Conversation, at: datetime) -> None:
    """Leave no trace of the order in which the rows were read."""
    rewriting.rewrite_conversation(conversation=conversation, at=at)
    rewriting.compact()


def _ideas(
    conversation: Conversation,
    area: Area,
    stream: Stream,
    export: Export,
    ids: dict[int, UUID],
    voices: dict[int, Ticket],
    shift: timedelta,
) -> Iterator[Idea]:
    written: dict[int, int] = {}
    key = bytes(conversation.public_key)
    for statement in sorted(export.statements, key=lambda s: s.written_at):
        author = voices[statement.author]
        n = written.get(statement.author, 0)
        written[statement.author] = n + 1
        yield Idea(
            id=ids[statement.number],
            stream=stream,
            area=area,
            text=statement.text[:MOST_CHARACTERS_OF_IDEA],
            day=(statement.written_at + shift).astimezone(conversation.zone).date(),
            state=State.SHOWN if statement.is_shown else State.HIDDEN,
            owner_tag=anonymity.owner_tag(author.secret, Kind.IDEA, n),
            route=anonymity.route(key, person=author.person, contribution=ids[statement.number]),
        )


def _with_counts(ideas: Iterable[Idea], votes: list[SourceVote], ids: dict[int, UUID]) -> Iterator[Idea]:
    likes: dict[UUID, int] = {}
    dislikes: dict[UUID, int] = {}
    for vote in votes:
        side = likes if vote.value > 0 else dislikes
        side[ids[vote.statement]] = side.get(ids[vote.statement], 0) + 1
    for idea in ideas:
        idea.likes, idea.dislikes = likes.get(idea.pk, 0), dislikes.get(idea.pk, 0)
        yield idea


def _votes(
    public_key: bytes, votes: list[SourceVote], ids: dict[int, UUID], voices: dict[int, Ticket]
) -> Iterator[Vote]:
    for vote in votes:
        voter, idea = voices[vote.voter], ids[vote.statement]
        yield Vote(
            idea_id=idea,
            voter_tag=anonymity.voter_tag(voter.secret, idea),
            value=vote.value,
            route=anonymity.route(public_key, person=voter.person, contribution=idea),
        )


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def first_and_last(export: Export) -> tuple[datetime, datetime]:
    """When the source conversation began and ended, by its own statements and votes."""
    moments = [statement.written_at for statement in export.statements] + [
        vote.cast_at for vote in export.votes
    ]
    return min(moments), max(moments)
