"""Backups and restores against real servers: what was erased since stays erased, and others are not touched."""

import gzip
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.embedded.trouble import CannotStart
from conversations.models import Comment, Conversation, Idea, State, Vote
from conversations.services import rewriting, tallies, voting
from kernel import backups
from kernel.backups import Kind
from kernel.database import rows
from kernel.tenancy import control_plane, tenant_context
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Ticket
from privacy.keys.configured import key_store
from privacy.vault import runner
from privacy.vault.interface import vault
from privacy.vault.models import Letter, Person
from privacy.vault.opened import forget_keys
from privacy.vault.shapes import Contributions
from tenants.models import Organisation
from tests.machinery import admin_url
from tests.making import (
    client_of,
    enrol,
    keys_folder,
    make_conversation,
    make_idea,
    make_organisation,
    make_people,
    new_address,
    signed_in_client,
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


@pytest.fixture
def story() -> Story:
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


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def _back_up(place: Path, *organisations: Organisation) -> dict[Kind, Path]:
    slugs = [organisation.slug for organisation in organisations]
    call_command("backup", to=place, organisation=slugs, stdout=io.StringIO())
    return {kind: backups.kept(kind, place)[-1][0] for kind in Kind}


def _grow_old(folder: Path, *, days: int) -> Path:
    """As if it had been taken that many days ago."""
    taken_at = timezone.now() - timedelta(days=days)
    manifest = msgspec.structs.replace(backups.read(folder), taken_at=taken_at)
    (folder / backups.MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder.rename(folder.with_name(taken_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")))


def _restore(folder: Path, **options: object) -> str:
    told = io.StringIO()
    call_command("restore", folder, nothing_runs=True, stdout=told, **options)
    return told.getvalue()


def _leave(story: Story) -> None:
    """Two leave, the night passes, and the other conversation is purged."""
    with tenant_context(story.organisation.tenant):
        for name, contributions in (("withdraws", Contributions.WITHDRAW), ("keeps", Contributions.KEEP)):
            proof = anonymity.prove(story.people[name], "leave")
            vault().leave(conversation=story.talk.pk, proof=proof, contributions=contributions)
        rewriting.rewrite_conversation(conversation=story.talk, at=timezone.now() + TOMORROW)
        vault().purge(conversation=story.ended.pk)
        runner.run_waiting()


def _people(conversation: Conversation) -> set[UUID]:
    with inside_vault():
        return set(Person.objects.filter(conversation_id=conversation.pk).values_list("pk", flat=True))


def _checksum(organisation: Organisation) -> list[tuple[str, str]]:
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


def _vault_checksum(conversation: Conversation) -> str:
    with psycopg.connect(admin_url("vault", str(settings.DATABASES["vault"]["NAME"]))) as admin:
        found = admin.execute(
            "SELECT md5(string_agg(concat(xmin, p::text), '' ORDER BY id)) FROM vault_person p WHERE conversation_id = %s",
            (conversation.pk,),
        ).fetchone()
    assert found is not None
    return str(found[0])


# What is in one ----------------------------------------------------------------------------


def test_a_backup_holds_conversations_and_people_apart_and_no_key(story: Story, place: Path) -> None:
    """R72. Adversary 13: neither folder opens an address; keys are in none."""
    made = _back_up(place, story.organisation)

    keys = [path.read_bytes() for path in keys_folder().rglob("*.keys")]
    assert keys
    for folder in made.values():
        files = [path for path in folder.rglob("*") if path.is_file()]
        plain = b"".join(gzip.decompress(path.read_bytes()) for path in files if path.suffix == ".gz")
        everything = plain + b"".join(path.read_bytes() for path in files)
        assert not [key for key in keys if key in everything or key.hex().encode() in everything]
        assert not [address for address in story.addresses.values() if address.encode() in everything]
        assert not (folder.stat().st_mode | (folder / backups.MANIFEST).stat().st_mode) & 0o077
    manifest = backups.read(made[Kind.CONVERSATIONS])
    assert story.organisation.pk in {one.id for one in manifest.organisations}
    assert not list(made[Kind.VAULT].glob("t_*"))


def test_backups_are_refused_where_keys_lie(place: Path) -> None:
    """Threats, idea 1 (vii)."""
    with pytest.raises(CannotStart, match="Keys are never backed up"):
        call_command("backup", to=keys_folder().parent, stdout=io.StringIO())


def test_old_and_unfinished_backups_are_removed(story: Story, place: Path) -> None:
    made = _back_up(place, story.organisation)
    old = _grow_old(made[Kind.VAULT], days=7)
    unfinished = place / Kind.VAULT / "20200101T000000Z.part"
    unfinished.mkdir()
    theirs = place / Kind.VAULT / "notes"
    theirs.mkdir()

    call_command("backup", to=place, prune=True, stdout=io.StringIO())

    assert not old.exists()
    assert not unfinished.exists()
    assert theirs.exists()
    assert made[Kind.CONVERSATIONS].exists()
    assert backups.horizon(since=datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 8, tzinfo=UTC)


def test_a_changed_backup_is_not_restored(story: Story, place: Path) -> None:
    folder = _back_up(place, story.organisation)[Kind.CONVERSATIONS]
    (folder / "control-plane.sql.gz").write_bytes(b"something else")

    with pytest.raises(CommandError, match="was changed"):
        _restore(folder, organisation=story.organisation.slug)
    with pytest.raises(CommandError, match="no complete backup"):
        _restore(place)


# Restoring -----------------------------------------------------------------------------------


@pytest.mark.parametrize("with_vault", [True, False])
def test_ten_days_later_whoever_was_erased_since_is_absent(
    story: Story, beta: Organisation, place: Path, with_vault: bool
) -> None:
    """R14, R72, I30. F12, adversary 22: a backup older than erasures and a purge."""
    made = {kind: _grow_old(folder, days=10) for kind, folder in _back_up(place, story.organisation).items()}
    _leave(story)
    with tenant_context(beta.tenant):
        other = make_conversation()
        make_idea(other, make_people(other)[0], "Beta's")
    others = _checksum(beta), _vault_checksum(other)

    if with_vault:
        assert "2 people who left since" in _restore(made[Kind.VAULT], organisation=story.organisation.slug)
        with inside_vault():
            wiped = Person.objects.filter(conversation_id=story.talk.pk).exclude(leaving="")
            assert {(p.email_index, p.sealed_email, p.sealed_survey) for p in wiped} == {(None, None, None)}
    told = _restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)

    assert "older than backups may become" in told
    with tenant_context(story.organisation.tenant):
        texts = dict(Idea.objects.filter(pk__in=story.ideas.values()).values_list("pk", "text"))
        withdrawn, kept = (Idea.objects.get(pk=story.ideas[name]) for name in ("withdraws", "keeps"))
        assert (withdrawn.text, withdrawn.state) == ("", State.WITHDRAWN)
        assert kept.text == texts[kept.pk] == "An idea of one who keeps"
        stays = Idea.objects.get(pk=story.ideas["stays"])
        assert (stays.likes, Vote.objects.filter(idea=stays).count()) == (1, 1)
        assert tallies.recount(conversation=story.talk.pk) == 0
        routes = _behind(story)
    assert _people(story.talk) == {story.people["stays"].person}
    assert routes == {story.people["stays"].person}
    assert _people(story.ended) == set()
    assert (_checksum(beta), _vault_checksum(other)) == others


def _behind(story: Story) -> set[UUID]:
    """Who of those there ever were stands behind a route of the conversation: what the vault alone can tell."""
    from privacy.vault.opened import opened
    from privacy.vault.verb import Caller

    known = {ticket.person for ticket in story.people.values()}
    tenant = story.organisation.tenant
    ties = [
        (idea.pk, bytes(idea.route or b"")) for idea in Idea.objects.filter(stream__conversation=story.talk)
    ]
    ties += [
        (vote.idea_id, bytes(vote.route))
        for vote in Vote.objects.filter(idea__stream__conversation=story.talk)
    ]
    with inside_vault():
        keys = opened(Caller(organisation=tenant.organisation, schema_name=tenant.schema_name), story.talk.pk)
        return {keys.open_route(route, post) for post, route in ties} & known


def test_who_asked_to_withdraw_today_is_withdrawn_though_the_vault_comes_back_from_yesterday(
    story: Story, place: Path
) -> None:
    """R14: between the leaving and its night there is only the list in the key store."""
    made = _back_up(place, story.organisation)
    with tenant_context(story.organisation.tenant):
        proof = anonymity.prove(story.people["withdraws"], "leave")
        vault().leave(conversation=story.talk.pk, proof=proof, contributions=Contributions.WITHDRAW)

    _restore(made[Kind.VAULT], organisation=story.organisation.slug)

    with tenant_context(story.organisation.tenant):
        rewriting.rewrite_conversation(conversation=story.talk, at=timezone.now() + TOMORROW)
        assert Idea.objects.get(pk=story.ideas["withdraws"]).text == ""
    assert story.people["withdraws"].person not in _people(story.talk)


def test_a_purged_conversation_comes_back_without_anybody(story: Story, place: Path) -> None:
    """R14: its keys are gone, and the mark of that outlives every backup."""
    made = _back_up(place, story.organisation)
    _leave(story)

    told = _restore(made[Kind.VAULT], organisation=story.organisation.slug)
    told += _restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)

    assert told.count("1 conversations that were purged") == 2
    assert _people(story.ended) == set()
    with tenant_context(story.organisation.tenant):
        assert not Idea.objects.filter(stream__conversation=story.ended).exclude(route=None).exists()


def test_nothing_is_served_before_the_replay(story: Story, place: Path) -> None:
    """R72. F12: who reads all the time meets the pause, and never the withdrawn text."""
    made = _back_up(place, story.organisation)
    _leave(story)
    client = signed_in_client(story.organisation, story.talk)
    stop, seen, bodies = threading.Event(), [], []

    def read() -> None:
        from django.db import connections

        while not stop.is_set():
            response = client.get(f"/{story.talk.slug}/", follow=True)
            seen.append(response.status_code)
            bodies.append(response.content)
        connections.close_all()

    reader = threading.Thread(target=read)
    reader.start()
    time.sleep(0.3)
    _restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    time.sleep(0.3)
    stop.set()
    reader.join()

    assert 503 in seen
    assert seen[0] == 200
    assert not [body for body in bodies if b"An idea of one who withdraws" in body]


def test_lost_keys_are_not_taken_for_destroyed_ones(story: Story, place: Path) -> None:
    """F8: it stays paused and says why; with the keys it goes on."""
    made = _back_up(place, story.organisation)
    files = [path for path in keys_folder().parent.rglob(f"{story.talk.pk.hex}.keys")]
    kept = {path: path.read_bytes() for path in files}
    for path in files:
        path.unlink()
    forget_keys(story.talk.pk)

    with pytest.raises(CommandError, match="stays paused"):
        _restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    assert client_of(story.organisation).get("/").status_code == 503

    for path, content in kept.items():
        path.write_bytes(content)
    _restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    assert client_of(story.organisation).get("/").status_code == 200


def test_what_waited_in_the_vault_is_not_sent_twice(story: Story, place: Path) -> None:
    with tenant_context(story.organisation.tenant):
        vault().send_code(conversation=story.talk.pk, address=story.addresses["stays"], browser="b")
    made = _back_up(place, story.organisation)
    runner.run_waiting()

    _restore(made[Kind.VAULT], organisation=story.organisation.slug)

    with inside_vault():
        assert not Letter.objects.filter(conversation_id=story.talk.pk).exists()


def test_a_suspended_organisation_stays_suspended_and_a_deleted_one_deleted(
    story: Story, place: Path
) -> None:
    gone = make_organisation()
    made = _back_up(place, story.organisation, gone)
    call_command("organisation", "suspend", story.organisation.slug, stdout=io.StringIO())
    call_command("organisation", "delete", gone.slug, yes_delete=gone.slug, stdout=io.StringIO())

    with pytest.raises(CannotStart):
        _restore(made[Kind.CONVERSATIONS], organisation=gone.slug)
    _restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)

    assert client_of(story.organisation).get("/").status_code == 503
    assert client_of(gone).get("/").status_code == 404
    assert key_store().has_ended(gone.pk)


# Killed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_killed_anywhere_it_stays_paused_and_can_be_run_again(
    story: Story, beta: Organisation, place: Path, seed: int
) -> None:
    """R72. F12 with kill -9 of the real command."""
    made = _back_up(place, story.organisation)
    _leave(story)
    others = _checksum(beta)
    after = random.Random(seed).uniform(0.0, 0.6)

    killed = _start_restore(made[Kind.CONVERSATIONS], story.organisation)
    _wait_until_paused(story.organisation, killed)
    time.sleep(after)
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    is_paused = _is_restoring(story.organisation)
    assert client_of(story.organisation).get("/").status_code == (503 if is_paused else 200)
    _restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    with tenant_context(story.organisation.tenant):
        assert Idea.objects.get(pk=story.ideas["withdraws"]).text == ""
        assert Idea.objects.get(pk=story.ideas["stays"]).likes == 1
        assert not Comment.objects.exists()
    assert client_of(story.organisation).get("/").status_code == 200
    assert _checksum(beta) == others


def _start_restore(folder: Path, organisation: Organisation) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.manage", "restore", str(folder), "--nothing-runs"]
    return subprocess.Popen(
        [*command, "--organisation", organisation.slug], stdout=subprocess.DEVNULL, env=dict(os.environ)
    )


def _wait_until_paused(organisation: Organisation, process: subprocess.Popen[bytes]) -> None:
    for _try in range(3000):
        if _is_restoring(organisation) or process.poll() is not None:
            return
        time.sleep(0.01)


def _is_restoring(organisation: Organisation) -> bool:
    from tenants.queries import forget_sites

    forget_sites()
    with control_plane():
        return Organisation.objects.get(pk=organisation.pk).restoring_since is not None


# Everything ----------------------------------------------------------------------------------------


@pytest.fixture
def empty_servers(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Two servers on which nothing was ever migrated, with the keys of this test run."""
    from config.embedded import services

    with services.running(tmp_path / "new") as running:
        environment = {**os.environ, **running.environment(), "KEY_STORE": settings.KEY_STORE}
        yield {**environment, "BASE_DOMAIN": "localhost:8000", "SECRET_KEY": settings.SECRET_KEY}


def test_everything_comes_back_on_empty_servers_except_what_was_erased(
    story: Story, place: Path, empty_servers: dict[str, str]
) -> None:
    """R72: the servers are lost; backups and the key store are there."""
    gone = make_organisation()
    made = _back_up(place, story.organisation, gone)
    _leave(story)
    call_command("organisation", "delete", gone.slug, yes_delete=gone.slug, stdout=io.StringIO())

    for kind in (Kind.VAULT, Kind.CONVERSATIONS):
        command = [sys.executable, "-m", "config.manage", "restore", str(made[kind]), "--nothing-runs"]
        done = subprocess.run(command, env=empty_servers, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    with psycopg.connect(empty_servers["OWNER_DATABASE_URL"]) as owner:
        slugs = {
            slug
            for (slug,) in owner.execute(
                "SELECT slug FROM tenants_organisation WHERE restoring_since IS NULL"
            )
        }
        found = owner.execute(f"SELECT id, text FROM {story.organisation.schema_name}.conversations_idea")
        texts = dict(found.fetchall())
    assert story.organisation.slug in slugs
    assert gone.slug not in slugs
    assert texts[story.ideas["stays"]] == "An idea of one who stays"
    assert texts[story.ideas["withdraws"]] == ""
    with psycopg.connect(empty_servers["VAULT_DATABASE_URL"]) as people:
        found = people.execute("SELECT id FROM vault_person WHERE conversation_id = %s", (story.talk.pk,))
        assert {person for (person,) in found} == {story.people["stays"].person}
    _serves(empty_servers, story.organisation)


def _serves(environment: dict[str, str], organisation: Organisation) -> None:
    """The roles came back too: the web login reads the site."""
    with psycopg.connect(environment["DATABASE_URL"]) as web:
        web.execute(f"SET ROLE {organisation.schema_name}")
        web.execute(f"SET search_path = {organisation.schema_name}, extensions")
        assert web.execute("SELECT count(*) FROM conversations_conversation").fetchone() == (2,)


def test_a_living_control_plane_is_never_replaced(story: Story, place: Path) -> None:
    """What was decided since a backup - deadlines, deletions, suspensions - is not undone by one."""
    folder = _back_up(place, story.organisation)[Kind.CONVERSATIONS]
    later = make_organisation()

    _restore(folder)

    with control_plane():
        assert Organisation.objects.filter(pk=later.pk).exists()
        assert rows("SELECT what FROM kernel_auditentry ORDER BY position DESC LIMIT 1") == [
            ("restore done",)
        ]
