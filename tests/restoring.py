"""Backups for tests: a story to lose, and what is left of it."""

import io
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from conversations.models import Conversation
from conversations.services import rewriting, voting
from kernel import backups
from kernel.backups import Kind
from kernel.tenancy import tenant_context
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.vault import runner
from privacy.vault.interface import vault
from privacy.vault.models import Person
from privacy.vault.shapes import Contributions
from tenants.models import Organisation
from tests.machinery import admin_url
from tests.making import (
    enrol,
    make_conversation,
    make_idea,
    make_organisation,
    make_people,
    new_address,
    ticket_of,
)

TOMORROW = timedelta(days=1)


@dataclass
class Story:
    """An organisation where three people talk, one who withdraws, one who leaves and keeps, one who stays."""

    organisation: Organisation
    talk: Conversation
    ended: Conversation
    addresses: dict[str, str]
    people: dict[str, Ticket]
    ideas: dict[str, UUID]


def make_story() -> Story:
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        talk, ended = make_conversation(), make_conversation()
        addresses = {name: new_address() for name in ("withdraws", "keeps", "stays")}
        enrol(talk, *addresses.values())
        enrol(ended, new_address())
        people = {name: ticket_of(talk, address) for name, address in addresses.items()}
        ideas = {
            name: make_idea(talk, ticket, f"An idea of one who {name}") for name, ticket in people.items()
        }
        make_idea(ended, make_people(ended)[0], "In a conversation that ends")
        for name in ("withdraws", "keeps"):
            voting.cast_vote(
                conversation=talk, idea=ideas["stays"], by=people[name], value=1, at=timezone.now()
            )
    return Story(organisation, talk, ended, addresses, people, ideas)


def back_up(place: Path, *organisations: Organisation) -> dict[Kind, Path]:
    slugs = [organisation.slug for organisation in organisations]
    call_command("backup", to=place, organisation=slugs, stdout=io.StringIO())
    return {kind: backups.kept(kind, place)[-1][0] for kind in Kind}


def grow_old(folder: Path, *, days: int) -> Path:
    """As if it had been taken that many days ago."""
    taken_at = timezone.now() - timedelta(days=days)
    manifest = msgspec.structs.replace(backups.read(folder), taken_at=taken_at)
    (folder / backups.MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder.rename(folder.with_name(taken_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")))


def restore(folder: Path, **options: object) -> str:
    told = io.StringIO()
    call_command("restore", folder, nothing_runs=True, stdout=told, **options)
    return told.getvalue()


def leave_and_purge(story: Story) -> None:
    """Two leave, the night passes, and the other conversation is purged."""
    with tenant_context(story.organisation.tenant):
        for name, contributions in (("withdraws", Contributions.WITHDRAW), ("keeps", Contributions.KEEP)):
            proof = anonymity.prove(story.people[name], "leave")
            vault().leave(conversation=story.talk.pk, proof=proof, contributions=contributions)
        rewriting.rewrite_conversation(conversation=story.talk, at=timezone.now() + TOMORROW)
        vault().purge(conversation=story.ended.pk)
        runner.run_waiting()


def people_of(conversation: Conversation) -> set[UUID]:
    with inside_vault():
        return set(Person.objects.filter(conversation_id=conversation.pk).values_list("pk", flat=True))


def checksum(organisation: Organisation) -> list[tuple[str, str]]:
    """Of every row of every table of a schema, with the transaction that wrote it and its place in the file."""
    schema = organisation.schema_name
    with psycopg.connect(admin_url("conversation", str(settings.DATABASES["default"]["NAME"]))) as admin:
        tables = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", (schema,))
        return [
            (
                table,
                admin.execute(
                    f"SELECT COALESCE(md5(string_agg(concat(t.xmin, t.ctid, t::text), '' ORDER BY t.ctid)), '')"
                    f" FROM {schema}.{table} t"
                ).fetchone()[0],  # type: ignore[index]
            )
            for (table,) in tables.fetchall()
        ]


def vault_checksum(conversation: Conversation) -> str:
    with psycopg.connect(admin_url("vault", str(settings.DATABASES["vault"]["NAME"]))) as admin:
        found = admin.execute(
            "SELECT md5(string_agg(concat(xmin, p::text), '' ORDER BY id)) FROM vault_person p WHERE conversation_id = %s",
            (conversation.pk,),
        ).fetchone()
    assert found is not None
    return str(found[0])
