"""
After a restore and before anything is served: what was erased since the backup goes again.

Withdrawn contributions by their list in the key store, purged conversations by the erasers of the data map,
people who left by new routes, and then the nightly rewrite, which also lets go whoever the vault's own
restore brought to its door.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from django.db import connection, transaction

from conversations.models import Conversation, Idea, MessageKind
from conversations.queries.conversations import forget_conversations
from conversations.services import emptying, rewriting, tallies
from kernel.database import change, rows
from kernel.tenancy import current_tenant
from privacy.stores import Scope, Step, stores_of
from privacy.vault.interface import vault
from privacy.vault.shapes import OwnTags

T = TypeVar("T")

_IDEAS_AT_ONCE = 50
_ROUTES_AT_ONCE = 2_000
_UUID_BYTES = 16
# What a backup brings back of a purged conversation besides its rows.
_PURGED = (Step.OBJECTS, Step.EXPORTS)


@dataclass(frozen=True, slots=True)
class Replayed:
    """How much went again, in numbers."""

    conversations: int
    purged: int
    withdrawn: int


def replay(*, at: datetime) -> Replayed:
    """
    Everything for the current organisation; may be run again.

    Raises UnknownConversation where the vault is to be restored first, KeysUnavailable, VaultDown.
    """
    purged = withdrawn = 0
    change(f"ANALYZE {', '.join(rewriting.tables())}")  # a loaded table tells the planner nothing of its size
    found = list(Conversation.objects.all())
    for conversation in found:
        remains = vault().remains(conversation=conversation.pk)
        if remains.is_purged:
            _purge_again(conversation.pk)
            purged += 1
        else:
            withdrawn += withdraw_again(conversation, remains.withdrawn)
            renew_routes(conversation.pk)
            rewriting.rewrite_conversation(conversation=conversation, at=at)
            tallies.count_conversation(conversation=conversation.pk)
    rewriting.compact()
    forget_conversations()
    return Replayed(conversations=len(found), purged=purged, withdrawn=withdrawn)


def withdraw_again(conversation: Conversation, entries: list[bytes]) -> int:
    """Empty what was withdrawn after the backup, by the sorted list; returns how much of it was there."""
    ids = [UUID(bytes=entry) for entry in entries if len(entry) == _UUID_BYTES]
    votes = [entry for entry in entries if len(entry) != _UUID_BYTES]
    with transaction.atomic(), connection.cursor() as cursor:
        Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        cursor.execute(f"LOCK TABLE {', '.join(rewriting.tables())} IN EXCLUSIVE MODE")
        tags = [bytes(tag) for (tag,) in rows(_TAGS, [ids, ids, votes])]
        messages = change(_NAMES, [ids])
        rewriting.withdraw(conversation.pk, tags)
        rewriting.disguise(conversation, OwnTags(batch=uuid4(), kept=[], withdrawn=tags))
    return len(tags) + messages


def renew_routes(conversation: UUID) -> None:
    """Routes to people who are gone lead nowhere again; so that nothing tells which, all are made anew."""
    ideas = list(Idea.objects.filter(stream__conversation=conversation).values_list("pk", flat=True))
    for chunk in _chunks(ideas, _IDEAS_AT_ONCE):
        for table, (tag, about) in rewriting.TIES.items():
            of_idea = "id" if table == "conversations_idea" else "idea_id"
            names = {"table": table, "tag": tag, "about": about, "of_idea": of_idea}
            for ties in _chunks(rows(_ROUTES.format(**names), [chunk]), _ROUTES_AT_ONCE):
                asked = [(post, bytes(route)) for post, _tag, route in ties]
                routes = vault().reroute(conversation=conversation, ties=asked)
                tags = [bytes(found) for _post, found, _route in ties]
                change(_RENEW.format(**names), [[post for post, _route in asked], tags, routes])


def _purge_again(project: UUID) -> None:
    emptying.empty_again(project)
    scope = Scope(tenant=current_tenant(), project=project)
    for step in _PURGED:
        for store in stores_of(step):
            while store.remaining(scope):
                store.erase(scope)


def _chunks(found: list[T], most: int) -> Iterator[list[T]]:
    for start in range(0, len(found), most):
        yield found[start : start + most]


_TAGS = """
    SELECT owner_tag FROM conversations_idea WHERE id = ANY(%s) AND owner_tag IS NOT NULL AND state <> 'withdrawn'
    UNION ALL
    SELECT owner_tag FROM conversations_comment WHERE id = ANY(%s) AND owner_tag IS NOT NULL AND state <> 'withdrawn'
    UNION ALL
    SELECT voter_tag FROM conversations_vote WHERE voter_tag = ANY(%s)
"""
_NAMES = f"DELETE FROM conversations_message WHERE id = ANY(%s) AND kind = '{MessageKind.FORWARD}'"
_ROUTES = "SELECT {about}, {tag}, route FROM {table} WHERE {of_idea} = ANY(%s) AND route IS NOT NULL"
_RENEW = """
    UPDATE {table} t SET route = new.route
    FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS new (about, tag, route)
    WHERE t.{about} = new.about AND t.{tag} = new.tag
"""
