"""Restores on real servers: what was erased since stays erased, and others are not touched."""

import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.embedded.trouble import CannotStart
from conversations.models import Comment, Idea, State, Vote
from conversations.services import rewriting, tallies
from kernel.backups import Kind
from kernel.tenancy import Tenant, control_plane, tenant_context
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.keys.configured import key_store
from privacy.vault import runner
from privacy.vault.interface import vault
from privacy.vault.models import Conversation as VaultConversation
from privacy.vault.models import Letter, Person
from privacy.vault.opened import forget_keys
from privacy.vault.refusals import UnknownConversation
from privacy.vault.shapes import Contributions
from tenants.models import Organisation
from tests.making import (
    client_of,
    keys_folder,
    make_conversation,
    make_idea,
    make_organisation,
    make_people,
    signed_in_client,
)
from tests.restoring import (
    Story,
    back_up,
    checksum,
    grow_old,
    leave_and_purge,
    people_of,
    restore,
    vault_checksum,
)


@pytest.mark.parametrize("with_vault", [True, False])
def test_ten_days_later_whoever_was_erased_since_is_absent(
    story: Story, beta: Organisation, place: Path, with_vault: bool
) -> None:
    """R14, R72, I30. F12, adversary 22: a backup older than erasures and a purge."""
    made = {kind: grow_old(folder, days=10) for kind, folder in back_up(place, story.organisation).items()}
    leave_and_purge(story)
    with tenant_context(beta.tenant):
        other = make_conversation()
        make_idea(other, make_people(other)[0], "Beta's")
    others = checksum(beta), vault_checksum(other)

    if with_vault:
        assert "2 people who left since" in restore(made[Kind.VAULT], organisation=story.organisation.slug)
        with inside_vault():
            wiped = Person.objects.filter(conversation_id=story.talk.pk).exclude(leaving="")
            assert {(p.email_index, p.sealed_email, p.sealed_survey) for p in wiped} == {(None, None, None)}
    told = restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)

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
    assert people_of(story.talk) == {story.people["stays"].person}
    assert routes == {story.people["stays"].person}
    assert people_of(story.ended) == set()
    assert (checksum(beta), vault_checksum(other)) == others


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
    made = back_up(place, story.organisation)
    with tenant_context(story.organisation.tenant):
        proof = anonymity.prove(story.people["withdraws"], "leave")
        vault().leave(conversation=story.talk.pk, proof=proof, contributions=Contributions.WITHDRAW)

    restore(made[Kind.VAULT], organisation=story.organisation.slug)

    with tenant_context(story.organisation.tenant):
        rewriting.rewrite_conversation(conversation=story.talk, at=timezone.now() + timedelta(days=1))
        assert Idea.objects.get(pk=story.ideas["withdraws"]).text == ""
    assert story.people["withdraws"].person not in people_of(story.talk)


def test_a_purged_conversation_comes_back_without_anybody(story: Story, place: Path) -> None:
    """R14: its keys are gone, and the mark of that outlives every backup. What may be an address goes too."""
    with tenant_context(story.organisation.tenant):
        (person,) = make_people(story.ended)
        telling = make_idea(story.ended, person, "Write to me: somebody@people.example")
    made = back_up(place, story.organisation)
    leave_and_purge(story)

    told = restore(made[Kind.VAULT], organisation=story.organisation.slug)
    told += restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)

    assert told.count("1 conversations that were purged") == 2
    assert people_of(story.ended) == set()
    with tenant_context(story.organisation.tenant):
        ideas = Idea.objects.filter(stream__conversation=story.ended)
        assert {(idea.route, idea.owner_tag, idea.is_purged) for idea in ideas} == {(None, None, True)}
        assert not Vote.objects.filter(idea__in=ideas).exists()
        assert Idea.objects.get(pk=telling).text == "[…]"


def test_what_is_being_purged_goes_on_and_is_not_brought_back(story: Story, place: Path) -> None:
    """R14: from the first step on a backup is further back than the deletion."""
    made = back_up(place, story.organisation)
    before = people_of(story.ended)
    with inside_vault():
        VaultConversation.objects.filter(pk=story.ended.pk).update(is_closed=True)
        Person.objects.filter(conversation_id=story.ended.pk).delete()

    restore(made[Kind.VAULT], organisation=story.organisation.slug)
    restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)

    assert before
    assert people_of(story.ended) == set()
    with tenant_context(story.organisation.tenant):
        assert not Idea.objects.filter(stream__conversation=story.ended).exclude(route=None).exists()


def test_nothing_is_served_before_the_replay(story: Story, place: Path) -> None:
    """R72. F12: who reads all the time meets the pause, and never the withdrawn text."""
    made = back_up(place, story.organisation)
    leave_and_purge(story)
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
    restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    time.sleep(0.3)
    stop.set()
    reader.join()

    assert 503 in seen
    assert seen[0] == 200
    assert not [body for body in bodies if b"An idea of one who withdraws" in body]


def test_lost_keys_are_not_taken_for_destroyed_ones(story: Story, place: Path) -> None:
    """F8: it stays paused and says why; with the keys it goes on."""
    made = back_up(place, story.organisation)
    files = list(keys_folder().parent.rglob(f"{story.talk.pk.hex}.keys"))
    kept = {path: path.read_bytes() for path in files}
    for path in files:
        path.unlink()
    forget_keys(story.talk.pk)

    with pytest.raises(CommandError, match="stays paused"):
        restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    assert client_of(story.organisation).get("/").status_code == 503

    for path, content in kept.items():
        path.write_bytes(content)
    restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    assert client_of(story.organisation).get("/").status_code == 200


def test_what_must_stay_gone_is_told_to_its_own_organisation_alone(
    story: Story, in_beta: Tenant, place: Path
) -> None:
    """I30, R05."""
    with pytest.raises(UnknownConversation):
        vault().remains(conversation=story.talk.pk)
    with pytest.raises(UnknownConversation):
        vault().remember_withdrawn(conversation=story.talk.pk, entries=[b"x" * 16])
    with pytest.raises(UnknownConversation):
        vault().reroute(conversation=story.talk.pk, ties=[])


def test_new_routes_do_not_tell_who_is_gone(in_acme: Tenant) -> None:
    """To a living person, to one who is gone, to nobody, and from bytes that are no route: all look alike."""
    talk = make_conversation()
    (there,) = make_people(talk)
    key, post = bytes(talk.public_key), uuid4()
    routes = [anonymity.route(key, person=person, contribution=post) for person in (there.person, uuid4())]
    ties = [*((post, route) for route in routes), (post, b"no route")]

    found = vault().reroute(conversation=talk.pk, ties=ties)

    assert {len(route) for route in found} == {len(routes[0])}
    assert not set(found) & set(routes)


def test_what_waited_in_the_vault_is_not_sent_twice(story: Story, place: Path) -> None:
    with tenant_context(story.organisation.tenant):
        vault().send_code(conversation=story.talk.pk, address=story.addresses["stays"], browser="b")
    made = back_up(place, story.organisation)
    runner.run_waiting()

    restore(made[Kind.VAULT], organisation=story.organisation.slug)

    with inside_vault():
        assert not Letter.objects.filter(conversation_id=story.talk.pk).exists()


def test_a_suspended_organisation_stays_suspended_and_a_deleted_one_deleted(
    story: Story, place: Path
) -> None:
    gone = make_organisation()
    made = back_up(place, story.organisation, gone)
    call_command("organisation", "suspend", story.organisation.slug, stdout=io.StringIO())
    call_command("organisation", "delete", gone.slug, yes_delete=gone.slug, stdout=io.StringIO())

    with pytest.raises(CannotStart):
        restore(made[Kind.CONVERSATIONS], organisation=gone.slug)
    restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)

    assert client_of(story.organisation).get("/").status_code == 503
    assert client_of(gone).get("/").status_code == 404
    assert key_store().has_ended(gone.pk)


# Few in every run; `make faults` says how many.
@pytest.mark.parametrize("seed", range(int(os.environ.get("FAULT_RUNS", "3"))))
def test_killed_anywhere_it_stays_paused_and_can_be_run_again(
    story: Story, beta: Organisation, place: Path, seed: int
) -> None:
    """R72. F12 with kill -9 of the real command."""
    made = back_up(place, story.organisation)
    leave_and_purge(story)
    others = checksum(beta)
    after = random.Random(seed).uniform(0.0, 1.5)

    killed = _start_restore(made[Kind.CONVERSATIONS], story.organisation)
    _wait_until_paused(story.organisation, killed)
    time.sleep(after)
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    is_paused = _is_restoring(story.organisation)
    assert client_of(story.organisation).get("/").status_code == (503 if is_paused else 200)
    restore(made[Kind.CONVERSATIONS], organisation=story.organisation.slug)
    with tenant_context(story.organisation.tenant):
        assert Idea.objects.get(pk=story.ideas["withdraws"]).text == ""
        assert Idea.objects.get(pk=story.ideas["stays"]).likes == 1
        assert not Comment.objects.exists()
    assert client_of(story.organisation).get("/").status_code == 200
    assert checksum(beta) == others


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
    storages["files"].save("certificates/one.json", ContentFile(b"signed"))
    made = back_up(place, story.organisation, gone)
    leave_and_purge(story)
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
        texts: dict[UUID, str] = dict(found.fetchall())
    assert story.organisation.slug in slugs
    assert gone.slug not in slugs
    assert texts[story.ideas["stays"]] == "An idea of one who stays"
    assert texts[story.ideas["withdraws"]] == ""
    with psycopg.connect(empty_servers["VAULT_DATABASE_URL"]) as people:
        found = people.execute("SELECT id FROM vault_person WHERE conversation_id = %s", (story.talk.pk,))
        assert {person for (person,) in found} == {story.people["stays"].person}
    _serves(empty_servers, story.organisation)
    assert (Path(empty_servers["FILES_DIR"]) / "certificates" / "one.json").read_bytes() == b"signed"


def _serves(environment: dict[str, str], organisation: Organisation) -> None:
    """The roles came back too: the web login reads the site."""
    with psycopg.connect(environment["DATABASE_URL"]) as web:
        web.execute(f"SET ROLE {organisation.schema_name}")
        web.execute(f"SET search_path = {organisation.schema_name}, extensions")
        assert web.execute("SELECT count(*) FROM conversations_conversation").fetchone() == (2,)
