"""
A backup of the vault on its way back: it lies beside the living tables, is replayed there, then exchanged.

Everything happens in the caller's transaction, so nobody meets a row that was not replayed, and killed
anywhere it was never there. What is exchanged is a conversation at a time: others are not touched.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db import connections, models
from django.db.models import Q

from kernel.migrating import run_migrations
from kernel.zones import Zone, inside_vault
from privacy.keys.configured import key_store
from privacy.vault.models import (
    Conversation,
    Dispatch,
    DispatchState,
    Grant,
    GrantState,
    Leaving,
    Letter,
    Mailing,
    MailingState,
    Person,
)
from privacy.vault.opened import opened_for
from privacy.vault.people import wipe

STAGE = "restored"
_LIVE = "public"
_LONG_AGO = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back, what was left out, and whom the tombstones let go again."""

    conversations: int
    people: int
    purged: int
    erased: int


def take_over(*, organisation: UUID | None, at: datetime) -> Returned:
    """
    Replay what was loaded into the schema `restored`, and put it in the place of what is there.

    One organisation's conversations, or all in the backup. Raises KeysUnavailable where keys are away:
    people without keys are not brought back by guessing. Inside the caller's transaction.
    """
    connection = connections["vault"]
    with inside_vault(), connection.cursor() as cursor:
        under_way = set(Conversation.objects.filter(is_closed=True).values_list("pk", flat=True))
        cursor.execute(f"SET LOCAL search_path = {STAGE}")
        run_migrations(connection, Zone.VAULT)
        chosen = Conversation.objects.all()
        if organisation is not None:
            chosen = chosen.filter(organisation=organisation)
        purged = erased = 0
        for conversation in list(chosen):
            # What is being purged is further than any backup: the living rows stay and go their way.
            if conversation.pk in under_way or _has_ended(conversation):
                conversation.delete()
                purged += 1
            else:
                erased += _let_go_again(conversation)
                _nothing_twice(conversation, at)
        ids = list(chosen.values_list("pk", flat=True))
        people = Person.objects.filter(conversation__in=ids).count()
        _keep_choices(ids)
        _exchange(ids, is_all=organisation is None)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Returned(conversations=len(ids), people=people, purged=purged, erased=erased)


def _has_ended(conversation: Conversation) -> bool:
    store = key_store()
    return store.has_ended(conversation.organisation) or store.is_destroyed(
        conversation.organisation, conversation.pk
    )


def _let_go_again(conversation: Conversation) -> int:
    """
    Whoever left since: everything known of them goes at once; the row, with its secret, after the next rewrite.

    The rewrite needs the secret to find what they wrote, in case the night of their leaving is yet to come.
    """
    store = key_store()
    keys = opened_for(conversation)
    gone = store.tombstones(conversation.organisation, conversation.pk)
    withdrawn = store.withdrawn(conversation.organisation, conversation.pk)
    found = Person.objects.filter(conversation=conversation, leaving=Leaving.NO).filter(
        Q(email_index__in=gone) | Q(phone_index__in=gone) | Q(reference_index__in=gone)
    )
    people = list(found)
    for person in people:
        indexes = set(person.indexes)
        wipe(keys, person)
        person.leaving = Leaving.WITHDRAWING if indexes & withdrawn else Leaving.KEEPING
        person.save()
    return len(people)


def _nothing_twice(conversation: Conversation, at: datetime) -> None:
    """
    What waited then has left since: it becomes "unknown", which a facilitator may resend; codes are stale.

    A grant that was open then may have been used since, and is good once only: somebody has to ask again.
    """
    Grant.objects.filter(conversation=conversation, state__in=[GrantState.ASKED, GrantState.APPROVED]).update(
        state=GrantState.REFUSED, expires_at=None
    )
    Letter.objects.filter(conversation=conversation).delete()
    Mailing.objects.filter(conversation=conversation, state=MailingState.SCHEDULED, due_at__lte=at).update(
        state=MailingState.RELEASED
    )
    Dispatch.objects.filter(mailing__conversation=conversation, state=DispatchState.WAITING).update(
        state=DispatchState.CLAIMED, claimed_at=at - _LONG_AGO
    )
    Conversation.objects.filter(pk=conversation.pk).update(window_at=at)


def _keep_choices(conversations: list[UUID]) -> None:
    """What was decided since the backup stands where the living rows still say it: no mailings, reading only."""
    table = Person._meta.db_table
    with connections["vault"].cursor() as cursor:
        cursor.execute(
            f"UPDATE {STAGE}.{table} AS back SET is_stopped = now.is_stopped, is_restricted = now.is_restricted"
            f" FROM {_LIVE}.{table} AS now WHERE now.id = back.id AND back.conversation_id = ANY(%s)",
            [conversations],
        )


def _exchange(conversations: list[UUID], *, is_all: bool) -> None:
    found = list(apps.get_app_config("vault").get_models())
    with connections["vault"].cursor() as cursor:
        # What is found through another table goes before that one.
        for model in sorted(found, key=lambda model: "SELECT" not in rows_of(model, _LIVE)):
            where = rows_of(model, _LIVE)
            if where:
                cursor.execute(f"DELETE FROM {_LIVE}.{model._meta.db_table} WHERE {where}", [conversations])
        for model in found:
            table = model._meta.db_table
            columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
            copy = f"INSERT INTO {_LIVE}.{table} ({columns}) SELECT {columns} FROM {STAGE}.{table}"
            where = rows_of(model, STAGE)
            if where:
                cursor.execute(f"{copy} WHERE {where}", [conversations])
            elif is_all:  # what is of no conversation comes back only where nothing is
                cursor.execute(f"{copy} WHERE NOT EXISTS (SELECT FROM {_LIVE}.{table})")


def rows_of(model: type[models.Model], schema: str) -> str:
    """The rows of some conversations, by the keys that lead there; empty where a table is of none."""
    if model is Conversation:
        return "id = ANY(%s)"
    fields = model._meta.concrete_fields
    for field in fields:
        if field.name == "conversation":
            return f"{field.column} = ANY(%s)"
    for field in fields:
        other = field.related_model
        if isinstance(other, type) and issubclass(other, models.Model):
            where = rows_of(other, schema)
            if where:
                table, key = other._meta.db_table, other._meta.pk.column
                return f"{field.column} IN (SELECT {key} FROM {schema}.{table} WHERE {where})"
    return ""
