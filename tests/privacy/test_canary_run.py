"""
A whole project from invitation to certificate with a canary in every field, searched by a thief with every key of the house.

The thief has dumps of both databases as the superuser makes them, every key in Valkey, the outbox, the files, the
key store, and as long as there are keys the vault's own reading of what is sealed.
"""

import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from config.embedded.binaries import postgres_programs
from config.embedded.folders import run_as
from conversations.models import Comment, Conversation, Idea
from conversations.services import letters, reporting, threads
from conversations.services.queue import filling
from conversations.services.threads import OwnContribution
from kernel import versions
from kernel.tenancy import tenant_context
from kernel.valkey import vault_client, web_client
from kernel.zones import inside_vault
from privacy import anonymity
from privacy.anonymity import Kind, Ticket
from privacy.deletion.services import steps
from privacy.keys.configured import key_store
from privacy.keys.store import KeysUnavailable
from privacy.traces.forms import views
from privacy.vault import runner
from privacy.vault.interface import vault
from privacy.vault.models import Person, SupportMessage
from privacy.vault.opened import opened_for
from tenants.models import Organisation
from tests.acting import comment, idea_seen, mask, vote
from tests.deleting import complete, purge_of
from tests.machinery import admin_url, servers_folder
from tests.making import make_conversation, make_idea, make_organisation, signed_in_client, ticket_of
from tests.privacy.deleting import scope_of

_PEOPLE = 12


def _canary(field_name: str) -> str:
    return f"{field_name}{secrets.token_hex(6)}"


@dataclass
class Project:
    """`canaries` by the field they were put into; `stays` are those a deletion is not to take."""

    organisation: Organisation
    talk: Conversation
    canaries: dict[str, str] = field(default_factory=dict)
    stays: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, text: str = "") -> str:
        self.canaries[name] = text or _canary(name)
        return self.canaries[name]


def _invited() -> Project:
    """A roster with addresses, numbers and references, read by the vault; then everybody is invited."""
    organisation = make_organisation()
    with tenant_context(organisation.tenant):
        project = Project(organisation, make_conversation())
        rows = ["email,phone,reference,text messages"]
        for n in range(_PEOPLE):
            email = project.put(f"email {n}", f"{_canary('mail')}@people.example")
            phone = project.put(f"phone {n}", f"+447{secrets.randbelow(10**8) + 400_000_000:09}"[:13])
            rows.append(
                f"{email if n != 1 else ''},{phone},{project.put(f'reference {n}', _canary('ref'))},no"
            )
        del project.canaries["email 1"]
        default_storage.save(
            f"rosters/{project.talk.pk}/{uuid4()}", _sealed(project, "\n".join(rows).encode())
        )
        areas = list(project.talk.areas.values_list("code", flat=True))
        vault().enrol(conversation=project.talk.pk, roster="\n".join(rows).encode(), areas=areas)
        runner.run_waiting()
        letters.invite_to_opened(at=timezone.now())
        runner.run_waiting()
    return project


def _sealed(project: Project, content: bytes) -> "ContentFile[bytes]":
    return ContentFile(anonymity.sealed_file(bytes(project.talk.public_key), content))


def _taken_part(project: Project) -> None:
    """Posts, comments, votes, reports, messages, a name, calls for help, a session; and facilitators at work."""
    talk = project.talk
    ash = ticket_of(talk, project.canaries["email 0"])
    bo = ticket_of(talk, project.canaries["phone 1"])
    idea = make_idea(talk, ash, f"{_kept(project, 'post')} Ask {project.canaries['email 0']}.")
    other = make_idea(talk, bo, project.put("masked words") + " is somebody's name")
    mask(talk, idea_seen(other), project.canaries["masked words"])
    comment(talk, idea, bo, f"{_kept(project, 'comment')} or call {project.canaries['phone 1']}")
    vote(talk, idea, bo)
    reporting.report_contribution(
        conversation=talk,
        kind=Kind.IDEA,
        contribution=idea,
        by=bo,
        reason="other",
        words=project.put("report"),
        at=timezone.now(),
    )
    own = OwnContribution(talk, Kind.IDEA, other, bo)
    threads.answer(to=own, form=str(uuid4()), text=project.put("answer"), at=timezone.now())
    name = project.put("name", f"Hope {_canary('name').title()}")
    contact = project.put("contact", f"{_canary('contact')}@home.example")
    threads.come_forward(on=own, name=name, contact=contact, at=timezone.now())
    for asker in ("help", "hint"):
        contact = project.put(f"{asker} contact", f"{_canary(asker)}@home.example")
        vault().support(conversation=talk.pk, text=project.put(f"{asker} text"), contact=contact)
    filling.fill_all(at=timezone.now())
    _know(project, ash)


def _kept(project: Project, name: str) -> str:
    project.stays[name] = _canary(name)
    return project.stays[name]


def _know(project: Project, ash: Ticket) -> None:
    """Values that nobody typed, and that stand for a person all the same."""
    project.put("secret", ash.secret.hex())
    project.put("owner tag", anonymity.owner_tag(ash.secret, Kind.IDEA, 0).hex())
    with inside_vault():
        project.put("handle", Person.objects.get(pk=ash.person).handle)


# The thief ------------------------------------------------------------------------------


def _everything(project: Project) -> Iterator[bytes]:
    for which in ("conversation", "vault"):
        alias = "default" if which == "conversation" else "vault"
        yield _dump(admin_url(which, str(settings.DATABASES[alias]["NAME"])))
    for client, pattern in ((web_client(), "web:*"), (vault_client(), "vault:*")):
        for name in client.scan_iter(match=pattern):
            yield _bytes(name)
            if client.type(name) == b"string":
                yield _bytes(client.get(name))
            elif client.type(name) == b"set":
                yield b" ".join(_bytes(member) for member in client.smembers(name))
    for folder in [settings.OUTBOX_DIR, *settings.KEY_STORE.split(":")[1:]]:
        for path in Path(folder).rglob("*"):
            if path.is_file():
                yield path.read_bytes()
    for stored in versions.stored():
        with versions.reading(stored) as file:
            yield stored.name.encode() + b" " + file.read()
    yield from _opened(project)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _dump(url: str) -> bytes:
    programs = postgres_programs(servers_folder())
    command = [str(programs / "pg_dump"), url, "--data-only"]
    return bytes(subprocess.run(command, capture_output=True, check=True, cwd="/", **run_as()).stdout)


def _opened(project: Project) -> Iterator[bytes]:
    """What the keys open, as long as there are keys."""
    try:
        key_store().read(project.organisation.id, project.talk.pk)
    except KeysUnavailable:
        return
    with inside_vault():
        for person in Person.objects.select_related("conversation").filter(conversation=project.talk.pk):
            keys = opened_for(person.conversation)
            for column in ("email", "phone", "secret", "attributes"):
                sealed = getattr(person, f"sealed_{column}")
                if sealed is not None:
                    plain = keys.unseal("person", column, person.id, sealed)
                    yield plain.hex().encode() if column == "secret" else plain
            if person.reference_index is not None:
                yield from (
                    text.encode()
                    for name, text in project.canaries.items()
                    if name.startswith("reference")
                    and keys.index("reference", text) == bytes(person.reference_index)
                )
        for message in SupportMessage.objects.select_related("conversation").filter(
            conversation=project.talk.pk
        ):
            yield opened_for(message.conversation).unseal("support", "content", message.id, message.sealed)
    with tenant_context(project.organisation.tenant):
        yield from _opened_boxes(project)


def _opened_boxes(project: Project) -> Iterator[bytes]:
    from conversations.models import Act
    from conversations.services.emptying import names_come_forward_with
    from privacy.vault.models import Conversation as Owner

    with inside_vault():
        keys = opened_for(Owner.objects.get(pk=project.talk.pk))
    scope = scope_of(project.organisation.tenant, project.talk)
    sealed = [
        bytes(act.sealed or b"")
        for act in Act.objects.filter(conversation=project.talk, sealed__isnull=False)
    ]
    yield from (keys.open_name(box) for box in [*names_come_forward_with(scope), *sealed])


def _sightings(project: Project) -> set[str]:
    """Names of the canaries that stand anywhere, in any form."""
    wanted = {name: text.lower().encode() for name, text in (project.canaries | project.stays).items()}
    found: set[str] = set()
    for content in _everything(project):
        for view in views(content):
            lower = view.lower()
            found |= {name for name, text in wanted.items() if name not in found and text in lower}
    return found


def _certified(project: Project) -> dict[str, object]:
    for _round in range(60):
        steps.run_due(only=project.talk.pk, is_waiting_over=True)
        runner.run_waiting()
        purge = purge_of(project.talk.pk)
        if purge.provisional_at:
            return dict(purge.scan or {})
    pytest.fail(f"{purge.step}: {purge.problem}")


def test_every_canary_is_there_before_and_none_afterwards() -> None:
    """R62, P6: from the invitation to the certificate; what was said stays, and nothing else does."""
    project = _invited()
    with tenant_context(project.organisation.tenant):
        _taken_part(project)
    browser = signed_in_client(
        project.organisation,
        project.talk,
        project.put("email of a browser", f"{_canary('mail')}@people.example"),
    )
    assert browser.get(f"/{project.talk.slug}/mine/").status_code == 200

    assert _sightings(project) == {*project.canaries, *project.stays}

    complete(project.organisation, project.talk)
    scan = _certified(project)

    assert _sightings(project) == set(project.stays)
    assert scan["is_clean"]
    assert scan["is_proven"]
    assert browser.get(f"/{project.talk.slug}/mine/").status_code != 200
    with tenant_context(project.organisation.tenant):
        ideas = Idea.objects.filter(stream__conversation=project.talk)
        assert sorted(ideas.values_list("likes", flat=True)) == [0, 1]
        assert not ideas.exclude(owner_tag=None, route=None).exists()
        assert "[…]" in Comment.objects.get(idea__in=ideas).text
