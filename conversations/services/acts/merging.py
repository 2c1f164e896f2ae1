"""
Merging ideas that say the same: votes and comments come along, and each person counts once.

The sources keep their own votes untouched. The vault makes new ones for the surviving idea, for those who
have not voted there; they are marked, so that undoing the merge takes away exactly these.

Nobody must wait for anybody in a circle: the sources are closed first, so that their votes stand still.
The surviving idea stays open while the vault works. Whoever votes there meanwhile keeps their own vote, and
its row is taken last, as every vote does.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from conversations.models import Act, ActKind, Conversation, Idea, Post, State
from conversations.models.contribution import MOST_CHARACTERS_OF_IDEA
from conversations.services.acts.decisions import Decision, decided
from conversations.services.acts.holding import acting, held_idea, hold_comments
from conversations.services.acts.record import record
from conversations.services.acts.states import put_into
from conversations.services.texts import checked_text
from conversations.services.voting import DISLIKE, LIKE
from kernel.database import rows
from kernel.errors import DomainError, NotFound
from privacy.vault.interface import vault
from tenants.permissions import Staff

_MOST_SOURCES = 20
_VOTES_AT_ONCE = 2_500


class NothingToMerge(DomainError):
    code = "nothing_to_merge"
    status = 422
    message = "Choose one idea that stays, and one to twenty others that say the same."


class AreasDiffer(DomainError):
    code = "areas_differ"
    message = "These ideas belong to different areas. People in one do not see the other, so they stay apart."


@dataclass(frozen=True, slots=True)
class Merge:
    """The idea that stays, those that go into it, and another wording where it needs one."""

    target: Post
    sources: tuple[Post, ...]
    text: str | None = None


def merge_ideas(
    *, conversation: Conversation, merge: Merge, by: Staff, rule: str, note: str, at: datetime
) -> Act:
    """
    Merge ideas of one area into one of them.

    Raises RoleMissing, RuleMissing, NoteTooLong, NothingToMerge, AreasDiffer, TextMissing, TextTooLong, NotFound,
    ChangedMeanwhile, DoesNotFit, VaultDown; then nothing was changed.
    """
    decision = decided(ActKind.MERGE, conversation=conversation, by=by, rule=rule, note=note, at=at)
    asked = {source.id: source for source in merge.sources}
    if not 1 <= len(asked) <= _MOST_SOURCES or merge.target.id in asked:
        raise NothingToMerge
    text = None if merge.text is None else checked_text(merge.text, most=MOST_CHARACTERS_OF_IDEA)
    with acting(conversation):
        _require_one_area(conversation, [merge.target.id, *asked])
        hold_comments(list(asked))
        sources = [held_idea(conversation, asked[source], State.SHOWN) for source in sorted(asked)]
        values = [
            value for source in sources for value in _carry(decision, source.pk, target=merge.target.id)
        ]
        target = held_idea(conversation, merge.target, State.SHOWN)
        is_reworded = text is not None and text != target.text
        act = record(decision, target, *sources, original=target.text if is_reworded else None)
        Idea.objects.filter(pk=target.pk).update(
            likes=F("likes") + values.count(LIKE),
            dislikes=F("dislikes") + values.count(DISLIKE),
            comment_count=F("comment_count") + _move_comments(act, sources, target),
            merges=F("merges") + sum(source.merges + 1 for source in sources),
        )
        if is_reworded:
            put_into(target, State.SHOWN, text=text, edited_for=rule)
        for source in sources:
            put_into(source, State.MERGED, merged_into=target, comment_count=0)
    return act


def _require_one_area(conversation: Conversation, ideas: list[UUID]) -> None:
    """Raises NotFound for an idea of another conversation, AreasDiffer."""
    areas = Idea.objects.filter(pk__in=ideas, stream__conversation=conversation).values_list(
        "area", flat=True
    )
    if len(areas) != len(ideas):
        raise NotFound
    if len(set(areas)) != 1:
        raise AreasDiffer


def _carry(decision: Decision, source: UUID, *, target: UUID) -> list[int]:
    """Write a held source's votes to the target, and return the values of those that were written."""
    votes = [(bytes(route), value) for route, value in rows(_VOTES, [source])]
    tags = [bytes(tag) for (tag,) in rows(_TAGS, [target])]
    pieces = math.ceil(len(votes) / _VOTES_AT_ONCE)
    # Pieces of one size: a last one with a single vote would say whose the answer is.
    size = math.ceil(len(votes) / pieces) if pieces else 1
    written: list[int] = []
    for n in range(0, len(votes), size):
        carried = vault().carry(
            conversation=decision.conversation.pk,
            source=source,
            target=target,
            votes=votes[n : n + size],
            tags=tags,
        )
        new_tags = [vote.tag for vote in carried]
        columns = [new_tags, [vote.value for vote in carried], [vote.route for vote in carried]]
        written += [value for (value,) in rows(_INSERT, [target, decision.id, *columns])]
        tags += new_tags
    return written


def _move_comments(act: Act, sources: list[Idea], target: Idea) -> int:
    """Take all comments along, and return how many of them are shown."""
    found = rows(_MOVE, [[source.pk for source in sources], target.pk, act.pk])
    return sum(state == State.SHOWN for (state,) in found)


_VOTES = "SELECT route, value FROM conversations_vote WHERE idea_id = %s ORDER BY voter_tag"
_TAGS = "SELECT voter_tag FROM conversations_vote WHERE idea_id = %s"

# Who votes on the target while the vault works has an own vote there, and that one stands.
_INSERT = """
    WITH written AS (
        INSERT INTO conversations_vote (idea_id, carried_by, voter_tag, value, route)
        SELECT %s, %s, carried.* FROM unnest(%s::bytea[], %s::smallint[], %s::bytea[]) carried
        ON CONFLICT (idea_id, voter_tag) DO NOTHING
        RETURNING value
    )
    SELECT value FROM written
"""

_MOVE = """
    WITH coming AS (
        SELECT id, idea_id FROM conversations_comment WHERE idea_id = ANY(%s)
    ), moved AS (
        UPDATE conversations_comment c SET idea_id = %s FROM coming WHERE c.id = coming.id RETURNING c.state
    ), noted AS (
        INSERT INTO conversations_moved (act_id, comment_id, idea_id) SELECT %s, id, idea_id FROM coming
    )
    SELECT state FROM moved
"""
