"""
After a restore and before anything is served: what was erased since the backup goes again.

Withdrawn contributions by their list in the key store, purged conversations by the erasers of the data map,
people who left by new routes, and then the nightly rewrite, which also lets go whoever the vault's own
restore brought to its door.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction

from conversations.models import Conversation, MessageKind
from conversations.queries.conversations import forget_conversations
from conversations.services import rewriting, tallies
from kernel.database import change, rows
from kernel.tenancy import current_tenant
from privacy.stores import Scope, Step, stores_of
from privacy.vault.interface import vault
from privacy.vault.shapes import OwnTags

_CHUNK = 2_000
_UUID_BYTES = 16
# What a purge empties; its other steps are about sessions, suppliers and keys, which no backup brings back.
_PURGED = (Step.ROWS, Step.OBJECTS, Step.CACHES, Step.EXPORTS)


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
        cursor.execute(f"LOCK TABLE {', '.join(rewriting.TABLES)} IN EXCLUSIVE MODE")
        tags = [bytes(tag) for (tag,) in rows(_TAGS, [ids, ids, votes])]
        messages = change(_NAMES, [ids])
        rewriting.withdraw(conversation.pk, tags)
        rewriting.disguise(conversation, OwnTags(batch=uuid4(), kept=[], withdrawn=tags))
    return len(tags) + messages


def renew_routes(conversation: UUID) -> None:
    """Routes to people who are gone lead nowhere again; so that nothing tells which, all are made anew."""
    for table, (tag, about) in rewriting.TIES.items():
        statement = _RENEW.format(table=table, tag=tag, about=about)
        ties = rows(f"SELECT {about}, {tag}, route {rewriting.of_conversation(table)}", [conversation])
        for chunk in _chunks([tie for tie in ties if tie[2] is not None]):
            routes = vault().reroute(
                conversation=conversation, ties=[(post, bytes(route)) for post, _tag, route in chunk]
            )
            values = [[post for post, _tag, _route in chunk], [bytes(tag) for _post, tag, _route in chunk]]
            change(statement, [*values, routes])


def _purge_again(project: UUID) -> None:
    scope = Scope(tenant=current_tenant(), project=project)
    for step in _PURGED:
        for store in stores_of(step):
            while store.remaining(scope):
                store.erase(scope)


def _chunks(ties: list[tuple[UUID, bytes, bytes]]) -> Iterator[list[tuple[UUID, bytes, bytes]]]:
    for start in range(0, len(ties), _CHUNK):
        yield ties[start : start + _CHUNK]


_TAGS = """
    SELECT owner_tag FROM conversations_idea WHERE id = ANY(%s) AND owner_tag IS NOT NULL AND state <> 'withdrawn'
    UNION ALL
    SELECT owner_tag FROM conversations_comment WHERE id = ANY(%s) AND owner_tag IS NOT NULL AND state <> 'withdrawn'
    UNION ALL
    SELECT voter_tag FROM conversations_vote WHERE voter_tag = ANY(%s)
"""
_NAMES = f"DELETE FROM conversations_message WHERE id = ANY(%s) AND kind = '{MessageKind.FORWARD}'"
_RENEW = """
    UPDATE {table} t SET route = new.route
    FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS new (about, tag, route)
    WHERE t.{about} = new.about AND t.{tag} = new.tag
"""
